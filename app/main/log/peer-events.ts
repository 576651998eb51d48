import { toHex } from '../kernel/bytes.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Verifier } from '../kernel/signer.ts';
import { judgeRole, type AdmissionContext, type Refusal } from './admission.ts';
import type { EventSource } from './commit-listeners.ts';
import { DeferredEvents } from './deferred-events.ts';
import type { LogEvent, SealedEvent } from './event.ts';
import type { AdmissionHook, Authority, Contexts, Kind } from './kinds.ts';
import { SLICE } from './own-events.ts';
import { RefusalCounts, type CountedRefusal } from './refusal-counts.ts';
import type { LogStore } from './store.ts';
import { DUPLICATE, Vetting, type Candidate, type Vetted } from './vetting.ts';

export interface Verdicts {
  readonly stored: number;
  /** Refusals in the order of the input; null if the event was stored. */
  readonly refusals: (Refusal | null)[];
}

/** Inserts an event in a transaction. */
export type Insert = (event: LogEvent, proved: boolean, origin: EventSource, context?: unknown) => void;

type Origin = Exclude<EventSource, 'own'>;

export interface PeerEventsInit {
  readonly clock: Clock;
  readonly verifier: Verifier;
  readonly store: LogStore;
  readonly authority: Authority;
  readonly admissionHook?: AdmissionHook;
  /** The inputs for judging an event, as of now. */
  readonly context: () => AdmissionContext;
  /** The kind of a vetted event. */
  readonly kindOf: (event: LogEvent) => Kind;
  readonly holds: (event: LogEvent) => boolean;
  /** Writes in one transaction; returns how many events were inserted. */
  readonly insertAll: (work: (insert: Insert) => void) => number;
}

const NO_CONTEXTS: Contexts = new Map();

/** Judges the events of peers and stores those that pass. */
export class PeerEvents {
  readonly #init: PeerEventsInit;
  readonly #vetting: Vetting;
  readonly #refusals = new RefusalCounts();

  constructor(init: PeerEventsInit) {
    this.#init = init;
    const deferred = new DeferredEvents(init.clock, (event) => void this.admit([event], 'live'));
    this.#vetting = new Vetting({ ...init, defer: (sealed, event) => deferred.add(sealed, event) });
  }

  refusals(): CountedRefusal[] {
    return this.#refusals.all();
  }

  /**
   * Stores events in slices, each in one transaction; the admission hook prepares one while the one before it is stored.
   */
  async admit(sealed: readonly SealedEvent[], origin: Origin): Promise<Verdicts> {
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

  vet(sealed: readonly SealedEvent[], takes?: (event: LogEvent) => boolean): Promise<Vetted> {
    return this.#vetting.vet(sealed, takes);
  }

  genuine(vetted: Vetted): Candidate[] {
    return this.#vetting.genuine(vetted);
  }

  async prepared(candidates: readonly Candidate[], origin: Origin): Promise<Contexts> {
    const { admissionHook } = this.#init;
    if (candidates.length === 0 || !admissionHook?.prepare) return NO_CONTEXTS;
    const events = candidates.map(({ event }) => event);
    return admissionHook.prepare(events, origin);
  }

  keep(vetted: Vetted, origin: Origin, contexts: Contexts): Verdicts {
    const refusals = [...vetted.refusals];
    const stored = this.#store(vetted, refusals, origin, contexts);
    this.#count(refusals);
    return { stored, refusals };
  }

  /** Adds to the refusals; returns how many were stored. */
  #store(
    { candidates, proved }: Pick<Vetted, 'candidates' | 'proved'>,
    refusals: (Refusal | null)[],
    origin: Origin,
    contexts: Contexts,
  ): number {
    return this.#init.insertAll((insert) => {
      // An event may be here since it was vetted, or twice among these.
      const placed = new Set<string>();
      for (const { event, index } of candidates) {
        const key = toHex(event.id);
        const isHere = placed.has(key) || this.#init.holds(event);
        const signed = proved.get(event);
        const refusal = isHere ? DUPLICATE : this.#refusalOf(event, signed);
        if (refusal) refusals[index] = refusal;
        else {
          placed.add(key);
          insert(event, signed === true, origin, contexts.get(event));
        }
      }
    });
  }

  #refusalOf(event: LogEvent, signed: boolean | undefined): Refusal | null {
    if (signed === false) return { verdict: 'reject', code: 'bad-signature' };
    const { store, authority } = this.#init;
    const kind = this.#init.kindOf(event);
    // [L3] Ancestry proves content alone.
    const byAncestry = kind.stratum === 'content' && store.isAwaited(event);
    if (signed === undefined && !byAncestry) return { verdict: 'ignore', code: 'unproven' };
    return judgeRole(event, kind, authority);
  }

  #count(refusals: readonly (Refusal | null)[]): void {
    for (const refusal of refusals) if (refusal) this.#refusals.count(refusal);
  }
}
