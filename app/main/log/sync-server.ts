import { answerHandshake, type HandshakeInit, type HandshakeListeners } from './handshake.ts';
import { idleTimeout } from './idle-timeout.ts';
import { Negentropy } from './negentropy.ts';
import type { Spread } from './spread.ts';
import type { Channel } from './transport.ts';
import {
  decodeMessage,
  encodeMessage,
  EVENTS_BYTES,
  MAX_ANSWER_BYTES,
  RECON_BYTES,
  type MessageOf,
} from './wire.ts';

/** [S6] How long an opener may send no request before it is disconnected; it may be busy storing events. */
const IDLE_MS = 120_000;

export interface AnswerInit extends HandshakeInit, HandshakeListeners {
  readonly spread: Spread;
}

/**
 * Answers one pull of a peer until the channel closes. Rejects with a Problem if the peer breaks the rules.
 */
export async function answerPull(channel: Channel, init: AnswerInit): Promise<void> {
  const idle = idleTimeout(init.clock, channel, IDLE_MS);
  try {
    const messages = channel.receive();
    if (!(await answerHandshake(init, channel, messages))) return;
    let seqShown = 0;
    for await (const bytes of messages) {
      idle.heard();
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
