import { toHex } from '../kernel/bytes.ts';
import { cidOf } from '../kernel/cid.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/database.ts';
import { problemOf } from '../kernel/errors.ts';
import { nextTime, ticksOf } from '../kernel/hybrid-time.ts';
import type { BulkSigner, Signer, Verifier } from '../kernel/signer.ts';
import {
  judge,
  judgeRole,
  refusalProblem,
  MAX_AHEAD_MS,
  type AdmissionContext,
  type Refusal,
  type RefusalCode,
} from './admission.ts';
import { DeferredEvents } from './deferred-events.ts';
import {
  formEvent,
  MAX_PARENTS,
  openEvent,
  sealEvent,
  signingPayload,
  type LogEvent,
  type SealedEvent,
} from './event.ts';
import { purgeRow } from './event-row.ts';
import { redactedOf, redactedOrNull, isStripped, openRedacted } from './redacted-event.ts';
import type { Authority, AdmissionHook, Projection, RightsChange, Stratum } from './kinds.ts';
import { Projections } from './projections.ts';
import { proveHeads } from './prove.ts';
import { Inventory } from './inventory.ts';
import type { RangeSet } from './range-set.ts';
import { RefusalCounts, type CountedRefusal } from './refusal-counts.ts';
import type { LogStore } from './store.ts';

/** One stored event, as listeners receive it. */
export interface Committed {
  readonly event: LogEvent;
  readonly seq: number;
  /** `own`: written here; `live`: received by gossip; `history`: filled in by catch-up. */
  readonly origin: EventSource;
}

export type EventSource = 'own' | 'live' | 'history';

/** An event that this node's own person is about to write. */
export interface EventDraft {
  readonly kind: string;
  readonly body: unknown;
  /** Handed to the admission hook beside the event; no part of it. */
  readonly context?: unknown;
}

export interface Verdicts {
  readonly stored: number;
  /** Refusals in the order of the input; null if the event was stored. */
  readonly refusals: (Refusal | null)[];
}

export interface LogInit {
  readonly db: Database;
  /** The log's tables, shared with the projections that read events back. */
  readonly store: LogStore;
  readonly clock: Clock;
  readonly verifier: Verifier;
  readonly community: Uint8Array;
  /** Ticks of the genesis document. */
  readonly genesisTime: number;
  /** Each of them registers its kinds. */
  readonly projections: readonly Projection[];
  readonly authority: Authority;
  readonly admissionHook?: AdmissionHook;
}

/**
 * A community's signed event log: admits, stores and projects events, and notifies listeners. The rules are
 * in SPEC.md.
 */
export class Log {
  readonly store: LogStore;
  readonly community: Uint8Array;
  readonly #init: LogInit;
  readonly #projections: Projections;
  readonly #listeners = new Set<(batch: readonly Committed[]) => void>();
  readonly #rightsListeners = new Set<() => void>();
  readonly #refusals = new RefusalCounts();
  readonly #deferred: DeferredEvents;
  readonly #inventory: Inventory;
  #lastTime: number;
  /** Transactions since the start that stored something. */
  #commits = 0;

  constructor(init: LogInit) {
    this.#init = init;
    this.community = init.community;
    this.store = init.store;
    this.#projections = new Projections(init.projections);
    this.#deferred = new DeferredEvents(init.clock, (event) => void this.admit([event], 'live'));
    this.#lastTime = Math.max(this.store.latestTime(), init.genesisTime);
    this.#inventory = new Inventory(this.store);
  }

  /** The community's id as text. */
  get id(): string {
    return cidOf(this.community);
  }

  /** Calls back after each commit; returns the unsubscribe function. */
  onCommit(listener: (batch: readonly Committed[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls back after somebody's rights changed, so that refused events may be acceptable now. */
  onRights(listener: () => void): () => void {
    this.#rightsListeners.add(listener);
    return () => this.#rightsListeners.delete(listener);
  }

  /** [L11] The mark last passed to {@link rightsChanged}; 0 before the first. */
  get rightsMark(): number {
    return this.store.meta<number>(RIGHTS) ?? 0;
  }

  /**
   * [L11] The authority's answers have changed: events that their author no longer had the right to write are
   * removed. The mark says up to which point the authority was heard; it is stored together with the
   * consequences, or neither is.
   */
  rightsChanged(changes: readonly RightsChange[], mark: number): void {
    if (changes.every(({ keys }) => keys.length === 0)) return;
    const removed: Removed[] = [];
    this.#transact(() => {
      this.store.setMeta(RIGHTS, mark);
      for (const { keys, since } of changes) {
        for (const key of keys) removed.push(...this.#reconsider(key, since));
      }
    });
    for (const { event, stratum } of removed) this.#inventory.remove(event, stratum);
    for (const listener of this.#rightsListeners) listener();
  }

  /** The time of an event written now, in ticks: not before anything seen so far. */
  get now(): number {
    return nextTime(this.#lastTime, this.#init.clock.now());
  }

  /**
   * Something outside the log happened at a time, in ticks: events written here from now on are later. A time
   * that others would not accept yet [L7] is ignored.
   */
  observe(time: number): void {
    if (time <= ticksOf(this.#init.clock.now() + MAX_AHEAD_MS))
      this.#lastTime = Math.max(this.#lastTime, time);
  }

  /** The number of events held, by stratum or in all. */
  count(stratum?: Stratum): number {
    return this.#inventory.count(stratum);
  }

  /** The refusals since the start, by reason. */
  refusals(): CountedRefusal[] {
    return this.#refusals.all();
  }

  /**
   * The set that peers reconcile; newest first because its keys count backwards. Read from disk on first use.
   */
  set(stratum: Stratum): RangeSet {
    return this.#inventory.set(stratum);
  }

  /** Writes one event of this node's own person: signed, stored and projected when this returns. */
  append(signer: Signer, kind: string, body: unknown): LogEvent {
    return this.appendAll(signer, [{ kind, body }])[0]!;
  }

  /**
   * Writes several events in one transaction, one after another: a generator receives each event in return,
   * so that a later draft can name an earlier event. Throws a Problem `out-of-role` or `bad-body`; then none
   * is stored.
   */
  appendAll(
    signer: Signer,
    drafts: Iterable<EventDraft> | Generator<EventDraft, void, LogEvent>,
  ): LogEvent[] {
    const batch: Committed[] = [];
    const source: Iterator<EventDraft, unknown, LogEvent | undefined> = drafts[Symbol.iterator]();
    this.#transact(() => {
      for (let draft = source.next(); draft.done !== true; draft = source.next(batch.at(-1)?.event)) {
        batch.push(this.#write(signer, draft.value));
      }
    });
    this.#committed(batch);
    return batch.map(({ event }) => event);
  }

  /**
   * Writes many events like {@link appendAll}, with signatures made in parallel, since ids do not depend on
   * them. Events that this person writes meanwhile fork from the same heads, and the next event joins both
   * [L4]. Rejects with a Problem `out-of-role` or `bad-body`; then none is stored.
   */
  async appendBulk(signer: BulkSigner, drafts: Generator<EventDraft, void, LogEvent>): Promise<void> {
    const formed: LogEvent[] = [];
    let parents = this.store.headsOf(signer.publicKey, MAX_PARENTS);
    for (let draft = drafts.next(); draft.done !== true; draft = drafts.next(formed.at(-1)!)) {
      const { kind, body } = draft.value;
      this.#lastTime = this.now;
      const event = formEvent({
        community: this.community,
        author: signer.publicKey,
        time: this.#lastTime,
        parents,
        kind,
        body,
      });
      formed.push(event);
      parents = [event.id];
    }
    const signatures = await signer.signAll(formed.map(({ bytes }) => signingPayload(bytes)));
    const batch: Committed[] = [];
    this.#transact(() => {
      const context = this.#context();
      for (const [index, event] of formed.entries()) {
        const refusal = judge(event, context);
        if (refusal) throw refusalProblem(refusal, event.kind);
        batch.push(this.#insert({ ...event, signature: signatures[index]! }, true, 'own'));
      }
    });
    this.#committed(batch);
  }

  #write(signer: Signer, { kind, body, context }: EventDraft): Committed {
    const event = sealEvent(
      {
        community: this.community,
        author: signer.publicKey,
        time: this.now,
        parents: this.store.headsOf(signer.publicKey, MAX_PARENTS),
        kind,
        body,
      },
      signer,
    );
    const refusal = judge(event, this.#context());
    if (refusal) throw refusalProblem(refusal, kind);
    return this.#insert(event, true, 'own', context);
  }

  /**
   * Judges and stores events from outside, in one transaction. Bulk catch-up passes events newest first, so
   * that one signature per head is checked and ancestors follow by hash [L3].
   */
  async admit(sealed: readonly SealedEvent[], origin: Exclude<EventSource, 'own'>): Promise<Verdicts> {
    const context = this.#context();
    const commits = this.#commits;
    const refusals: (Refusal | null)[] = [];
    const candidates: { event: LogEvent; index: number }[] = [];
    for (const [index, one] of sealed.entries()) {
      const opened = this.#open(one, context);
      refusals.push('verdict' in opened ? opened : null);
      if (!('verdict' in opened)) candidates.push({ event: opened, index });
    }
    const proved = await proveHeads(
      candidates.map(({ event }) => event),
      {
        verifier: this.#init.verifier,
        isAwaited: (event) => this.store.isAwaited(event),
        // Authority events are sent oldest first, so each needs its own checked signature.
        always: ({ kind }) => this.#projections.kinds.get(kind)?.stratum === 'authority',
      },
    );

    const batch: Committed[] = [];
    this.#transact(() => {
      // Already looked up: again only if something was stored in between, or for repetition in this batch.
      const placed = new Set<string>();
      for (const { event, index } of candidates) {
        const key = toHex(event.id);
        const isHere = placed.has(key) || (this.#commits !== commits && this.#holds(event));
        const refusal = isHere ? DUPLICATE : this.#place(event, proved.get(event), origin, batch);
        if (refusal) refusals[index] = refusal;
        else placed.add(key);
      }
    });
    for (const refusal of refusals) if (refusal) this.#refusals.count(refusal);
    this.#committed(batch);
    return { stored: batch.length, refusals };
  }

  #open(sealed: SealedEvent, context: AdmissionContext): LogEvent | Refusal {
    let event: LogEvent;
    try {
      event = openEvent(sealed);
    } catch (error) {
      return { verdict: 'reject', code: problemOf(error).code as RefusalCode };
    }
    if (this.#holds(event)) return DUPLICATE;
    const refusal = judge(event, context);
    if (refusal?.verdict === 'hold') this.#deferred.add(sealed, event);
    return refusal ?? event;
  }

  #holds(event: LogEvent): boolean {
    return this.#inventory.has(event, this.#projections.kinds.get(event.kind)?.stratum);
  }

  #place(
    event: LogEvent,
    signed: boolean | undefined,
    origin: EventSource,
    batch: Committed[],
  ): Refusal | null {
    if (signed === false) return { verdict: 'reject', code: 'bad-signature' };
    const kind = this.#projections.kinds.get(event.kind)!;
    // [L3] Ancestry proves content alone.
    const byAncestry = kind.stratum === 'content' && this.store.isAwaited(event);
    if (signed === undefined && !byAncestry) return { verdict: 'ignore', code: 'unproven' };
    const refusal = judgeRole(event, kind, this.#init.authority);
    if (refusal) return refusal;
    batch.push(this.#insert(event, signed === true, origin));
    return null;
  }

  #insert(event: LogEvent, proved: boolean, origin: EventSource, context?: unknown): Committed {
    const kind = this.#projections.kinds.get(event.kind)!;
    const seq = this.store.insert(event, kind.stratum, proved);
    this.#init.admissionHook?.stored(event, seq, origin, context);
    this.#projections.apply(event, seq);
    this.#lastTime = Math.max(this.#lastTime, event.time);
    return { event, seq, origin };
  }

  /** [L11] Removes events that an author wrote from a time on without the right to. */
  #reconsider(author: Uint8Array, since: number): Removed[] {
    const removed: Removed[] = [];
    for (const { seq, event } of this.store.byAuthorSince(author, since)) {
      const kind = this.#projections.kinds.get(event.kind)!;
      if (!judgeRole(event, kind, this.#init.authority)) continue;
      this.store.remove(seq, event);
      this.#projections.revoke(event, seq);
      this.#init.admissionHook?.removed(event, seq);
      removed.push({ event, stratum: kind.stratum });
    }
    return removed;
  }

  /** [L14] The redacted form of an event; null if its kind cannot be purged. */
  redactedOf(event: LogEvent): Uint8Array | null {
    const kind = this.#projections.kinds.get(event.kind);
    return kind?.redacted ? redactedOf(event, kind) : null;
  }

  /**
   * [L14] Removes the text of events: an event that is here is redacted; for one that is not here, the given
   * redacted form is filed, if valid. Returns the redacted events and how many bytes were removed.
   */
  purge(named: readonly { readonly id: Uint8Array; readonly redacted: Uint8Array }[]): {
    gone: LogEvent[];
    bytes: number;
  } {
    const gone: LogEvent[] = [];
    const filed: Committed[] = [];
    let bytes = 0;
    this.#transact(() => {
      for (const { id, redacted } of named) {
        const here = this.store.event(id);
        if (here === null) filed.push(...this.#file(id, redacted));
        else if (!this.store.isRedacted(id)) {
          const kind = this.#projections.kinds.get(here.event.kind)!;
          if (!kind.redacted) continue;
          const own = redactedOf(here.event, kind);
          bytes += purgeRow(this.#init.db, here.seq, own);
          this.#projections.purged(openRedacted(id, own), here.seq);
          gone.push(here.event);
        }
      }
    });
    this.#committed(filed);
    return { gone, bytes };
  }

  /** A filed event must pass the judgement that the purged event would have passed. */
  #file(id: Uint8Array, bytes: Uint8Array): Committed[] {
    const redacted = redactedOrNull(id, bytes);
    // The purge holds something that is not a redacted event; the event itself is still welcome.
    if (redacted === null) return [];
    const kind = this.#projections.kinds.get(redacted.kind);
    const awaited = this.store.awaitedOf(id);
    const isIt =
      kind !== undefined &&
      isStripped(redacted, kind) &&
      judge(redacted, this.#context()) === null &&
      (awaited === null || awaited === this.store.authorOf(redacted.author));
    if (!isIt) return [];
    const seq = this.store.file(redacted, kind.stratum);
    this.#init.admissionHook?.stored(redacted, seq, 'history');
    this.#projections.apply(redacted, seq);
    this.#lastTime = Math.max(this.#lastTime, redacted.time);
    return [{ event: redacted, seq, origin: 'history' }];
  }

  /** All of `work` and its consequences are durable, or none; the same applies to the state in memory. */
  #transact(work: () => void): void {
    const lastTime = this.#lastTime;
    try {
      this.#init.db.transaction(() => {
        work();
        this.#settle();
      });
    } catch (error) {
      this.#lastTime = lastTime;
      this.store.reload();
      this.#projections.reload();
      this.#init.admissionHook?.reload();
      throw error;
    }
  }

  #settle(): void {
    this.store.settle();
    this.#projections.settle();
  }

  #committed(batch: readonly Committed[]): void {
    if (batch.length === 0) return;
    this.#commits++;
    for (const { event } of batch)
      this.#inventory.add(event, this.#projections.kinds.get(event.kind)!.stratum);
    for (const listener of this.#listeners) listener(batch);
  }

  /** The inputs for judging an event, as of now. */
  #context(): AdmissionContext {
    const { community, genesisTime, clock, authority } = this.#init;
    return { community, genesisTime, nowMs: clock.now(), kinds: this.#projections.kinds, authority };
  }

  /** [L12] Empties all projections and computes them again, in one transaction. */
  rebuild(onProgress: (done: number, total: number) => void = () => {}): void {
    this.#transact(() => {
      this.#projections.clear();
      let done = 0;
      for (const stratum of ['authority', 'content'] as const) {
        for (const batch of this.store.batches(1000, stratum)) {
          for (const { seq, event } of batch) this.#projections.apply(event, seq);
          this.#settle();
          onProgress((done += batch.length), this.count());
        }
      }
      this.#projections.rebuilt();
    });
  }

  /** [L13] Digest of the events held: equal on two nodes exactly when they hold the same. */
  digest(): Uint8Array {
    return this.#inventory.digest();
  }

  /** [L13] Digest of everything shown: a chain of hashes over each projection's canonical rows. */
  stateDigest(): Uint8Array {
    return this.#projections.digest();
  }
}

/** An event that lost its right to be here. */
type Removed = { readonly event: LogEvent; readonly stratum: Stratum };

const RIGHTS = 'rights.mark';
const DUPLICATE: Refusal = { verdict: 'ignore', code: 'duplicate' };
