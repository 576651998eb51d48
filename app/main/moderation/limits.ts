import type { Finding } from './decision.ts';
import { hostsIn } from './lists.ts';

/** How much one author, and everybody together, may write before a person looks. */
export interface LimitSettings {
  /** Messages of one author in one window. */
  readonly perWindow: number;
  /** The same for a new member. */
  readonly perWindowNew: number;
  readonly windowMs: number;
  /** Messages that say the same, by anybody, in one window. */
  readonly sameText: number;
  /** Links in one message, and in a new member's. */
  readonly links: number;
  readonly linksNew: number;
  /** How long after joining a member is new, and until how many messages. */
  readonly newForMs: number;
  readonly newUntilMessages: number;
  /** Messages of all new members together in one window; more is a flood. */
  readonly flood: number;
}

export const DEFAULT_LIMITS: LimitSettings = {
  perWindow: 20,
  perWindowNew: 5,
  windowMs: 60_000,
  sameText: 3,
  links: 8,
  linksNew: 2,
  newForMs: 7 * 86_400_000,
  newUntilMessages: 10,
  flood: 30,
};

/** A message and who wrote it, as far as limits look at them. */
export interface Written {
  readonly author: string;
  readonly text: string;
  readonly atMs: number;
  /** When the author joined, in milliseconds since 1970. */
  readonly joinedMs: number;
  /** Messages the author has here already. */
  readonly messages: number;
}

/** Authors and texts that are remembered; the oldest are forgotten first. */
const MAX_REMEMBERED = 10_000;
/** Shorter texts are said by many without meaning anything by it. */
const LEAST_SAME = 12;
const NOT_LETTERS = /[^\p{L}\p{N}]+/gu;
const MAX_KEY = 400;

/**
 * Counts what is written in a sliding window and says when it is too much. Holds no clock: every
 * message brings its time, and they may come in any order [J18]. Memory is bounded whatever comes.
 */
export class Limits {
  #settings: LimitSettings;
  readonly #byAuthor = new Map<string, number[]>();
  readonly #byText = new Map<string, number[]>();
  #newcomers: number[] = [];

  constructor(settings: LimitSettings = DEFAULT_LIMITS) {
    this.#settings = settings;
  }

  /** What was counted stays counted. */
  set(settings: LimitSettings): void {
    this.#settings = settings;
  }

  /** Counts a message in, and says what is too much about it. */
  findings({ author, text, atMs, joinedMs, messages }: Written): Finding[] {
    const limits = this.#settings;
    const isNew = atMs - joinedMs < limits.newForMs || messages < limits.newUntilMessages;
    const found: Finding[] = [];
    const ask = (code: string, detail: string) => found.push({ decision: 'queue', reason: { code, detail } });

    const rate = this.#count(this.#byAuthor, author, atMs);
    if (rate > (isNew ? limits.perWindowNew : limits.perWindow))
      ask('rate', `${rate} messages in a short time`);

    const key = text.toLowerCase().replace(NOT_LETTERS, '').slice(0, MAX_KEY);
    const same = key.length < LEAST_SAME ? 0 : this.#count(this.#byText, key, atMs);
    if (same > limits.sameText) ask('duplicate', `the same text ${same} times`);

    const links = hostsIn(text).length;
    if (links > (isNew ? limits.linksNew : limits.links)) ask('links', `${links} links`);

    if (isNew) {
      this.#newcomers = recent(this.#newcomers, atMs, limits.windowMs);
      this.#newcomers.push(atMs);
      if (this.#newcomers.length > limits.flood) {
        ask('flood', `${this.#newcomers.length} messages by new members in a short time`);
      }
    }
    return found;
  }

  #count(map: Map<string, number[]>, key: string, atMs: number): number {
    const times = recent(map.get(key) ?? [], atMs, this.#settings.windowMs);
    times.push(atMs);
    // Set anew, so that the map's order is that of the last message.
    map.delete(key);
    map.set(key, times);
    if (map.size > MAX_REMEMBERED) {
      const oldest = map.keys().next();
      if (oldest.done !== true) map.delete(oldest.value);
    }
    return times.length;
  }
}

/** Times of one window; no more of them are kept than any limit can ask for. */
const MAX_TIMES = 1000;
function recent(times: readonly number[], atMs: number, windowMs: number): number[] {
  return times.filter((time) => Math.abs(time - atMs) < windowMs).slice(-MAX_TIMES);
}
