import type { Clock, Random } from '../../../kernel/clock.ts';
import { keyOf, type Endpoint } from './endpoint.ts';
import { STUN_ID_BYTES, writeRequest } from './stun.ts';

/** When a request is sent and when it times out; it is repeated in case a packet is lost. */
const SEND_AT_MS = [0, 250, 750];
const DEADLINE_MS = 2_000;

interface Asked {
  readonly server: string;
  answer(mapped: Endpoint | null): void;
}

export interface ObservationsInit {
  readonly clock: Clock;
  readonly random: Random;
  send(packet: Uint8Array, to: Endpoint): void;
}

/** This node's pending STUN requests. */
export class Observations {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #send: ObservationsInit['send'];
  readonly #asked = new Map<string, Asked>();

  constructor(init: ObservationsInit) {
    this.#clock = init.clock;
    this.#random = init.random;
    this.#send = (packet, to) => init.send(packet, to);
  }

  /** Asks a server for this node's external endpoint; null without an answer in time. */
  ask(server: Endpoint, signal: AbortSignal): Promise<Endpoint | null> {
    if (signal.aborted) return Promise.resolve(null);
    const id = this.#random.bytes(STUN_ID_BYTES);
    const key = Buffer.from(id).toString('hex');
    return new Promise((resolve) => {
      const answer = (mapped: Endpoint | null) => {
        for (const cancel of timers) cancel();
        signal.removeEventListener('abort', onAbort);
        this.#asked.delete(key);
        resolve(mapped);
      };
      const onAbort = () => answer(null);
      const timers = SEND_AT_MS.map((delayMs) =>
        this.#clock.after(delayMs, () => this.#send(writeRequest(id), server)),
      );
      timers.push(this.#clock.after(DEADLINE_MS, () => answer(null)));
      this.#asked.set(key, { server: keyOf(server), answer });
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Handles an answer; it counts only from the server that was asked. */
  answered(id: Uint8Array, mapped: Endpoint, from: Endpoint): void {
    const asked = this.#asked.get(Buffer.from(id).toString('hex'));
    if (asked?.server === keyOf(from)) asked.answer(mapped);
  }

  /** Ends all requests without an answer. */
  close(): void {
    for (const asked of this.#asked.values()) asked.answer(null);
  }
}
