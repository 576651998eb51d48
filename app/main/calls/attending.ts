import type { CallEvent, CallReply, CallRequest } from '../../contract/index.ts';
import { equalBytes } from '../kernel/bytes.ts';
import { every } from '../kernel/clock.ts';
import { Problem } from '../kernel/errors.ts';
import { checkAnswer, sendHandshake, type HandshakeInit } from '../log/handshake.ts';
import { idleTimeout, type IdleTimeout } from '../log/idle-timeout.ts';
import type { Channel, Transport } from '../log/transport.ts';
import { encodeMessage } from '../log/wire.ts';
import type { Seat } from './call.ts';
import { problem } from './problems.ts';
import { CALL_PROTOCOL, decodeFromHost, encode, PING_MS, SILENCE_MS, type FromGuest } from './wire.ts';

export interface AttendingInit extends Omit<HandshakeInit, 'transport'> {
  readonly transport: Transport;
}

interface Question {
  readonly resolve: (reply: CallReply) => void;
  readonly reject: (reason: unknown) => void;
}

/** [CA3] A seat in a call of another node, over a channel to it. */
export class RemoteSeat implements Seat {
  readonly #channel: Channel;
  readonly #tell: (event: CallEvent) => void;
  readonly #questions = new Map<number, Question>();
  readonly #idle: IdleTimeout;
  readonly #stopPing: () => void;
  #asked = 0;
  #isEnded = false;

  /**
   * Asks the node of a host to let this node's person in. Rejects with a Problem of the handshake or of the host.
   *
   * @param to.host the key of the person whose node it must be.
   * @param to.canHost [CA18] whether this node takes over if that one goes away.
   */
  static async open(
    init: AttendingInit,
    to: {
      readonly peer: string;
      readonly host: Uint8Array;
      readonly room: string;
      readonly canHost: boolean;
    },
    tell: (event: CallEvent) => void,
  ): Promise<RemoteSeat> {
    const { peer, host, room, canHost } = to;
    const channel = await init.transport.open(peer, CALL_PROTOCOL);
    const idle = idleTimeout(init.clock, channel, SILENCE_MS);
    try {
      await channel.send(encodeMessage(sendHandshake(init, peer, 'opener')));
      const messages = channel.receive();
      const first = await messages.next();
      if (first.done === true) throw problem('host-silent');
      const { publicKey } = await checkAnswer(init, peer, first.value);
      if (!equalBytes(publicKey, host)) throw problem('host-silent');
      await channel.send(encode({ t: 'enter', room, canHost }));
      const seat = new RemoteSeat(init, channel, idle, tell);
      await seat.#begin(messages);
      return seat;
    } catch (error) {
      idle.stop();
      channel.abort(error instanceof Error ? error : problem('host-silent'));
      throw error;
    }
  }

  private constructor(
    { clock }: AttendingInit,
    channel: Channel,
    idle: IdleTimeout,
    tell: (event: CallEvent) => void,
  ) {
    this.#channel = channel;
    this.#idle = idle;
    this.#tell = tell;
    this.#stopPing = every(clock, PING_MS, () => this.#send({ t: 'ping' }));
  }

  ask(request: CallRequest): Promise<CallReply> {
    return new Promise((resolve, reject) => {
      if (this.#isEnded) return reject(problem('session-unknown'));
      const n = this.#asked++;
      this.#questions.set(n, { resolve, reject });
      this.#send({ t: 'ask', n, request });
    });
  }

  leave(): void {
    this.#end(problem('session-unknown'));
    this.#channel.close().catch(() => {});
  }

  /** Waits for the first answer: the host lets this participant in or refuses. */
  async #begin(messages: AsyncIterableIterator<Uint8Array>): Promise<void> {
    for (;;) {
      const next = await messages.next();
      if (next.done === true) throw problem('host-silent');
      this.#idle.heard();
      const message = decodeFromHost(next.value);
      if (message.t === 'ping') continue;
      if (message.t === 'refused') throw toldBy(message.problem);
      if (message.t !== 'event') throw problem('bad-message');
      this.#hear(message.event);
      void this.#listen(messages);
      return;
    }
  }

  async #listen(messages: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const bytes of messages) {
        this.#idle.heard();
        const message = decodeFromHost(bytes);
        if (message.t === 'event') this.#hear(message.event);
        else if (message.t === 'reply') this.#take(message.n)?.resolve(message.reply);
        else if (message.t === 'refused') this.#take(message.n ?? -1)?.reject(toldBy(message.problem));
      }
    } catch (error) {
      this.#channel.abort(error instanceof Error ? error : problem('host-silent'));
    }
    if (this.#isEnded) return;
    this.#end(problem('host-silent'));
    this.#tell({ type: 'ended', reason: 'host-lost', by: null, problem: null });
  }

  #hear(event: CallEvent): void {
    if (this.#isEnded) return;
    if (event.type === 'ended') this.#end(problem('session-unknown'));
    this.#tell(event);
  }

  #take(n: number): Question | undefined {
    const question = this.#questions.get(n);
    this.#questions.delete(n);
    return question;
  }

  #send(message: FromGuest): void {
    this.#channel.send(encode(message)).catch((error: unknown) => {
      this.#channel.abort(error instanceof Error ? error : problem('host-silent'));
    });
  }

  #end(reason: unknown): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#idle.stop();
    this.#stopPing();
    for (const { reject } of this.#questions.values()) reject(reason);
    this.#questions.clear();
  }
}

const toldBy = ({
  code,
  message,
  remedy,
}: {
  code: string;
  message: string;
  remedy: string | null;
}): Problem => new Problem(code, message, remedy);
