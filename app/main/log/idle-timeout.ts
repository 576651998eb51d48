import type { Clock } from '../kernel/clock.ts';
import type { Channel } from './transport.ts';
import { problem } from './problems.ts';

/** Measures the silence on a channel. */
export interface IdleTimeout {
  /** A message arrived: the time restarts. */
  heard(): void;
  stop(): void;
}

/** Breaks a channel with a Problem `peer-silent` after `silenceMs` of silence. */
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
