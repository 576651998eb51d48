import { equalBytes, toHex } from '../kernel/bytes.ts';
import { sleep } from '../kernel/clock.ts';
import { problemOf, type ProblemFields } from '../kernel/errors.ts';
import { sha256 } from '../kernel/sha256.ts';
import { openEvent, type SealedEvent } from './event.ts';
import { SyncClient } from './sync-client.ts';
import { checkHandshake, sendHandshake, type HandshakeInit, type Introduction } from './handshake.ts';
import type { Stratum } from './kinds.ts';
import { Negentropy } from './negentropy.ts';
import { RateMeter } from './rate-meter.ts';
import { MAX_WANT, RECON_BYTES, SYNC_PROTOCOL } from './wire.ts';
import type { Transport } from './transport.ts';
import { problem } from './problems.ts';

/** The number of `want` messages under way at a time. */
const WANTS_AHEAD = 2;
/** The most ids that wait to be requested; above it no further comparison is sent. */
const MAX_QUEUE = 20_000;
/** Content events that are reported as `newest` rather than `history`. */
const NEWEST = 2000;
/** [S7] Refused events after which a peer counts as hostile. */
const MAX_REJECTS = 16;
/** [S7] Ids that a peer may name beyond what its handshake promised. */
const SPARE_IDS = 10_000;
/** The most comparisons of one stratum in one session. */
const MAX_ROUNDS = 100;
/** How long to wait for events that another session is fetching, in milliseconds. */
const ELSEWHERE_MS = 250;

/** The displayed progress of one pull. */
export interface PullProgress {
  readonly peer: string;
  readonly stage: 'members' | 'newest' | 'history';
  readonly done: number;
  readonly total: number;
  readonly perSecond: number;
  readonly etaSeconds: number | null;
}

export interface PullResult {
  readonly stored: number;
  /** Whether this node now holds everything that the peer showed. */
  readonly equal: boolean;
}

/** State that the sessions of one node share, so that no event is fetched twice. */
export interface PullShared {
  /** Ids being fetched by any session. */
  readonly claimed: Set<string>;
  /** Whether an id was refused recently and is not worth fetching again. */
  refusedLately(id: string): boolean;
  refused(id: string): void;
}

export interface PullInit extends Omit<HandshakeInit, 'transport'> {
  readonly transport: Transport;
  readonly shared: PullShared;
  readonly onHandshake: (introduction: Introduction) => void;
  /** The handshake of the peer was not accepted. */
  readonly onRefused: (reason: ProblemFields) => void;
  readonly onProgress: () => void;
  /** [S8] Resolves to a function that ends this pull's turn, when that begins; to null if the signal aborts before. */
  readonly turn: (introduction: Introduction, signal: AbortSignal) => Promise<(() => void) | null>;
}

/** Reasons to avoid a peer, not just to try again later. */
export const HOSTILE: ReadonlySet<string> = new Set([
  'malformed',
  'bad-version',
  'unasked',
  'answer-too-large',
  'bad-signature',
  'wrong-community',
  'bad-events',
  'endless',
]);

/** One session in which this node fetches from a peer what it lacks. Run once. */
export class Pull {
  readonly peer: string;
  readonly #init: PullInit;
  readonly #meter: RateMeter;
  readonly #claims = new Set<string>();
  /** Ids that were fetched in vain in this session, with counts. */
  readonly #vain = new Map<string, number>();
  #stage: PullProgress['stage'] = 'members';
  #total = 0;
  #named = 0;
  #rejects = 0;
  #contentDone = 0;
  #introduced = false;

  constructor(peer: string, init: PullInit) {
    this.peer = peer;
    this.#init = init;
    this.#meter = new RateMeter(init.clock);
  }

  /** Whether the peer proved its membership. */
  get introduced(): boolean {
    return this.#introduced;
  }

  /** How many events a second were stored lately. */
  perSecond(): number {
    return this.#meter.progress(0).perSecond;
  }

  /** Null while nothing is known to be missing. */
  progress(): PullProgress | null {
    if (this.#total === 0 && this.#meter.done === 0) return null;
    return { peer: this.peer, stage: this.#stage, ...this.#meter.progress(this.#total) };
  }

  /**
   * Fetches everything that is missing. Rejects with a Problem if the peer or the connection fails; stored
   * events stay.
   */
  async run(signal: AbortSignal): Promise<PullResult> {
    const channel = await this.#init.transport.open(this.peer, SYNC_PROTOCOL, signal);
    const client = new SyncClient(channel, this.#init.clock);
    const cancel = () => client.abort(problem('cancelled'));
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    try {
      return await this.#converse(client, signal);
    } catch (error) {
      client.abort(error instanceof Error ? error : problem('unexpected', { reason: String(error) }));
      throw error;
    } finally {
      signal.removeEventListener('abort', cancel);
      for (const id of this.#claims) this.#init.shared.claimed.delete(id);
    }
  }

  async #converse(client: SyncClient, signal: AbortSignal): Promise<PullResult> {
    const introduction = await this.#introduce(client);
    this.#introduced = true;
    this.#init.onHandshake(introduction);
    const done = await this.#init.turn(introduction, signal);
    if (!done) throw problem('cancelled');
    try {
      return await this.#fetch(client, introduction);
    } finally {
      done();
    }
  }

  async #fetch(client: SyncClient, introduction: Introduction): Promise<PullResult> {
    const { log } = this.#init;
    const { authority, content } = introduction.counts;
    const limit = authority + content + SPARE_IDS;
    this.#began(introduction);
    const members = await this.#level(client, 'authority', limit);
    this.#stage = 'newest';
    const rest = await this.#level(client, 'content', limit);
    // [S9] Only a node that has everything says so.
    if (members && rest) await client.equal(log.count('content'));
    await client.close();
    return { stored: this.#meter.done, equal: members && rest };
  }

  async #introduce(client: SyncClient): Promise<Introduction> {
    const answer = await client.hello(sendHandshake(this.#init, this.peer, 'opener'));
    try {
      return await checkHandshake(this.#init, this.peer, 'answerer', answer);
    } catch (error) {
      this.#init.onRefused(problemOf(error));
      throw error;
    }
  }

  /** The counts of the peer set the expected total. */
  #began(introduction: Introduction): void {
    const { log } = this.#init;
    const { authority, content } = introduction.counts;
    this.#total =
      Math.max(0, authority - log.count('authority')) + Math.max(0, content - log.count('content'));
  }

  /** [S4] Compares and fetches until nothing is missing; false if something could not be fetched. */
  async #level(client: SyncClient, stratum: Stratum, limit: number): Promise<boolean> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const { asked, stored, elsewhere, skipped } = await this.#round(client, stratum, limit);
      if (asked === 0 && elsewhere === 0) return skipped === 0;
      if (stored > 0) continue;
      if (elsewhere === 0) return false;
      await sleep(this.#init.clock, ELSEWHERE_MS);
    }
    return false;
  }

  async #round(client: SyncClient, stratum: Stratum, limit: number) {
    const number = stratum === 'authority' ? 0 : 1;
    const negentropy = new Negentropy(this.#init.log.set(stratum), RECON_BYTES);
    const tally = { asked: 0, stored: 0, elsewhere: 0, skipped: 0 };
    const queue: Uint8Array[] = [];
    const wants: { ids: Uint8Array[]; answer: ReturnType<SyncClient['want']> }[] = [];
    /** Keeps a failure from being unhandled while something else is awaited. */
    const watched = <T>(promise: Promise<T>): Promise<T> => {
      promise.catch(() => {});
      return promise;
    };
    const request = (ids: Uint8Array[]) => {
      if (stratum === 'content') this.#init.log.expect(ids);
      wants.push({ ids, answer: watched(client.want(ids)) });
    };
    let next: Uint8Array | null = null;
    let recon: Promise<Uint8Array> | null = watched(client.recon(number, true, negentropy.initiate()));
    for (;;) {
      if (!recon && next && queue.length < MAX_QUEUE) {
        recon = watched(client.recon(number, false, next));
        next = null;
      }
      while (
        wants.length < WANTS_AHEAD &&
        (queue.length >= MAX_WANT || (queue.length > 0 && !recon && !next))
      ) {
        request(queue.splice(0, MAX_WANT));
      }
      const want = wants.shift();
      if (want) {
        const { events, handled } = await want.answer;
        queue.unshift(...want.ids.slice(handled));
        // The next `want` is sent before this batch is stored, so that network and disk work at the same
        // time.
        if (wants.length < WANTS_AHEAD && queue.length >= MAX_WANT) {
          request(queue.splice(0, MAX_WANT));
        }
        tally.stored += await this.#admit(want.ids.slice(0, handled), events, stratum);
      } else if (recon) {
        const difference = negentropy.reconcile(await recon);
        recon = null;
        next = difference.next;
        this.#named += difference.need.length;
        if (this.#named > limit) throw problem('endless');
        this.#sort(difference.need, queue, tally);
      } else if (!next && queue.length === 0) {
        break;
      }
    }
    this.#total = Math.max(this.#total, this.#meter.done);
    return tally;
  }

  /**
   * Splits the needed ids into those to request, those that another session fetches, and those not wanted.
   */
  #sort(
    need: Uint8Array[],
    queue: Uint8Array[],
    tally: { asked: number; elsewhere: number; skipped: number },
  ) {
    const { shared } = this.#init;
    for (const id of need) {
      const key = toHex(id);
      if (this.#claims.has(key)) continue;
      if (shared.refusedLately(key) || (this.#vain.get(key) ?? 0) >= 2) tally.skipped++;
      else if (shared.claimed.has(key)) tally.elsewhere++;
      else {
        shared.claimed.add(key);
        this.#claims.add(key);
        queue.push(id);
        tally.asked++;
      }
    }
    this.#total = Math.max(this.#total, this.#meter.done + this.#claims.size);
  }

  async #admit(asked: Uint8Array[], events: SealedEvent[], stratum: Stratum): Promise<number> {
    const ids = matchAsked(asked, events);
    const batch = stratum === 'authority' ? inTimeOrder(events, ids) : { events, ids };
    const { stored, refusals } = await this.#init.log.admit(batch.events, 'history');
    for (const [index, refusal] of refusals.entries()) {
      if (!refusal || refusal.code === 'duplicate') continue;
      const key = toHex(batch.ids[index]!);
      if (refusal.verdict === 'reject' && ++this.#rejects > MAX_REJECTS) {
        throw problem('bad-events');
      }
      // Events that may become acceptable with a later event are tried once more.
      if (
        refusal.code === 'unproven' ||
        refusal.code === 'unknown-author' ||
        refusal.code === 'out-of-role'
      ) {
        this.#vain.set(key, (this.#vain.get(key) ?? 0) + 1);
      } else {
        this.#init.shared.refused(key);
      }
    }
    // Named, but not sent: the peer may have removed it in between. Events arrive in the order requested.
    let at = 0;
    for (const id of asked) {
      const key = toHex(id);
      this.#claims.delete(key);
      this.#init.shared.claimed.delete(key);
      if (at < ids.length && equalBytes(ids[at]!, id)) at++;
      else this.#vain.set(key, 2);
    }
    if (stratum === 'content') this.#contentDone += stored;
    if (this.#contentDone >= NEWEST) this.#stage = 'history';
    this.#meter.add(stored);
    this.#init.onProgress();
    return stored;
  }
}

/**
 * [S5] The ids of the events, which must be among those requested, in that order. Throws a Problem `unasked`.
 */
function matchAsked(asked: readonly Uint8Array[], events: readonly SealedEvent[]): Uint8Array[] {
  let at = 0;
  return events.map(({ bytes }) => {
    const id = sha256(bytes);
    while (at < asked.length && !equalBytes(asked[at]!, id)) at++;
    if (at++ >= asked.length) throw problem('unasked-event');
    return id;
  });
}

/** [S3] Authority events depend on earlier ones, so they are judged oldest first. */
function inTimeOrder(events: SealedEvent[], ids: Uint8Array[]): { events: SealedEvent[]; ids: Uint8Array[] } {
  const order = events
    .map((event, index) => ({ event, id: ids[index]!, time: timeOf(event) }))
    .toSorted((a, b) => a.time - b.time);
  return { events: order.map(({ event }) => event), ids: order.map(({ id }) => id) };
}

/** Malformed events sort first; admission refuses them. */
function timeOf(event: SealedEvent): number {
  try {
    return openEvent(event).time;
  } catch {
    return 0;
  }
}
