import { problemOf } from '../kernel/errors.ts';
import type { Verifier } from '../kernel/signer.ts';
import { judge, judgeRole, type AdmissionContext, type Refusal, type RefusalCode } from './admission.ts';
import { openEvent, type LogEvent, type SealedEvent } from './event.ts';
import type { Kind } from './kinds.ts';
import { proveHeads } from './prove.ts';
import type { LogStore } from './store.ts';

/** An event and its place in the input. */
export interface Candidate {
  readonly event: LogEvent;
  readonly index: number;
}

/** Events from outside, opened and with their signatures checked. */
export interface Vetted {
  /** In the order of the input; null if there is no reason to refuse the event so far. */
  readonly refusals: readonly (Refusal | null)[];
  /** Those without a refusal. */
  readonly candidates: readonly Candidate[];
  /** Whether a signature is right; without an entry none was given or needed. */
  readonly proved: ReadonlyMap<LogEvent, boolean>;
}

export const DUPLICATE: Refusal = { verdict: 'ignore', code: 'duplicate' };
/** [G5] */
const TOO_MANY: Refusal = { verdict: 'ignore', code: 'too-many' };

export interface VettingInit {
  readonly verifier: Verifier;
  readonly store: Pick<LogStore, 'isAwaited'>;
  /** The inputs for judging an event, as of now. */
  readonly context: () => AdmissionContext;
  readonly holds: (event: LogEvent) => boolean;
  /** [L7] Takes an event whose time is too far ahead. */
  readonly defer: (sealed: SealedEvent, event: LogEvent) => void;
}

/** Checks events from outside by every rule that needs no transaction. */
export class Vetting {
  readonly #init: VettingInit;

  constructor(init: VettingInit) {
    this.#init = init;
  }

  /**
   * @param takes which events are worth checking; others are refused as `too-many`. If it is given, every event needs its
   *   own signature: one that followed by ancestry would not count towards a share [G5]. All are taken if it is left out.
   */
  async vet(sealed: readonly SealedEvent[], takes?: (event: LogEvent) => boolean): Promise<Vetted> {
    const { verifier, store } = this.#init;
    const context = this.#init.context();
    const refusals: (Refusal | null)[] = [];
    const candidates: Candidate[] = [];
    for (const [index, one] of sealed.entries()) {
      const opened = this.#open(one, context, takes);
      refusals.push('verdict' in opened ? opened : null);
      if (!('verdict' in opened)) candidates.push({ event: opened, index });
    }
    const proved = await proveHeads(
      candidates.map(({ event }) => event),
      {
        verifier,
        isAwaited: (event) => store.isAwaited(event),
        // Authority events are sent oldest first, so each needs its own checked signature.
        always: (event) => takes !== undefined || kindIn(context, event).stratum === 'authority',
      },
    );
    return { refusals, candidates, proved };
  }

  /** The vetted events that this node would store now, by their own signature. */
  genuine({ candidates, proved }: Vetted): Candidate[] {
    const context = this.#init.context();
    return candidates.filter(
      ({ event }) =>
        proved.get(event) === true && judgeRole(event, kindIn(context, event), context.authority) === null,
    );
  }

  #open(
    sealed: SealedEvent,
    context: AdmissionContext,
    takes: ((event: LogEvent) => boolean) | undefined,
  ): LogEvent | Refusal {
    let event: LogEvent;
    try {
      event = openEvent(sealed);
    } catch (error) {
      return { verdict: 'reject', code: problemOf(error).code as RefusalCode };
    }
    if (takes?.(event) === false) return TOO_MANY;
    if (this.#init.holds(event)) return DUPLICATE;
    const refusal = judge(event, context);
    if (refusal?.verdict === 'hold') this.#init.defer(sealed, event);
    return refusal ?? event;
  }
}

/** The kind of an event that passed {@link judge}. */
const kindIn = ({ kindOf }: AdmissionContext, { kind }: LogEvent): Kind => kindOf(kind)!;
