import { toHex } from '../kernel/bytes.ts';
import { cidOf } from '../kernel/cid.ts';
import { othersTurn, type Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/database.ts';
import { nextTime, ticksOf } from '../kernel/hybrid-time.ts';
import type { BulkSigner, Signer, Verifier } from '../kernel/signer.ts';
import { judge, judgeRole, MAX_AHEAD_MS, type AdmissionContext, type Refusal } from './admission.ts';
import { CommitListeners, type Committed, type EventSource } from './commit-listeners.ts';
import { DeferredEvents } from './deferred-events.ts';
import { EventBook, type Removed } from './event-book.ts';
import type { LogEvent, SealedEvent } from './event.ts';
import type { Authority, AdmissionHook, Contexts, Kind, Projection, RightsChange, Stratum } from './kinds.ts';
import { Projections } from './projections.ts';
import { Inventory } from './inventory.ts';
import type { OpaqueCount } from './opaque-events.ts';
import { OwnEvents, SLICE, type EventDraft } from './own-events.ts';
import type { RangeSet } from './range-set.ts';
import type { NamedRedaction, Purged } from './redactions.ts';
import { RefusalCounts, type CountedRefusal } from './refusal-counts.ts';
import type { LogStore } from './store.ts';
import { DUPLICATE, Vetting, type Candidate, type Vetted } from './vetting.ts';

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
  readonly #listeners: CommitListeners;
  readonly #rightsListeners = new Set<() => void>();
  readonly #refusals = new RefusalCounts();
  readonly #vetting: Vetting;
  readonly #inventory: Inventory;
  readonly #book: EventBook;
  readonly #own: OwnEvents;

  constructor(init: LogInit) {
    this.#init = init;
    this.community = init.community;
    this.store = init.store;
    this.#projections = new Projections(init.projections);
    this.#inventory = new Inventory(this.store);
    const deferred = new DeferredEvents(init.clock, (event) => void this.admit([event], 'live'));
    this.#vetting = new Vetting({
      ...init,
      context: () => this.#context(),
      holds: (event) => this.#holds(event),
      defer: (sealed, event) => deferred.add(sealed, event),
    });
    this.#book = new EventBook({
      ...init,
      projections: this.#projections,
      admissionHook: init.admissionHook,
      latestAccepted: () => this.#latestAccepted,
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
    if (time <= this.#latestAccepted) this.#book.saw(time);
  }

  /** [L7] The latest time that others accept now, if their clocks agree with this one. */
  get #latestAccepted(): number {
    return ticksOf(this.#init.clock.now() + MAX_AHEAD_MS);
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
   * checked and ancestors follow by hash [L3]. They are stored in slices, each in one transaction, and the admission hook
   * prepares one while the one before it is stored.
   */
  async admit(sealed: readonly SealedEvent[], origin: Exclude<EventSource, 'own'>): Promise<Verdicts> {
    const { candidates, proved, ...vetted } = await this.vet(sealed);
    const refusals = [...vetted.refusals];
    const sliceAt = (at: number) => candidates.slice(at, at + SLICE);
    let stored = 0;
    let next = this.prepared(sliceAt(0), origin);
    for (let at = 0; at < candidates.length; at += SLICE) {
      const prepared = await next;
      next = this.prepared(sliceAt(at + SLICE), origin);
      stored += this.#store({ candidates: sliceAt(at), proved }, refusals, origin, prepared);
    }
    this.#count(refusals);
    return { stored, refusals };
  }

  /**
   * Opens events from outside and checks their signatures; {@link keep} stores them.
   *
   * @param takes which events are worth checking; all if left out.
   */
  vet(sealed: readonly SealedEvent[], takes?: (event: LogEvent) => boolean): Promise<Vetted> {
    return this.#vetting.vet(sealed, takes);
  }

  /** The vetted events that this node would store now, by their own signature. */
  genuine(vetted: Vetted): Candidate[] {
    return this.#vetting.genuine(vetted);
  }

  /** Tells the admission hook which events of content catch-up is about to request. */
  expect(ids: readonly Uint8Array[]): void {
    this.#init.admissionHook?.expect?.(ids);
  }

  /** The contexts that the admission hook has for events before they are stored. */
  async prepared(candidates: readonly Candidate[], origin: Exclude<EventSource, 'own'>): Promise<Contexts> {
    const { admissionHook } = this.#init;
    if (candidates.length === 0 || !admissionHook?.prepare) return NO_CONTEXTS;
    const events = candidates.map(({ event }) => event);
    return admissionHook.prepare(events, origin);
  }

  /** Stores vetted events in one transaction, with their contexts. */
  keep(vetted: Vetted, origin: Exclude<EventSource, 'own'>, contexts: Contexts): Verdicts {
    const refusals = [...vetted.refusals];
    const stored = this.#store(vetted, refusals, origin, contexts);
    this.#count(refusals);
    return { stored, refusals };
  }

  /** Adds to the refusals; returns how many were stored. */
  #store(
    { candidates, proved }: Pick<Vetted, 'candidates' | 'proved'>,
    refusals: (Refusal | null)[],
    origin: EventSource,
    contexts: Contexts,
  ): number {
    const batch: Committed[] = [];
    this.#book.transact(() => {
      // An event may be here since it was vetted, or twice among these.
      const placed = new Set<string>();
      for (const { event, index } of candidates) {
        const key = toHex(event.id);
        const isHere = placed.has(key) || this.#holds(event);
        const context = contexts.get(event);
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
const NO_CONTEXTS: Contexts = new Map();
