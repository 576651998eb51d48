import * as z from 'zod';
import { StateOverlay } from '../../ledger/types/state.ts';
import {
  kindsOf,
  timerKindsOf,
  type BlockContext,
  type LedgerKind,
  type TimerKind,
} from '../../ledger/state/kinds.ts';
import { Overlay, rootOf, type ProvableState } from '../../ledger/state/state-store.ts';
import { MAX_TIMERS_PER_BLOCK, nextDue, runDueTimers, scheduleTimer } from '../../ledger/state/timers.ts';
import type { Block } from '../../ledger/types/block.ts';
import { decodeCbor, encodeCanonical } from '../../kernel/canonical.ts';
import { memoryBls } from '../../platform/memory/bls.ts';

/** A transaction that schedules a timer, in milliseconds after its block. */
export function timerTransaction(n: number, afterMs: number): Uint8Array {
  return encodeCanonical(['timer', n, afterMs]);
}

/** The delay that a transaction asks for; null if it schedules no timer. */
function delayOf(transaction: Uint8Array): readonly [n: number, afterMs: number] | null {
  const [kind, n, afterMs] = decodeCbor(transaction) as [string, number, unknown];
  return kind === 'timer' && typeof afterMs === 'number' ? [n, afterMs] : null;
}

/** Only counts: that it ran follows from its entry, which is gone, and from the number. */
const ring: TimerKind<{ n: number }> = {
  name: 'sim.ring',
  body: z.strictObject({ n: z.int() }),
  run({ body: { n }, state }) {
    state.set(`rung/${n}`, Uint8Array.of((state.get(`rung/${n}`)?.[0] ?? 0) + 1));
    return [{ name: 'sim.rung', facts: { n } }];
  },
};
const schedules: LedgerKind<never> = {
  name: 'sim.schedule',
  body: z.never(),
  leastRole: null,
  timers: [ring],
  execute: () => [],
};
const rules = { kinds: kindsOf(schedules), bls: memoryBls };
const timers = timerKindsOf(rules.kinds);

const nothing: ProvableState = { get: () => null, page: () => null, keysBetween: () => [], top: null };

/** The state of timers after a block, by the code that real ledgers run. */
export class TimerState {
  static readonly first = new TimerState(nothing, []);
  readonly #state: ProvableState;
  /** The numbers of the timers that the block ran, in order. */
  readonly rung: readonly number[];

  private constructor(state: ProvableState, rung: readonly number[]) {
    this.#state = state;
    this.rung = rung;
  }

  /** Null until the first timer. */
  get root(): Uint8Array | null {
    return this.#state.top && rootOf(this.#state);
  }

  get nextDue(): number | null {
    return nextDue(this.#state);
  }

  after(facts: Omit<BlockContext, 'version'>, transactions: readonly Uint8Array[]): TimerState {
    const block = { ...facts, version: 1 };
    const draft = new StateOverlay(this.#state);
    const runs = runDueTimers(this.#state, draft, block, rules);
    for (const delay of transactions.map(delayOf)) {
      if (delay) scheduleTimer({ state: draft, block, timers }, ring, { n: delay[0] }, block.time + delay[1]);
    }
    const rung = runs.flatMap(({ events }) => events.map(({ facts }) => facts['n'] as number));
    return new TimerState(
      draft.changes.size === 0 ? this.#state : new Overlay(this.#state, draft.changes),
      rung,
    );
  }
}

/** The timers of the final chain by their definition, for the oracle. */
export class TimerModel {
  #waiting: { readonly due: number; readonly n: number }[] = [];

  get waiting(): number {
    return this.#waiting.length;
  }

  /** The numbers of the timers that a block must run, in order. */
  pass({ header, transactions }: Block): number[] {
    const due = this.#waiting
      .filter((one) => one.due <= header.time)
      .sort((a, b) => a.due - b.due)
      .slice(0, MAX_TIMERS_PER_BLOCK);
    this.#waiting = this.#waiting.filter((one) => !due.includes(one));
    for (const transaction of transactions) {
      const delay = delayOf(transaction);
      if (delay) this.#waiting.push({ n: delay[0], due: header.time + delay[1] });
    }
    return due.map(({ n }) => n);
  }
}
