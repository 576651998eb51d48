import { cidOf } from '../kernel/cid.ts';
import { othersTurn, type Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/database.ts';
import { nextTime, ticksOf } from '../kernel/hybrid-time.ts';
import type { BulkSigner, Signer, Verifier } from '../kernel/signer.ts';
import { judge, MAX_AHEAD_MS, type AdmissionContext } from './admission.ts';
import { CommitListeners, type Committed, type EventSource } from './commit-listeners.ts';
import { EventBook, type Removed } from './event-book.ts';
import type { LogEvent, SealedEvent } from './event.ts';
import type { Authority, AdmissionHook, Contexts, Kind, Projection, RightsChange, Stratum } from './kinds.ts';
import { Projections } from './projections.ts';
import { Inventory } from './inventory.ts';
import type { OpaqueCount } from './opaque-events.ts';
import { OwnEvents, SLICE, type EventDraft } from './own-events.ts';
import { PeerEvents, type Insert, type Verdicts } from './peer-events.ts';
import type { RangeSet } from './range-set.ts';
import type { NamedRedaction, Purged } from './redactions.ts';
import type { CountedRefusal } from './refusal-counts.ts';
import type { LogStore } from './store.ts';
import type { Candidate, Vetted } from './vetting.ts';

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
  readonly #peers: PeerEvents;
  readonly #inventory: Inventory;
  readonly #book: EventBook;
  readonly #own: OwnEvents;

  constructor(init: LogInit) {
    this.#init = init;
    this.community = init.community;
    this.store = init.store;
    this.#projections = new Projections(init.projections);
    this.#inventory = new Inventory(this.store);
    this.#peers = new PeerEvents({
      ...init,
      context: () => this.#context(),
      kindOf: (event) => this.#kindOf(event),
      holds: (event) => this.#inventory.has(event, this.#projections.kindOf(event.kind)?.stratum),
      insertAll: (place) => this.#insertAll(place),
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
    return this.#peers.refusals();
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
    const events: LogEvent[] = [];
    const source: Iterator<EventDraft, unknown, LogEvent | undefined> = drafts[Symbol.iterator]();
    this.#insertAll((insert) => {
      for (let draft = source.next(); draft.done !== true; draft = source.next(events.at(-1))) {
        const event = this.#own.next(signer, draft.value, this.#context());
        insert(event, true, 'own', draft.value.context);
        events.push(event);
      }
    });
    return events;
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
    this.#insertAll((insert) => {
      const context = this.#context();
      for (const event of formed) {
        this.#own.check(event, context);
        insert(event, true, 'own');
      }
    });
  }

  /**
   * Judges and stores events from outside. Bulk catch-up passes events newest first, so that one signature per head is
   * checked and ancestors follow by hash [L3].
   */
  admit(sealed: readonly SealedEvent[], origin: Exclude<EventSource, 'own'>): Promise<Verdicts> {
    return this.#peers.admit(sealed, origin);
  }

  /**
   * Opens events from outside and checks their signatures; {@link keep} stores them.
   *
   * @param takes which events are worth checking; all if left out.
   */
  vet(sealed: readonly SealedEvent[], takes?: (event: LogEvent) => boolean): Promise<Vetted> {
    return this.#peers.vet(sealed, takes);
  }

  /** The vetted events that this node would store now, by their own signature. */
  genuine(vetted: Vetted): Candidate[] {
    return this.#peers.genuine(vetted);
  }

  /** Tells the admission hook which events of content catch-up is about to request. */
  expect(ids: readonly Uint8Array[]): void {
    this.#init.admissionHook?.expect?.(ids);
  }

  /** The contexts that the admission hook has for events before they are stored. */
  prepared(candidates: readonly Candidate[], origin: Exclude<EventSource, 'own'>): Promise<Contexts> {
    return this.#peers.prepared(candidates, origin);
  }

  /** Stores vetted events in one transaction, with their contexts. */
  keep(vetted: Vetted, origin: Exclude<EventSource, 'own'>, contexts: Contexts): Verdicts {
    return this.#peers.keep(vetted, origin, contexts);
  }

  /**
   * Writes what `work` inserts in one transaction, and tells the listeners.
   *
   * @returns how many events were inserted.
   */
  #insertAll(work: (insert: Insert) => void): number {
    const batch: Committed[] = [];
    const insert: Insert = (event, proved, origin, context) => {
      batch.push({ event, seq: this.#book.insert(event, proved, origin, context), origin });
    };
    this.#book.transact(() => work(insert));
    this.#committed(batch);
    return batch.length;
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
