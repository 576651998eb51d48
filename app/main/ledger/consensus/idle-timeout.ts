import type { Clock } from '../../kernel/clock.ts';
import type { Channel } from '../../log/transport.ts';
import { problem } from '../problems.ts';

/** Counts the time in which nothing is heard on a channel. */
export interface IdleTimeout {
  /** Something was heard: the time begins anew. */
  heard(): void;
  stop(): void;
}

/** Breaks a channel with a Problem `peer-silent` once nothing was heard for `silenceMs`. */
export function idleTimeout(clock: Clock, channel: Channel, silenceMs: number): IdleTimeout {
  const late = () => channel.abort(problem('peer-silent'));
  let cancel = clock.after(silenceMs, late);
  return {
    heard() {
      cancel();
      cancel = clock.after(silenceMs, late);
    },
    stop: () => cancel(),
  };
}
