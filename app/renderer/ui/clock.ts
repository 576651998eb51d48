import { useSyncExternalStore } from 'react';

/** One ticking clock for the whole console; a component subscribes at the rate it needs. */
function ticker(everyMs: number) {
  const listeners = new Set<() => void>();
  let now = Date.now();
  let timer: ReturnType<typeof setInterval> | undefined;
  const tick = () => {
    now = Date.now();
    for (const listener of listeners) listener();
  };
  return {
    subscribe(listener: () => void) {
      listeners.add(listener);
      timer ??= setInterval(tick, everyMs);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
    read() {
      // Without a running timer, the stored time would be outdated at the first draw.
      if (timer === undefined && Date.now() - now > everyMs) now = Date.now();
      return now;
    },
  };
}

const seconds = ticker(1000);
const quarters = ticker(15_000);

/** The current time in milliseconds, updated every second or every 15 seconds. */
export function useNow(pace: 'second' | 'quarter' = 'quarter'): number {
  const source = pace === 'second' ? seconds : quarters;
  return useSyncExternalStore(source.subscribe, source.read);
}
