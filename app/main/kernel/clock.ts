/** Time as a port: real in a node, virtual in the simulation. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Runs `task` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, task: () => void): () => void;
}

/** Randomness as a port: the system's in a node, seeded in the simulation. */
export interface Random {
  /** `length` random bytes, fit for secrets in a real node. */
  bytes(length: number): Uint8Array;
}

export const systemRandom: Random = { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) };

/** The longest delay of a timer, in milliseconds; a longer one would fire at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, task) {
    let timer: NodeJS.Timeout;
    const wait = (restMs: number) => {
      const next = restMs > MAX_DELAY_MS ? () => wait(restMs - MAX_DELAY_MS) : task;
      timer = setTimeout(next, Math.min(restMs, MAX_DELAY_MS));
      timer.unref();
    };
    wait(delayMs);
    return () => clearTimeout(timer);
  },
};

/**
 * The clock of a part that ends before the process does: `end` cancels all its tasks, and later ones never run, so
 * that none finds a closed database.
 */
export function endingClock(clock: Clock): Clock & { end(): void } {
  const cancels = new Set<() => void>();
  let ended = false;
  return {
    now: () => clock.now(),
    after(delayMs, task) {
      if (ended) return () => {};
      const cancelTask = clock.after(delayMs, () => {
        cancels.delete(cancel);
        task();
      });
      const cancel = () => {
        cancels.delete(cancel);
        cancelTask();
      };
      cancels.add(cancel);
      return cancel;
    },
    end() {
      ended = true;
      for (const cancel of cancels) cancel();
    },
  };
}

/**
 * Runs `task` every `periodMs` by the clock, counted from the end of the last run; returns the function that
 * stops it. A failed run is reported to the clock's error handler, and the next one runs all the same.
 */
export function every(clock: Clock, periodMs: number, task: () => void | Promise<void>): () => void {
  let stopped = false;
  let cancel = () => {};
  const schedule = () => {
    cancel = clock.after(periodMs, () => {
      void (async () => {
        try {
          await task();
        } catch (error) {
          clock.after(0, () => {
            throw error;
          });
        }
        if (!stopped) schedule();
      })();
    });
  };
  schedule();
  return () => {
    stopped = true;
    cancel();
  };
}

/** Resolves after other work that is due has had its turn: long work calls it between two slices. */
export const othersTurn = (): Promise<void> => new Promise((go) => void setImmediate(go));

/** Resolves after `delayMs` by the clock, or at once when the signal aborts. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(delayMs, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/** The result of `work`, or `late` if it takes longer than `limitMs` by the clock; it then goes on unheard. */
export async function withTimeout<T>(clock: Clock, limitMs: number, work: Promise<T>): Promise<T | 'late'> {
  const { promise: late, resolve } = Promise.withResolvers<'late'>();
  const cancel = clock.after(limitMs, () => resolve('late'));
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel();
  }
}

/**
 * Throttles requests: returns a function that has `task` run once, `delayMs` after the first call since the last
 * run. For changes that listeners must hear of, but not one by one.
 */
export function throttled(clock: Clock, delayMs: number, task: () => void): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    clock.after(delayMs, () => {
      waiting = false;
      task();
    });
  };
}
