import { timingSafeEqual } from 'node:crypto';
import { proofOf, randomSecret, type Session } from '../../contract/session.ts';
import type { Clock } from '../kernel/clock.ts';

/** How long a code of an entry address works, in milliseconds. */
export const CODE_MS = 5 * 60_000;
/** How long a page may take from the host's greeting to its connection, in milliseconds. */
const GREETING_MS = 10_000;
/** The most codes, sessions and greetings at a time; the oldest are forgotten first. */
const MAX_CODES = 16;
const MAX_SESSIONS = 64;
const MAX_GREETINGS = 256;

interface Greeted {
  readonly session: string;
  readonly pageNonce: string;
  readonly until: number;
}

/**
 * The pages that may use this host, in memory alone: all sessions end with the host. See `contract/session.ts` for the
 * exchange.
 */
export class Sessions {
  readonly #clock: Clock;
  /** When each code ends. */
  readonly #codes = new Map<string, number>();
  readonly #keys = new Map<string, string>();
  readonly #greeted = new Map<string, Greeted>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A new code for an entry address. */
  code(): string {
    const code = randomSecret();
    put(this.#codes, code, this.#clock.now() + CODE_MS, MAX_CODES);
    return code;
  }

  /** Takes a code for a session; null if it was used before, is too old or never was one. */
  begin(code: string): Session | null {
    const until = this.#codes.get(code);
    this.#codes.delete(code);
    if (until === undefined || until < this.#clock.now()) return null;
    const made = { session: randomSecret(), key: randomSecret() };
    put(this.#keys, made.session, made.key, MAX_SESSIONS);
    return made;
  }

  /** Proves to a page that this host knows the key of its session; null if there is no such session. */
  async greet(session: string, pageNonce: string): Promise<{ nonce: string; proof: string } | null> {
    const key = this.#keys.get(session);
    if (key === undefined) return null;
    const nonce = randomSecret();
    put(this.#greeted, nonce, { session, pageNonce, until: this.#clock.now() + GREETING_MS }, MAX_GREETINGS);
    const proof = await proofOf(key, { by: 'host', session, pageNonce, hostNonce: nonce });
    return { nonce, proof };
  }

  /** Whether a page proved that it knows the key of its session. A greeting counts once. */
  async proves(session: string, hostNonce: string, proof: string): Promise<boolean> {
    const greeted = this.#greeted.get(hostNonce);
    this.#greeted.delete(hostNonce);
    const key = this.#keys.get(session);
    if (greeted === undefined || key === undefined) return false;
    if (greeted.session !== session || greeted.until < this.#clock.now()) return false;
    // In use: others are forgotten before it.
    put(this.#keys, session, key, MAX_SESSIONS);
    const { pageNonce } = greeted;
    return sameText(proof, await proofOf(key, { by: 'page', session, pageNonce, hostNonce }));
  }
}

/** Compares texts of one length in constant time. */
function sameText(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Puts an entry last, and drops the first ones beyond a number. */
function put<T>(map: Map<string, T>, key: string, value: T, most: number): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= most) return;
    map.delete(oldest);
  }
}
