import { answerHandshake, type HandshakeInit } from '../log/handshake.ts';
import { idleTimeout, type IdleTimeout } from '../log/idle-timeout.ts';
import type { Channel } from '../log/transport.ts';
import type { OwnJudgement } from '../moderation/index.ts';
import { problem } from './problems.ts';
import { decodeAsk, encodeGiven, encodeStatement, signedBytes } from './wire.ts';

/** [JX6] Of one peer, and how long a channel stays open without a question. */
const ITEMS_A_MINUTE = 600_000;
const MINUTE_MS = 60_000;
const SILENCE_MS = 30_000;

export interface AnsweringInit extends HandshakeInit {
  /** [J30] This node's own judgement of the item of an event. */
  readonly ownJudgement: (event: Uint8Array) => OwnJudgement | null;
  readonly itemsAMinute?: number;
}

/** Tells members what this node judged itself, within limits for each peer. */
export class Answering {
  readonly #init: AnsweringInit;
  /** Items that each peer asked about in the current minute. */
  readonly #asked = new Map<string, number>();
  #minute = 0;

  constructor(init: AnsweringInit) {
    this.#init = init;
  }

  /** Answers a channel until it closes. Rejects with a Problem if the peer breaks the rules. */
  async answer(channel: Channel): Promise<void> {
    const idle = idleTimeout(this.#init.clock, channel, SILENCE_MS);
    try {
      await this.#answer(channel, idle);
    } finally {
      idle.stop();
    }
  }

  async #answer(channel: Channel, idle: IdleTimeout): Promise<void> {
    const { log, signer, ownJudgement, itemsAMinute = ITEMS_A_MINUTE } = this.#init;
    const messages = channel.receive();
    if (!(await answerHandshake(this.#init, channel, messages))) return;
    for await (const bytes of messages) {
      idle.heard();
      const ids = decodeAsk(bytes);
      if (this.#count(channel.peer, ids.length) > itemsAMinute) throw problem('asked-too-often');
      const statement = encodeStatement(
        log.community,
        ids.map((id) => ownJudgement(id)),
      );
      await channel.send(encodeGiven(statement, signer.sign(signedBytes(statement))));
    }
  }

  /** Counts items for a peer; returns how many it asked about in this minute. */
  #count(peer: string, items: number): number {
    const minute = Math.floor(this.#init.clock.now() / MINUTE_MS);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#asked.clear();
    }
    const all = (this.#asked.get(peer) ?? 0) + items;
    this.#asked.set(peer, all);
    return all;
  }
}
