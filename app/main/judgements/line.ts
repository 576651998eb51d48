import { equalBytes } from '../kernel/bytes.ts';
import type { MemberPeer } from '../federation/index.ts';
import { checkAnswer, sendHandshake, type HandshakeInit } from '../log/handshake.ts';
import type { Channel, Transport } from '../log/transport.ts';
import { encodeMessage } from '../log/wire.ts';
import type { OwnJudgement } from '../moderation/index.ts';
import { problem } from './problems.ts';
import { decodeGiven, decodeStatement, encodeAsk, JUDGEMENTS_PROTOCOL, signedBytes } from './wire.ts';

/** [JX5] How long a line stays open without an answer, or without a question. */
const SILENCE_MS = 10_000;

export interface LineInit extends Omit<HandshakeInit, 'transport'> {
  readonly transport: Transport;
}

interface Question {
  readonly count: number;
  readonly resolve: (answer: readonly (OwnJudgement | null)[]) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * [JX1] An open channel to the node of one person. Questions are sent at once and answered in order, so that in catch-up
 * the answer about events arrives before the events.
 */
export class Line {
  readonly peer: MemberPeer;
  readonly #init: LineInit;
  readonly #channel: Promise<Channel>;
  readonly #questions: Question[] = [];
  #isClosed = false;
  #cancelWait = () => {};

  constructor(init: LineInit, peer: MemberPeer) {
    this.#init = init;
    this.peer = peer;
    this.#channel = this.#open();
    this.#run().catch((error: unknown) => this.close(error));
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Questions without an answer. */
  get pending(): number {
    return this.#questions.length;
  }

  /** Rejects with a Problem if the line fails before the answer is there. */
  ask(ids: readonly Uint8Array[]): Promise<readonly (OwnJudgement | null)[]> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(problem('line-closed'));
      if (this.#questions.length === 0) this.#wait();
      this.#questions.push({ count: ids.length, resolve, reject });
      this.#channel
        .then((channel) => channel.send(encodeAsk(ids)))
        .catch((error: unknown) => this.close(error));
    });
  }

  /** Ends the line at once; open questions fail with the reason. */
  close(reason: unknown): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelWait();
    for (const { reject } of this.#questions.splice(0)) reject(reason);
    const cause = reason instanceof Error ? reason : problem('line-closed');
    this.#channel.then(
      (channel) => channel.abort(cause),
      () => {},
    );
  }

  async #open(): Promise<Channel> {
    const { peer } = this.peer;
    const channel = await this.#init.transport.open(peer, JUDGEMENTS_PROTOCOL);
    await channel.send(encodeMessage(sendHandshake(this.#init, peer, 'opener')));
    return channel;
  }

  async #run(): Promise<void> {
    const channel = await this.#channel;
    const messages = channel.receive();
    const first = await messages.next();
    if (first.done) throw problem('line-closed');
    const { publicKey } = await checkAnswer(this.#init, this.peer.peer, first.value);
    if (!equalBytes(publicKey, this.peer.publicKey)) throw problem('wrong-signature');
    for await (const bytes of messages) await this.#answered(bytes);
    this.close(problem('line-closed'));
  }

  /** [JX3] */
  async #answered(bytes: Uint8Array): Promise<void> {
    const question = this.#questions[0];
    if (question === undefined) throw problem('bad-statement');
    const { statement, signature } = decodeGiven(bytes);
    const { publicKey } = this.peer;
    const [genuine] = await this.#init.verifier.verify([
      { publicKey, message: signedBytes(statement), signature },
    ]);
    if (!genuine) throw problem('wrong-signature');
    const answer = decodeStatement(statement, this.#init.log.community, question.count);
    this.#questions.shift();
    this.#wait();
    question.resolve(answer);
  }

  /** For the next answer, or for the next question if all are answered. */
  #wait(): void {
    this.#cancelWait();
    this.#cancelWait = this.#init.clock.after(SILENCE_MS, () => {
      this.close(problem(this.#questions.length > 0 ? 'no-answer' : 'line-closed'));
    });
  }
}
