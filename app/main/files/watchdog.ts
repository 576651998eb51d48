import type { Clock } from '../kernel/clock.ts';
import type { Channel } from '../log/transport.ts';
import { problem } from './problems.ts';

/** Aborts a channel that is idle for `silenceMs`, and in any case after `deadlineMs` or on a signal. */
export function watchChannel(
  channel: Channel,
  clock: Clock,
  { silenceMs, deadlineMs, signal }: { silenceMs: number; deadlineMs: number; signal?: AbortSignal },
): { moved(): void; stop(): void } {
  const silent = () => channel.abort(problem('peer-silent'));
  const aborted = () => channel.abort(problem('cancelled'));
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
