import type { Clock } from '../kernel/clock.ts';
import { problemOf, type ProblemFields } from '../kernel/errors.ts';
import { checkHandshake, sendHandshake, type HandshakeInit, type Introduction } from './handshake.ts';
import { Negentropy } from './negentropy.ts';
import type { Spread } from './spread.ts';
import type { Channel } from './transport.ts';
import {
  decodeMessage,
  encodeMessage,
  EVENTS_BYTES,
  MAX_ANSWER_BYTES,
  RECON_BYTES,
  type Message,
  type MessageOf,
} from './wire.ts';
import { problem } from './problems.ts';
import { OUTDATED } from './versions.ts';

/** [S6] How long an opener may send no request before it is disconnected; it may be busy storing events. */
const IDLE_MS = 120_000;

export interface AnswerInit extends HandshakeInit {
  readonly spread: Spread;
  readonly onHandshake: (introduction: Introduction) => void;
  /** The handshake of the peer was not accepted. */
  readonly onRefused: (reason: ProblemFields) => void;
}

/**
 * Answers one pull of a peer until the channel closes. Rejects with a Problem if the peer breaks the rules.
 */
export async function answerPull(channel: Channel, init: AnswerInit): Promise<void> {
  const idle = idleWatch(channel, init.clock);
  try {
    const messages = channel.receive();
    const first = await messages.next();
    if (first.done) return;
    idle.restart();
    const hello = decodeMessage(first.value, ['hello']);
    try {
      init.onHandshake(await checkHandshake(init, channel.peer, 'opener', hello));
    } catch (error) {
      const reason = problemOf(error);
      init.onRefused(reason);
      // [S12] A peer that states its versions finds out itself which side has to update. [S1] All others are told, not
      // just cut off: a new member may be unknown here for a while.
      const finds = OUTDATED.has(reason.code) && hello[7] !== undefined;
      const answer: Message = finds
        ? sendHandshake(init, channel.peer, 'answerer')
        : ['refused', reason.code.slice(0, 40)];
      await channel.send(encodeMessage(answer));
      return;
    }
    await channel.send(encodeMessage(sendHandshake(init, channel.peer, 'answerer')));
    let seqShown = 0;
    for await (const bytes of messages) {
      idle.restart();
      const message = decodeMessage(bytes, ['recon', 'want', 'equal']);
      switch (message[0]) {
        case 'recon': {
          const [, stratum, begins, query] = message;
          if (begins && stratum === 1) seqShown = init.log.store.latestSeq();
          const set = init.log.set(stratum === 0 ? 'authority' : 'content');
          await channel.send(encodeMessage(['reconciled', new Negentropy(set, RECON_BYTES).respond(query)]));
          break;
        }
        case 'want':
          await sendEvents(channel, init, message[1]);
          break;
        case 'equal':
          init.spread.replicated(channel.peer, seqShown);
          break;
      }
    }
  } finally {
    idle.stop();
  }
}

/** [S5] Sends events in the order requested; events not held are left out. */
async function sendEvents(channel: Channel, init: AnswerInit, ids: readonly Uint8Array[]): Promise<void> {
  let batch: MessageOf<'events'>[1] = [];
  let batchBytes = 0;
  let sentBytes = 0;
  let handled = 0;
  for (const id of ids) {
    const sealed = init.log.store.sealed(id);
    handled++;
    if (!sealed) continue;
    batch.push([sealed.bytes, sealed.signature]);
    batchBytes += sealed.bytes.length;
    sentBytes += sealed.bytes.length;
    if (batchBytes >= EVENTS_BYTES) {
      await channel.send(encodeMessage(['events', batch]));
      batch = [];
      batchBytes = 0;
    }
    if (sentBytes >= MAX_ANSWER_BYTES) break;
  }
  if (batch.length > 0) await channel.send(encodeMessage(['events', batch]));
  await channel.send(encodeMessage(['done', handled]));
}

function idleWatch(channel: Channel, clock: Clock): { restart(): void; stop(): void } {
  let cancel = () => {};
  const restart = () => {
    cancel();
    cancel = clock.after(IDLE_MS, () => channel.abort(problem('peer-idle')));
  };
  restart();
  return { restart, stop: () => cancel() };
}
