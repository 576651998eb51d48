import type { Finding } from './decision.ts';
import { hostsIn } from './lists.ts';
import { problem } from './problems.ts';

/** How much one author, and all authors together, may write before a person reviews it. */
export interface LimitSettings {
  /** Messages of one author in one window. */
  readonly perWindow: number;
  /** The same for a new member. */
  readonly perWindowNew: number;
  readonly windowMs: number;
  /** Messages with the same text, by anybody, in one window. */
  readonly sameText: number;
  /** Links in one message, and in a new member's message. */
  readonly links: number;
  readonly linksNew: number;
  /** How long after joining, and until how many messages, a member is new. */
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

/** A message and its author, with the fields that limits need. */
export interface Written {
  readonly author: string;
  readonly text: string;
  readonly atMs: number;
  /** When the author joined, in milliseconds since 1970. */
  readonly joinedMs: number;
  /** How many messages of the author are here already. */
  readonly messages: number;
}

/** Authors and texts that are remembered; the oldest are forgotten first. */
const MAX_REMEMBERED = 10_000;
/** Shorter texts are often repeated innocently. */
const LEAST_SAME = 12;
const NOT_LETTERS = /[^\p{L}\p{N}]+/gu;
const MAX_KEY = 400;

/**
 * Counts messages in a sliding window and reports excess. Does not use a clock: every message brings its
 * time, and they may arrive in any order [J18]. Memory is bounded for any input.
 */
export class Limits {
  #settings: LimitSettings;
  readonly #byAuthor = new Map<string, number[]>();
  readonly #byText = new Map<string, number[]>();
  #newcomers: number[] = [];

  constructor(settings: LimitSettings = DEFAULT_LIMITS) {
    this.#settings = settings;
  }

  /** Existing counts stay. */
  set(settings: LimitSettings): void {
    this.#settings = settings;
  }

  /** Counts a message, and reports the limits that it exceeds. */
  findings({ author, text, atMs, joinedMs, messages }: Written): Finding[] {
    const limits = this.#settings;
    const isNew = atMs - joinedMs < limits.newForMs || messages < limits.newUntilMessages;
    const found: Finding[] = [];
    const ask = (code: string, detail: string) => found.push({ decision: 'queue', reason: { code, detail } });

    const rate = this.#count(this.#byAuthor, author, atMs);
    if (rate > (isNew ? limits.perWindowNew : limits.perWindow))
      ask('rate', problem.fields('rate', { count: rate }).message);

    const key = text.toLowerCase().replace(NOT_LETTERS, '').slice(0, MAX_KEY);
    const same = key.length < LEAST_SAME ? 0 : this.#count(this.#byText, key, atMs);
    if (same > limits.sameText) ask('duplicate', problem.fields('duplicate', { count: same }).message);

    const links = hostsIn(text).length;
    if (links > (isNew ? limits.linksNew : limits.links)) ask('links', `${links} links`);

    if (isNew) {
      this.#newcomers = recent(this.#newcomers, atMs, limits.windowMs);
      // [J33] Beyond the author's own limit it is held for that reason, and says nothing about the others.
      if (rate <= limits.perWindowNew) this.#newcomers.push(atMs);
      if (this.#newcomers.length > limits.flood) {
        ask('flood', problem.fields('flood', { count: this.#newcomers.length }).message);
      }
    }
    return found;
  }

  #count(map: Map<string, number[]>, key: string, atMs: number): number {
    const times = recent(map.get(key) ?? [], atMs, this.#settings.windowMs);
    times.push(atMs);
    // Inserted again, so that the map's order is that of the last message.
    map.delete(key);
    map.set(key, times);
    if (map.size > MAX_REMEMBERED) {
      const oldest = map.keys().next();
      if (oldest.done !== true) map.delete(oldest.value);
    }
    return times.length;
  }
}

/** Times in one window; no more of them are kept than any limit can require. */
const MAX_TIMES = 1000;
function recent(times: readonly number[], atMs: number, windowMs: number): number[] {
  return times.filter((time) => Math.abs(time - atMs) < windowMs).slice(-MAX_TIMES);
}
