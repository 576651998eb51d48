import type { Clock } from '../kernel/clock.ts';
import type { Channel } from './transport.ts';
import type { SealedEvent } from './event.ts';
import { decodeMessage, encodeMessage, MAX_ANSWER_BYTES, type Message, type MessageOf } from './wire.ts';
import { problem, refused } from './problems.ts';

/** [S6] How long a peer that owes an answer may be silent, and one that has not introduced itself. */
const SILENCE_MS = 30_000;
const HELLO_MS = 10_000;

type Answer = MessageOf<'hello' | 'refused' | 'reconciled' | 'done'>;

interface Question {
  readonly answers: readonly ('hello' | 'refused' | 'reconciled' | 'events' | 'done')[];
  readonly events: SealedEvent[];
  bytes: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** The asking end of a sync channel: requests are sent at once, answers come in the same order. */
export class SyncClient {
  readonly #channel: Channel;
  readonly #clock: Clock;
  readonly #questions: Question[] = [];
  #failure: Error | null = null;
  #silenceMs = HELLO_MS;
  #cancelDeadline = () => {};

  constructor(channel: Channel, clock: Clock) {
    this.#channel = channel;
    this.#clock = clock;
    void this.#read();
  }

  /** Throws a Problem with the code of the refusal. */
  async hello(hello: MessageOf<'hello'>): Promise<MessageOf<'hello'>> {
    const answer = await this.#ask(hello, ['hello', 'refused']);
    if (answer[0] === 'refused') throw refused(answer[1]);
    this.#silenceMs = SILENCE_MS;
    return answer as MessageOf<'hello'>;
  }

  async recon(stratum: 0 | 1, first: boolean, message: Uint8Array): Promise<Uint8Array> {
    const answer = await this.#ask(['recon', stratum, first, message], ['reconciled']);
    return (answer as MessageOf<'reconciled'>)[1];
  }

  /** Events in the order of `ids`, possibly with gaps; the first `handled` ids were processed. */
  async want(ids: Uint8Array[]): Promise<{ events: SealedEvent[]; handled: number }> {
    const events: SealedEvent[] = [];
    const answer = await this.#ask(['want', ids], ['events', 'done'], events);
    return { events, handled: Math.min((answer as MessageOf<'done'>)[1], ids.length) };
  }

  async equal(count: number): Promise<void> {
    await this.#channel.send(encodeMessage(['equal', count]));
  }

  async close(): Promise<void> {
    await this.#channel.close();
  }

  /** Breaks the channel; open requests fail with the reason. */
  abort(reason: Error): void {
    this.#fail(reason);
    this.#channel.abort(reason);
  }

  #ask(message: Message, answers: Question['answers'], events: SealedEvent[] = []): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      if (this.#questions.length === 0) this.#expect();
      this.#questions.push({ answers, events, bytes: 0, resolve, reject });
      this.#channel.send(encodeMessage(message)).catch((error: unknown) => this.#fail(asError(error)));
    });
  }

  async #read(): Promise<void> {
    try {
      for await (const bytes of this.#channel.receive()) this.#take(bytes);
      throw problem('channel-broken');
    } catch (error) {
      const reason = asError(error);
      this.#fail(reason);
      this.#channel.abort(reason);
    }
  }

  #take(bytes: Uint8Array): void {
    const question = this.#questions[0];
    if (!question) throw problem('unasked');
    const message = decodeMessage(bytes, question.answers);
    if (message[0] === 'events') {
      question.bytes += bytes.length;
      if (question.bytes > 2 * MAX_ANSWER_BYTES) {
        throw problem('answer-too-large');
      }
      for (const [event, signature] of message[1]) question.events.push({ bytes: event, signature });
      return this.#expect();
    }
    this.#questions.shift();
    if (this.#questions.length > 0) this.#expect();
    else this.#cancelDeadline();
    question.resolve(message);
  }

  #expect(): void {
    this.#cancelDeadline();
    this.#cancelDeadline = this.#clock.after(this.#silenceMs, () => this.abort(problem('peer-silent')));
  }

  #fail(reason: Error): void {
    this.#cancelDeadline();
    this.#failure ??= reason;
    for (const question of this.#questions.splice(0)) question.reject(this.#failure);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : problem('unexpected', { reason: String(error) });
}
