import type { Clock } from '../kernel/clock.ts';
import type { Channel, Transport } from '../log/transport.ts';
import { problem } from './problems.ts';

/** A conversation over a channel, with a deadline. */
export interface Talk {
  readonly channel: Channel;
  /** The next message. Throws a Problem `ended-early` when the peer closed the channel. */
  next(): Promise<Uint8Array>;
  /** Aborts at the deadline. */
  readonly signal: AbortSignal;
}

/**
 * Opens a channel to a peer, talks, and closes it; aborts it when the talk fails or takes too long. Rejects
 * with the cause.
 */
export function converse<T>(
  { transport, clock }: { readonly transport: Transport; readonly clock: Clock },
  peer: string,
  protocol: string,
  limitMs: number,
  talk: (talk: Talk) => Promise<T>,
): Promise<T> {
  return timed(clock, limitMs, async (signal) =>
    within(await transport.open(peer, protocol, signal), signal, talk),
  );
}

/** The same for a channel that a peer opened. */
export function answer<T>(
  clock: Clock,
  channel: Channel,
  limitMs: number,
  talk: (talk: Talk) => Promise<T>,
): Promise<T> {
  return timed(clock, limitMs, (signal) => within(channel, signal, talk));
}

async function timed<T>(
  clock: Clock,
  limitMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const cancel = clock.after(limitMs, () => deadline.abort());
  try {
    return await work(deadline.signal);
  } finally {
    cancel();
  }
}

async function within<T>(
  channel: Channel,
  signal: AbortSignal,
  talk: (talk: Talk) => Promise<T>,
): Promise<T> {
  const late = () => channel.abort(problem('too-late'));
  signal.addEventListener('abort', late, { once: true });
  const messages = channel.receive();
  const next = async () => {
    const { value, done } = await messages.next();
    if (done) throw problem('ended-early');
    return value;
  };
  try {
    const result = await talk({ channel, next, signal });
    await channel.close();
    return result;
  } catch (error) {
    channel.abort(error instanceof Error ? error : new Error(String(error)));
    throw error;
  } finally {
    signal.removeEventListener('abort', late);
  }
}
