import { problems } from '../messages/problems.ts';
import { problemOf } from '../bridge/index.ts';
import type { Connected } from '../bridge/index.ts';
import { browserTimers } from '../bridge/connection.ts';
import type { Timers } from '../bridge/connection.ts';
import type { Problem } from '../../contract/index.ts';

export interface FeedOptions<T, C> {
  /** Opens the subscription. */
  readonly open: (client: C, signal: AbortSignal) => Promise<AsyncIterable<T>>;
  readonly onValue: (value: T) => void;
  /** The subscription runs (again); events in between were missed. */
  readonly onOpen?: () => void;
  /** The subscription ended and will be retried. */
  readonly onLost?: (problem: Problem) => void;
}

const RETRY_MS = 2_000;

/**
 * Keeps one subscription running until it is stopped: opens it again when it ends, and at once when the
 * connection comes back. Returns the function that stops it.
 */
export function keepFeed<T, C>(
  bridge: Pick<Connected<C>, 'client' | 'connection'>,
  options: FeedOptions<T, C>,
  timers: Timers = browserTimers,
): () => void {
  const ended = new AbortController();
  const pause = () =>
    new Promise<void>((resolve) => {
      const finish = () => {
        unsubscribe();
        cancel();
        ended.signal.removeEventListener('abort', finish);
        resolve();
      };
      const unsubscribe = bridge.connection.subscribe((now, before) => {
        if (now.state === 'open' && before.state !== 'open') finish();
      });
      const cancel = timers.after(RETRY_MS, finish);
      ended.signal.addEventListener('abort', finish, { once: true });
    });
  const once = async () => {
    const events = await options.open(bridge.client, ended.signal);
    options.onOpen?.();
    for await (const value of events) {
      if (ended.signal.aborted) return;
      options.onValue(value);
    }
  };
  const run = async () => {
    while (!ended.signal.aborted) {
      try {
        await once();
        if (!ended.signal.aborted) options.onLost?.({ code: 'feed-ended', ...problems.feedEnded });
      } catch (error) {
        if (!ended.signal.aborted) options.onLost?.(problemOf(error));
      }
      if (!ended.signal.aborted) await pause();
    }
  };
  void run();
  return () => ended.abort();
}
