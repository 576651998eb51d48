/** How a value is watched: call back on change, return how to stop. */
export type Subscribe<T> = (listener: (value: T) => void) => () => void;

/** The most values kept for a slow reader of {@link each}; the oldest go first. */
const MAX_WAITING = 256;

/** Every value as it comes, for a subscription in the contract. Ends when the signal aborts. */
export function each<T>(subscribe: Subscribe<T>, signal: AbortSignal | undefined): AsyncGenerator<T, void> {
  return drain(subscribe, signal, (waiting, value) => {
    waiting.push(value);
    if (waiting.length > MAX_WAITING) waiting.shift();
  });
}

/** The newest value alone: what a slow reader missed is not told twice. */
export function latest<T>(subscribe: Subscribe<T>, signal: AbortSignal | undefined): AsyncGenerator<T, void> {
  return drain(subscribe, signal, (waiting, value) => {
    waiting[0] = value;
  });
}

async function* drain<T>(
  subscribe: Subscribe<T>,
  signal: AbortSignal | undefined,
  keep: (waiting: T[], value: T) => void,
): AsyncGenerator<T, void> {
  const waiting: T[] = [];
  let wake = () => {};
  const stop = subscribe((value) => {
    keep(waiting, value);
    wake();
  });
  const aborted = () => wake();
  signal?.addEventListener('abort', aborted);
  try {
    while (!signal?.aborted) {
      const value = waiting.shift();
      if (value !== undefined) yield value;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    signal?.removeEventListener('abort', aborted);
    stop();
  }
}
