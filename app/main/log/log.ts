import { toHex } from '../kernel/bytes.ts';
import { cidOf } from '../kernel/cid.ts';
import { othersTurn, type Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/database.ts';
import { problemOf } from '../kernel/errors.ts';
import { nextTime, ticksOf } from '../kernel/hybrid-time.ts';
import type { BulkSigner, Signer, Verifier } from '../kernel/signer.ts';
import {
  judge,
  judgeRole,
  MAX_AHEAD_MS,
  type AdmissionContext,
  type Refusal,
  type RefusalCode,
} from './admission.ts';
import { CommitListeners, type Committed, type EventSource } from './commit-listeners.ts';
import { DeferredEvents } from './deferred-events.ts';
import { EventBook, type Removed } from './event-book.ts';
import { openEvent, type LogEvent, type SealedEvent } from './event.ts';
import type { Authority, AdmissionHook, Kind, Projection, RightsChange, Stratum } from './kinds.ts';
import { Projections } from './projections.ts';
import { proveHeads } from './prove.ts';
import { Inventory } from './inventory.ts';
import type { OpaqueCount } from './opaque-events.ts';
import { OwnEvents, SLICE, type EventDraft } from './own-events.ts';
import type { RangeSet } from './range-set.ts';
import type { NamedRedaction, Purged } from './redactions.ts';
import { RefusalCounts, type CountedRefusal } from './refusal-counts.ts';
import type { LogStore } from './store.ts';

export interface Verdicts {
  readonly stored: number;
  /** Refusals in the order of the input; null if the event was stored. */
  readonly refusals: (Refusal | null)[];
}

/** Events from outside, opened and with their signatures checked. */
export interface Vetted {
  /** In the order of the input; null if there is no reason to refuse the event so far. */
  readonly refusals: readonly (Refusal | null)[];
  /** Those without a refusal, with their places in the input. */
  readonly candidates: readonly { readonly event: LogEvent; readonly index: number }[];
  /** Whether a signature is right; without an entry none was given or needed. */
  readonly proved: ReadonlyMap<LogEvent, boolean>;
  /** How many transactions had stored something by then. */
  readonly commits: number;
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
  readonly #listeners: CommitListeners;
  readonly #rightsListeners = new Set<() => void>();
  readonly #refusals = new RefusalCounts();
  readonly #deferred: DeferredEvents;
  readonly #inventory: Inventory;
  readonly #book: EventBook;
  readonly #own: OwnEvents;
  /** Transactions since the start that stored something. */
  #commits = 0;

  constructor(init: LogInit) {
    this.#init = init;
    this.community = init.community;
    this.store = init.store;
    this.#projections = new Projections(init.projections);
    this.#deferred = new DeferredEvents(init.clock, (event) => void this.admit([event], 'live'));
    this.#inventory = new Inventory(this.store);
    this.#book = new EventBook({
      ...init,
      projections: this.#projections,
      admissionHook: init.admissionHook,
    });
    this.#listeners = new CommitListeners(this.#projections.kinds, this.#book.opaque);
    this.#own = new OwnEvents({
      store: this.store,
      community: this.community,
      kinds: this.#projections.kinds,
      tick: () => {
        const time = this.now;
        this.#book.saw(time);
        return time;
      },
    });
  }

  /**
   * [L17] Applies the events whose kinds this node knows since this opening, and sets those aside that it no longer
   * knows. Called once, when the authority has heard of all final blocks. Listeners hear of the former as soon as this
   * node runs.
   */
  opened(): void {
    const { gained, removed } = this.#book.settleKinds();
    this.#forget(removed);
    if (gained.length > 0) this.#init.clock.after(0, () => this.#listeners.gained(gained));
  }

  /** [L18] The events here that need a newer release, by kind. */
  opaque(): OpaqueCount[] {
    return this.#book.opaque.counts();
  }

  /** [S11] The names of the kinds that this node knows, in ascending order. */
  kindNames(): string[] {
    return this.#book.kindNames();
  }

  /** [L15] Whether this node knows a kind. */
  knows(kind: string): boolean {
    return this.#projections.kinds.has(kind);
  }

  /** The community's id as text. */
  get id(): string {
    return cidOf(this.community);
  }

  /**
   * Calls back after each commit with the events whose kinds this node knows, if there are any; returns the
   * unsubscribe function. Other events may hold anything [L15].
   */
  onCommit(listener: (batch: readonly Committed[]) => void): () => void {
    return this.#listeners.onKnown(listener);
  }

  /** Calls back after each commit with all stored events, opaque ones included; returns the unsubscribe function. */
  onStored(listener: (batch: readonly Committed[]) => void): () => void {
    return this.#listeners.onAll(listener);
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
    this.#forget(
      this.#book.transact(() => {
        this.store.setMeta(RIGHTS, mark);
        return changes.flatMap(({ keys, since }) => keys.flatMap((key) => this.#book.reconsider(key, since)));
      }),
    );
    for (const listener of this.#rightsListeners) listener();
  }

  /** The time of an event written now, in ticks: not before anything seen so far. */
  get now(): number {
    return nextTime(this.#book.lastTime, this.#init.clock.now());
  }

  /**
   * Something outside the log happened at a time, in ticks: events written here from now on are later. A time
   * that others would not accept yet [L7] is ignored.
   */
  observe(time: number): void {
    if (time <= ticksOf(this.#init.clock.now() + MAX_AHEAD_MS)) this.#book.saw(time);
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
    this.#book.transact(() => {
      for (let draft = source.next(); draft.done !== true; draft = source.next(batch.at(-1)?.event)) {
        const event = this.#own.next(signer, draft.value, this.#context());
        batch.push(this.#insert(event, true, 'own', draft.value.context));
      }
    });
    this.#committed(batch);
    return batch.map(({ event }) => event);
  }

  /**
   * Writes many events, with signatures made in parallel, since ids do not depend on them. Other work gets its turn
   * between two slices, each of which is stored completely or not at all. Events that this person writes meanwhile fork
   * from the same heads, and the next event joins both [L4]. Rejects with a Problem `out-of-role` or `bad-body`; then
   * the slice with that event and those after it are not stored.
   */
  async appendBulk(signer: BulkSigner, drafts: Generator<EventDraft, void, LogEvent>): Promise<void> {
    const formed = await this.#own.chain(signer, drafts);
    for (let at = 0; at < formed.length; at += SLICE) {
      if (at > 0) await othersTurn();
      this.#append(formed.slice(at, at + SLICE));
    }
  }

  #append(formed: readonly LogEvent[]): void {
    const batch: Committed[] = [];
    this.#book.transact(() => {
      const context = this.#context();
      for (const event of formed) {
        this.#own.check(event, context);
        batch.push(this.#insert(event, true, 'own'));
      }
    });
    this.#committed(batch);
  }

  /**
   * Judges and stores events from outside. Bulk catch-up passes events newest first, so that one signature per head is
   * checked and ancestors follow by hash [L3]. They are stored in slices, each in one transaction; the admission hook
   * prepares one while the one before it is stored, and other work gets its turn.
   */
  async admit(sealed: readonly SealedEvent[], origin: Exclude<EventSource, 'own'>): Promise<Verdicts> {
    const vetted = await this.vet(sealed);
    const { candidates } = vetted;
    const slices: (typeof candidates)[] = [];
    for (let at = 0; at < candidates.length; at += SLICE) slices.push(candidates.slice(at, at + SLICE));
    const prepare = (slice: typeof candidates = []) =>
      this.prepared(
        slice.map(({ event }) => event),
        origin,
      );
    const refusals = [...vetted.refusals];
    let stored = 0;
    let next = prepare(slices[0]);
    for (const [at, slice] of slices.entries()) {
      const prepared = await next;
      next = prepare(slices[at + 1]);
      stored += this.#keep({ ...vetted, candidates: slice }, refusals, origin, prepared);
    }
    this.#count(refusals);
    return { stored, refusals };
  }

  /** Opens events from outside and checks their signatures; {@link keep} stores them. */
  async vet(sealed: readonly SealedEvent[]): Promise<Vetted> {
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
        always: (event) => this.#kindOf(event).stratum === 'authority',
      },
    );
    return { refusals, candidates, proved, commits };
  }

  /** Those of vetted events that this node would store now, by their own signature. */
  genuine({ candidates, proved }: Vetted): { readonly event: LogEvent; readonly index: number }[] {
    return candidates.filter(
      ({ event }) =>
        proved.get(event) === true && judgeRole(event, this.#kindOf(event), this.#init.authority) === null,
    );
  }

  /** What the admission hook knows of events before they are stored, by event. */
  async prepared(
    events: readonly LogEvent[],
    origin: Exclude<EventSource, 'own'>,
  ): Promise<ReadonlyMap<LogEvent, unknown>> {
    const contexts = events.length === 0 ? [] : await this.#init.admissionHook?.prepare?.(events, origin);
    return new Map((contexts ?? []).map((context, index) => [events[index]!, context]));
  }

  /** Stores vetted events in one transaction, with what {@link prepared} found. */
  keep(
    vetted: Vetted,
    origin: Exclude<EventSource, 'own'>,
    prepared: ReadonlyMap<LogEvent, unknown>,
  ): Verdicts {
    const refusals = [...vetted.refusals];
    const stored = this.#keep(vetted, refusals, origin, prepared);
    this.#count(refusals);
    return { stored, refusals };
  }

  /** Adds to the refusals; returns how many were stored. */
  #keep(
    { candidates, proved, commits }: Vetted,
    refusals: (Refusal | null)[],
    origin: EventSource,
    prepared: ReadonlyMap<LogEvent, unknown>,
  ): number {
    const batch: Committed[] = [];
    this.#book.transact(() => {
      // Already looked up: again only if something was stored in between, or for repetition in this batch.
      const placed = new Set<string>();
      for (const { event, index } of candidates) {
        const key = toHex(event.id);
        const isHere = placed.has(key) || (this.#commits !== commits && this.#holds(event));
        const context = prepared.get(event);
        const refusal = isHere ? DUPLICATE : this.#place(event, proved.get(event), origin, batch, context);
        if (refusal) refusals[index] = refusal;
        else placed.add(key);
      }
    });
    this.#committed(batch);
    return batch.length;
  }

  #count(refusals: readonly (Refusal | null)[]): void {
    for (const refusal of refusals) if (refusal) this.#refusals.count(refusal);
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
    return this.#inventory.has(event, this.#projections.kindOf(event.kind)?.stratum);
  }

  #place(
    event: LogEvent,
    signed: boolean | undefined,
    origin: EventSource,
    batch: Committed[],
    context: unknown,
  ): Refusal | null {
    if (signed === false) return { verdict: 'reject', code: 'bad-signature' };
    const kind = this.#kindOf(event);
    // [L3] Ancestry proves content alone.
    const byAncestry = kind.stratum === 'content' && this.store.isAwaited(event);
    if (signed === undefined && !byAncestry) return { verdict: 'ignore', code: 'unproven' };
    const refusal = judgeRole(event, kind, this.#init.authority);
    if (refusal) return refusal;
    batch.push(this.#insert(event, signed === true, origin, context));
    return null;
  }

  #insert(event: LogEvent, proved: boolean, origin: EventSource, context?: unknown): Committed {
    return { event, seq: this.#book.insert(event, proved, origin, context), origin };
  }

  #forget(removed: readonly Removed[]): void {
    for (const { event, stratum } of removed) this.#inventory.remove(event, stratum);
  }

  /** [L14] The redacted form of an event; null if its kind cannot be purged. */
  redactedOf(event: LogEvent): Uint8Array | null {
    return this.#book.redactions.of(event);
  }

  /**
   * [L14] Removes the text of events: an event that is here is redacted; for one that is not here, the given
   * redacted form is filed, if it passes the judgement that the event would have passed.
   */
  purge(named: readonly NamedRedaction[]): Purged {
    const isAdmissible = (redacted: LogEvent) => judge(redacted, this.#context()) === null;
    const purged = this.#book.transact(() => this.#book.purge(named, isAdmissible));
    this.#committed(purged.filed.map((one) => ({ ...one, origin: 'history' })));
    return purged;
  }

  #committed(batch: readonly Committed[]): void {
    if (batch.length === 0) return;
    this.#commits++;
    for (const { event } of batch) this.#inventory.add(event, this.#kindOf(event).stratum);
    this.#listeners.stored(batch);
  }

  /** The inputs for judging an event, as of now. */
  #context(): AdmissionContext {
    const { community, genesisTime, clock, authority } = this.#init;
    const kindOf = (name: string) => this.#projections.kindOf(name);
    return { community, genesisTime, nowMs: clock.now(), kindOf, authority };
  }

  /** The kind of an event that passed {@link judge}. */
  #kindOf({ kind }: LogEvent): Kind {
    return this.#projections.kindOf(kind)!;
  }

  /** [L12] Empties all projections and computes them again, in one transaction. */
  rebuild(onProgress?: (done: number, total: number) => void): void {
    this.#book.transact(() => this.#book.refill((done) => onProgress?.(done, this.count())));
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

const RIGHTS = 'rights.mark';
const DUPLICATE: Refusal = { verdict: 'ignore', code: 'duplicate' };
