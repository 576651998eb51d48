import type { Clock } from '../kernel/clock.ts';
import { idleTimeout, type IdleTimeout } from '../log/idle-timeout.ts';
import type { Channel } from '../log/transport.ts';
import { problem } from './problems.ts';

/** An idle timeout that also ends the channel after `deadlineMs` in any case, and on a signal. */
export function watchTransfer(
  channel: Channel,
  clock: Clock,
  { silenceMs, deadlineMs, signal }: { silenceMs: number; deadlineMs: number; signal?: AbortSignal },
): IdleTimeout {
  const aborted = () => channel.abort(problem('cancelled'));
  const idle = idleTimeout(clock, channel, silenceMs);
  const cancelDeadline = clock.after(deadlineMs, () => channel.abort(problem('transfer-too-long')));
  if (signal?.aborted) aborted();
  signal?.addEventListener('abort', aborted, { once: true });
  return {
    heard: idle.heard,
    stop() {
      idle.stop();
      cancelDeadline();
      signal?.removeEventListener('abort', aborted);
    },
  };
}
