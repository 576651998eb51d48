import { problemOf } from '../kernel/errors.ts';
import { checkHandshake, sendHandshake, type HandshakeInit } from '../log/handshake.ts';
import type { Channel } from '../log/transport.ts';
import { decodeMessage, encodeMessage } from '../log/wire.ts';
import type { OwnJudgement } from '../moderation/index.ts';
import { problem } from './problems.ts';
import { decodeAsk, encodeGiven, encodeStatement, signedBytes } from './wire.ts';

/** [JX6] Of one peer: channels at once, and items a minute. */
const MAX_CHANNELS = 2;
const ITEMS_A_MINUTE = 600_000;
const MINUTE_MS = 60_000;
const SILENCE_MS = 30_000;

export interface AnsweringInit extends HandshakeInit {
  /** [J30] This node's own judgement of the item of an event. */
  readonly ownJudgement: (event: Uint8Array) => OwnJudgement | null;
  readonly itemsAMinute?: number;
}

interface Asker {
  channels: number;
  items: number;
  minute: number;
}

/** Tells members what this node judged itself, within limits for each peer. */
export class Answering {
  readonly #init: AnsweringInit;
  readonly #askers = new Map<string, Asker>();

  constructor(init: AnsweringInit) {
    this.#init = init;
  }

  /** Answers a channel until it closes. Rejects with a Problem if the peer breaks the rules. */
  async answer(channel: Channel): Promise<void> {
    const asker = this.#asker(channel.peer);
    if (asker.channels >= MAX_CHANNELS) throw problem('asked-too-often');
    asker.channels++;
    const silence = this.#watch(channel);
    try {
      await this.#answer(channel, silence.restart);
    } finally {
      silence.stop();
      asker.channels--;
    }
  }

  async #answer(channel: Channel, heard: () => void): Promise<void> {
    const { log, signer, ownJudgement, itemsAMinute = ITEMS_A_MINUTE } = this.#init;
    const messages = channel.receive();
    const first = await messages.next();
    if (first.done) return;
    try {
      await checkHandshake(this.#init, channel.peer, 'opener', decodeMessage(first.value, ['hello']));
    } catch (error) {
      await channel.send(encodeMessage(['refused', problemOf(error).code.slice(0, 40)]));
      return;
    }
    await channel.send(encodeMessage(sendHandshake(this.#init, channel.peer, 'answerer')));
    for await (const bytes of messages) {
      heard();
      const ids = decodeAsk(bytes);
      const asker = this.#asker(channel.peer);
      asker.items += ids.length;
      if (asker.items > itemsAMinute) throw problem('asked-too-often');
      const statement = encodeStatement(
        log.community,
        ids.map((id) => ownJudgement(id)),
      );
      await channel.send(encodeGiven(statement, signer.sign(signedBytes(statement))));
    }
  }

  #watch(channel: Channel): { restart(): void; stop(): void } {
    let cancel = () => {};
    const restart = () => {
      cancel();
      cancel = this.#init.clock.after(SILENCE_MS, () => channel.abort(problem('line-closed')));
    };
    restart();
    return { restart, stop: () => cancel() };
  }

  #asker(peer: string): Asker {
    const minute = Math.floor(this.#init.clock.now() / MINUTE_MS);
    for (const [other, { channels, minute: at }] of this.#askers) {
      if (channels === 0 && at !== minute) this.#askers.delete(other);
    }
    const asker = this.#askers.get(peer) ?? { channels: 0, items: 0, minute };
    if (asker.minute !== minute) Object.assign(asker, { items: 0, minute });
    this.#askers.set(peer, asker);
    return asker;
  }
}
