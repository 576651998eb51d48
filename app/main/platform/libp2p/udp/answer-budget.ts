import type { Clock } from '../../../kernel/clock.ts';
import { ipToBytes } from './endpoint.ts';

/** Answers per second to unknown sources: in all, and to one source. */
const ANSWERS_PER_SECOND = 20;
const ANSWERS_PER_SOURCE = 5;

/** Limits answers to STUN requests, so that this node cannot be used to flood others. */
export class AnswerBudget {
  readonly #clock: Clock;
  readonly #sources = new Map<string, number>();
  #windowEndsAt = 0;
  #answers = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether a request from this IP may be answered now; counts it if so. */
  take(ip: string): boolean {
    const now = this.#clock.now();
    if (now >= this.#windowEndsAt || now < this.#windowEndsAt - 1000) {
      this.#windowEndsAt = now + 1000;
      this.#answers = 0;
      this.#sources.clear();
    }
    const source = sourceOf(ip);
    const ofSource = this.#sources.get(source) ?? 0;
    if (this.#answers >= ANSWERS_PER_SECOND || ofSource >= ANSWERS_PER_SOURCE) return false;
    this.#answers++;
    this.#sources.set(source, ofSource + 1);
    return true;
  }
}

/** One household is one source: an IPv4 address, or the first 64 bits of an IPv6 address. */
function sourceOf(ip: string): string {
  return Buffer.from(ipToBytes(ip).subarray(0, 8)).toString('hex');
}
