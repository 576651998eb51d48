import type { Clock, Random } from '../../../kernel/clock.ts';
import { keyOf, type Endpoint } from './endpoint.ts';
import { STUN_ID_BYTES, TOKEN_BYTES, writePunch } from './stun.ts';
import { problem } from '../problems.ts';

/** Endpoints tried for one peer. */
export const MAX_PUNCH_TARGETS = 8;

/**
 * The interval of packets to each endpoint, the time limit, and how long to continue after the peer was
 * heard.
 */
const PUNCH_PERIOD_MS = 50;
const PUNCH_DEADLINE_MS = 3_000;
const AFTERWARDS_MS = 500;

/** Concurrent attempts. */
const MAX_MEETINGS = 16;

interface Meeting {
  targets: readonly Endpoint[];
  until: number;
  found(from: Endpoint): void;
}

export interface PunchesInit {
  readonly clock: Clock;
  readonly random: Random;
  send(packet: Uint8Array, to: Endpoint): void;
}

/** Hole-punching attempts: both sides send until one packet gets through. */
export class Punches {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #send: PunchesInit['send'];
  readonly #meetings = new Map<string, Meeting>();

  constructor(init: PunchesInit) {
    this.#clock = init.clock;
    this.#random = init.random;
    this.#send = (packet, to) => init.send(packet, to);
  }

  /** See `SharedSocket.punch`. */
  meet(targets: readonly Endpoint[], token: Uint8Array, signal: AbortSignal): Promise<Endpoint | null> {
    const key = Buffer.from(token).toString('hex');
    if (token.byteLength !== TOKEN_BYTES || this.#meetings.has(key)) throw problem('punch-invalid');
    if (this.#meetings.size >= MAX_MEETINGS) throw problem('punch-busy');
    if (signal.aborted) return Promise.resolve(null);

    return new Promise((resolve) => {
      const end = () => {
        cancel();
        signal.removeEventListener('abort', end);
        this.#meetings.delete(key);
        resolve(null);
      };
      const meeting: Meeting = {
        targets: distinct(targets).slice(0, MAX_PUNCH_TARGETS),
        until: this.#clock.now() + PUNCH_DEADLINE_MS,
        // This side's packets may not have passed the peer's router yet, so it continues for a moment.
        found: (from) => {
          meeting.targets = [from];
          meeting.until = this.#clock.now() + AFTERWARDS_MS;
          meeting.found = () => {};
          resolve(from);
        },
      };
      let cancel = () => {};
      const send = () => {
        if (this.#clock.now() >= meeting.until) return end();
        for (const target of meeting.targets)
          this.#send(writePunch(this.#random.bytes(STUN_ID_BYTES), token), target);
        cancel = this.#clock.after(PUNCH_PERIOD_MS, send);
      };
      this.#meetings.set(key, meeting);
      signal.addEventListener('abort', end, { once: true });
      send();
    });
  }

  /** Handles a received punch; an unknown token is ignored. */
  heard(token: Uint8Array, from: Endpoint): void {
    this.#meetings.get(Buffer.from(token).toString('hex'))?.found(from);
  }

  /** Ends all attempts. */
  close(): void {
    for (const meeting of this.#meetings.values()) meeting.until = 0;
  }
}

function distinct(endpoints: readonly Endpoint[]): Endpoint[] {
  return [...new Map(endpoints.map((endpoint) => [keyOf(endpoint), endpoint])).values()];
}
