/** How a value is watched: calls back on every change and returns how to stop. */
export type Subscribe<T> = (listener: (value: T) => void) => () => void;

/** The most values that {@link each} keeps for a slow reader; the oldest are dropped first. */
const MAX_WAITING = 256;

/** Every value in order, for a subscription in the contract. Ends when the signal aborts. */
export function each<T>(subscribe: Subscribe<T>, signal: AbortSignal | undefined): AsyncGenerator<T, void> {
  return drain(subscribe, signal, (waiting, value) => {
    waiting.push(value);
    if (waiting.length > MAX_WAITING) waiting.shift();
  });
}

/** The newest value only: values that a slow reader missed are skipped. */
export function latest<T>(subscribe: Subscribe<T>, signal: AbortSignal | undefined): AsyncGenerator<T, void> {
  return drain(subscribe, signal, (waiting, value) => {
    waiting[0] = value;
  });
}

/** Subscribes at once, so that nothing is missed before the first value is asked for. */
function drain<T>(
  subscribe: Subscribe<T>,
  signal: AbortSignal | undefined,
  keep: (waiting: T[], value: T) => void,
): AsyncGenerator<T, void> {
  const waiting: T[] = [];
  let wake = () => {};
  let ended = signal?.aborted === true;
  const stop = subscribe((value) => {
    keep(waiting, value);
    wake();
  });
  const end = () => {
    ended = true;
    signal?.removeEventListener('abort', end);
    stop();
    wake();
  };
  if (ended) end();
  else signal?.addEventListener('abort', end);
  return (async function* () {
    try {
      // Values from before the end are still delivered.
      for (;;) {
        const value = waiting.shift();
        if (value !== undefined) yield value;
        else if (ended) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      end();
    }
  })();
}
