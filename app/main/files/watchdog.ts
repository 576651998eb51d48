import type { Clock } from '../kernel/clock.ts';
import { Problem } from '../kernel/errors.ts';
import type { Channel } from '../log/transport.ts';

/** Breaks a channel on which nothing moves for `silenceMs`, and in any case after `deadlineMs` or by a signal. */
export function watchChannel(
  channel: Channel,
  clock: Clock,
  { silenceMs, deadlineMs, signal }: { silenceMs: number; deadlineMs: number; signal?: AbortSignal },
): { moved(): void; stop(): void } {
  const silent = () =>
    channel.abort(new Problem('peer-silent', 'The peer did not answer in time.', 'Try again later.'));
  const aborted = () => channel.abort(new Problem('cancelled', 'The transfer was cancelled.'));
  let cancel = clock.after(silenceMs, silent);
  const cancelDeadline = clock.after(deadlineMs, silent);
  if (signal?.aborted) aborted();
  signal?.addEventListener('abort', aborted, { once: true });
  return {
    moved() {
      cancel();
      cancel = clock.after(silenceMs, silent);
    },
    stop() {
      cancel();
      cancelDeadline();
      signal?.removeEventListener('abort', aborted);
    },
  };
}
