import type { BulkSigner, Signer } from '../kernel/signer.ts';
import { othersTurn } from '../kernel/clock.ts';
import { judge, refusalProblem, type AdmissionContext } from './admission.ts';
import { formEvent, MAX_PARENTS, sealEvent, signingPayload, type LogEvent } from './event.ts';
import { inadmissible } from './problems.ts';
import type { Kind } from './kinds.ts';
import type { LogStore } from './store.ts';

/** An event that this node's own person is about to write. */
export interface EventDraft {
  readonly kind: string;
  readonly body: unknown;
  /** Handed to the admission hook beside the event; no part of it. */
  readonly context?: unknown;
}

/** How many events are formed in one turn, and written in one transaction: a few milliseconds each. */
export const SLICE = 128;

/** Makes the events of this node's own person. Stores nothing. */
export class OwnEvents {
  readonly #store: LogStore;
  readonly #community: Uint8Array;
  readonly #kinds: ReadonlyMap<string, Kind>;
  /** Takes the next hybrid time, in ticks. */
  readonly #tick: () => number;

  constructor(init: {
    readonly store: LogStore;
    readonly community: Uint8Array;
    readonly kinds: ReadonlyMap<string, Kind>;
    readonly tick: () => number;
  }) {
    this.#store = init.store;
    this.#community = init.community;
    this.#kinds = init.kinds;
    this.#tick = init.tick;
  }

  /** A signed event that follows the person's heads. Throws the Problems of {@link check}. */
  next(signer: Signer, { kind, body }: EventDraft, context: AdmissionContext): LogEvent {
    const event = sealEvent(
      {
        community: this.#community,
        author: signer.publicKey,
        time: this.#tick(),
        parents: this.#store.headsOf(signer.publicKey, MAX_PARENTS),
        kind,
        body,
      },
      signer,
    );
    this.check(event, context);
    return event;
  }

  /** A chain of events, each the parent of the next, with signatures made in parallel. */
  async chain(signer: BulkSigner, drafts: Generator<EventDraft, void, LogEvent>): Promise<LogEvent[]> {
    const formed: LogEvent[] = [];
    let parents = this.#store.headsOf(signer.publicKey, MAX_PARENTS);
    for (let draft = drafts.next(); draft.done !== true; draft = drafts.next(formed.at(-1)!)) {
      if (formed.length > 0 && formed.length % SLICE === 0) await othersTurn();
      const { kind, body } = draft.value;
      const event = formEvent({
        community: this.#community,
        author: signer.publicKey,
        time: this.#tick(),
        parents,
        kind,
        body,
      });
      formed.push(event);
      parents = [event.id];
    }
    const signatures = await signer.signAll(formed.map(({ bytes }) => signingPayload(bytes)));
    return formed.map((event, index) => ({ ...event, signature: signatures[index]! }));
  }

  /**
   * [L15] Other nodes would accept the event, and this node knows its kind. Throws a Problem `out-of-role`,
   * `bad-body` or `unknown-kind`.
   */
  check(event: LogEvent, context: AdmissionContext): void {
    if (!this.#kinds.has(event.kind)) throw inadmissible('unknown-kind', event.kind);
    const refusal = judge(event, context);
    if (refusal) throw refusalProblem(refusal, event.kind);
  }
}
