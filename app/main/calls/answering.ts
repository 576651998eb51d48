import type { CallEvent } from '../../contract/index.ts';
import { digestOf } from '../kernel/cid.ts';
import { every } from '../kernel/clock.ts';
import { problemOf } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import { answerHandshake, type HandshakeInit } from '../log/handshake.ts';
import { idleTimeout } from '../log/idle-timeout.ts';
import type { Channel } from '../log/transport.ts';
import type { Guest, Seat } from './call.ts';
import { EventQueue } from './event-queue.ts';
import { problem } from './problems.ts';
import { decodeFromGuest, encode, PING_MS, SILENCE_MS, type FromHost } from './wire.ts';

export interface AnsweringInit extends HandshakeInit {
  readonly logger: Logger;
  /** Takes somebody who asks to enter a room of this node. Throws a Problem. */
  readonly enter: (room: Uint8Array, guest: Guest) => Seat;
}

/** [CA3] Answers a member's channel: a participant of a call of this node. Rejects with a Problem if they break the rules. */
export async function answerCall(init: AnsweringInit, channel: Channel): Promise<void> {
  const { clock } = init;
  const idle = idleTimeout(clock, channel, SILENCE_MS);
  const sending = new EventQueue<FromHost>();
  const stopPing = every(clock, PING_MS, () => sending.push({ t: 'ping' }));
  let seat: Seat | null = null;
  try {
    const messages = channel.receive();
    let key: Uint8Array | null = null;
    const onHandshake = (peer: { readonly publicKey: Uint8Array }) => {
      key = peer.publicKey;
    };
    if (!(await answerHandshake({ ...init, onHandshake }, channel, messages)) || key === null) return;
    const sent = sendAll(channel, sending);
    for await (const bytes of messages) {
      idle.heard();
      const message = decodeFromGuest(bytes);
      if (message.t === 'ping') continue;
      if (message.t === 'enter') {
        if (seat !== null) throw problem('bad-message');
        seat = enter(init, digestOf(message.room), { key, canHost: message.canHost }, sending);
        if (seat === null) break;
        continue;
      }
      if (seat === null) throw problem('bad-message');
      const { n, request } = message;
      seat.ask(request).then(
        (reply) => sending.push({ t: 'reply', n, reply }),
        (error: unknown) => sending.push(refused(n, error)),
      );
    }
    sending.end();
    await sent;
  } finally {
    idle.stop();
    stopPing();
    sending.end();
    seat?.leave();
  }
}

/** Null if the host refuses, which is told. */
function enter(
  { enter: take }: AnsweringInit,
  room: Uint8Array,
  guest: Pick<Guest, 'key' | 'canHost'>,
  sending: EventQueue<FromHost>,
): Seat | null {
  try {
    const tell = (event: CallEvent) => {
      sending.push({ t: 'event', event });
      if (event.type === 'ended') sending.end();
    };
    return take(room, { ...guest, tell });
  } catch (error) {
    sending.push(refused(null, error));
    return null;
  }
}

function refused(n: number | null, error: unknown): FromHost {
  const { code, message, remedy } = problemOf(error);
  return { t: 'refused', n, problem: { code, message, remedy } };
}

async function sendAll(channel: Channel, sending: EventQueue<FromHost>): Promise<void> {
  try {
    for await (const message of sending) await channel.send(encode(message));
    await channel.close();
  } catch (error) {
    channel.abort(error instanceof Error ? error : problem('too-slow'));
  }
}
