import type { Bls } from '../../kernel/bls.ts';
import { Problem } from '../../kernel/errors.ts';
import { encodeCanonical } from '../../kernel/canonical.ts';
import { Millis } from '../types/fields.ts';
import {
  readEntry,
  StateOverlay,
  writeEntry,
  type OrderedState,
  type StateDraft,
  type StateView,
} from '../types/state.ts';
import { ledgerEvent, type LedgerEvent } from './events.ts';
import { mustBeInForce } from './protocol.ts';
import { timerKindsOf, type BlockContext, type Call, type LedgerKinds, type TimerKind } from './kinds.ts';
import { problem } from '../problems.ts';

/** [TM2] The most timers that may wait in a community. */
export const MAX_TIMERS = 100_000;
/** [TM2] The largest entry of a timer, in bytes. */
export const MAX_TIMER_BYTES = 4096;
/** [TM3] The most timers that one block runs. */
export const MAX_TIMERS_PER_BLOCK = 256;

/** The key of a waiting timer's entry, which identifies the timer. */
export type TimerKey = string;

/** The inputs of a timer besides the state. */
interface Rules {
  readonly kinds: LedgerKinds;
  readonly bls: Bls;
}

/** A timer that a block ran. */
export interface TimerRun {
  readonly timer: TimerKey;
  readonly events: readonly LedgerEvent[];
}

/** [TM1] The entry that counts timers; absent before the first one. */
const QUEUE = 'ledger/timers';
interface Queue {
  /** How many timers wait. */
  readonly waiting: number;
  /** The number of the next timer. */
  readonly next: number;
}

/** [TM1] The entry of a waiting timer. */
interface Waiting {
  readonly kind: string;
  readonly body: unknown;
}

const TIMERS = 'timer/';
/** The first key after those of all timers. */
const AFTER_TIMERS = 'timer0';

const digits = (value: number) => String(value).padStart(16, '0');
const queueOf = (state: StateView) => readEntry<Queue>(state, QUEUE) ?? { waiting: 0, next: 0 };

/**
 * [TM2] Schedules a timer from within a transaction or another timer.
 *
 * @param due block time in milliseconds since the epoch, later than the block in progress.
 * @returns the key of the timer, for {@link cancelTimer}.
 * @throws Problem `unknown-timer` if no kind of transaction declares the kind of timer, `not-in-force`, `bad-due`,
 * `bad-body`, `timer-too-large` or `too-many-timers`.
 */
export function scheduleTimer<Body>(
  { state, block, timers }: Pick<Call<unknown>, 'state' | 'block' | 'timers'>,
  kind: TimerKind<Body>,
  body: Body,
  due: number,
): TimerKey {
  if (!timers.has(kind.name)) throw problem('unknown-timer', { kind: kind.name });
  mustBeInForce(kind, block.version);
  if (!Millis.safeParse(due).success || due <= block.time) throw problem('bad-due');
  if (!kind.body.safeParse(body).success) throw problem('bad-body', { kind: kind.name });
  const { waiting, next } = queueOf(state);
  if (waiting >= MAX_TIMERS) throw problem('too-many-timers', { most: MAX_TIMERS });
  const entry = encodeCanonical({ kind: kind.name, body } satisfies Waiting);
  if (entry.length > MAX_TIMER_BYTES) throw problem('timer-too-large');
  const timer = `${TIMERS}${digits(due)}/${digits(next)}`;
  state.set(timer, entry);
  writeEntry(state, QUEUE, { waiting: waiting + 1, next: next + 1 });
  return timer;
}

/** [TM5] Removes a waiting timer; false if it ran or was cancelled before. */
export function cancelTimer(state: StateDraft, timer: TimerKey): boolean {
  return take(state, timer) !== null;
}

/** [TM6] The due time of the earliest waiting timer in milliseconds since the epoch; null if none waits. */
export function nextDue(state: OrderedState): number | null {
  if (queueOf(state).waiting === 0) return null;
  const [first] = state.keysBetween(TIMERS, AFTER_TIMERS, 1);
  return first === undefined ? null : dueOf(first);
}

/**
 * [TM3] Runs the timers that are due in a block, in order of due time and number.
 *
 * @param base the state of the block's parent.
 * @param draft the changes of the block, on top of `base` and still empty.
 */
export function runDueTimers(
  base: OrderedState,
  draft: StateDraft,
  block: BlockContext,
  rules: Rules,
): TimerRun[] {
  if (queueOf(base).waiting === 0) return [];
  const runs: TimerRun[] = [];
  const due = base.keysBetween(TIMERS, TIMERS + digits(block.time + 1), MAX_TIMERS_PER_BLOCK);
  for (const timer of due) {
    const waiting = take(draft, timer);
    // Null if a timer that ran before has cancelled it.
    if (waiting) runs.push({ timer, events: run(timer, waiting, draft, block, rules) });
  }
  return runs;
}

/** [TM4] A timer failed; `code` is that of the problem. */
export const timerFailed = ledgerEvent<{ timer: TimerKey; kind: string; code: string }>('timer.failed');

/** [TM4] A timer that fails keeps none of its writes, and its block stays valid. */
function run(
  timer: TimerKey,
  { kind: name, body }: Waiting,
  state: StateDraft,
  block: BlockContext,
  { kinds, bls }: Rules,
): readonly LedgerEvent[] {
  const draft = new StateOverlay(state);
  try {
    const timers = timerKindsOf(kinds);
    const kind = timers.get(name);
    if (!kind) throw problem('unknown-timer', { kind: name });
    const parsed = kind.body.safeParse(body);
    if (!parsed.success) throw problem('bad-body', { kind: name });
    const call = { timer, due: dueOf(timer), body: parsed.data as never, state: draft, block, timers, bls };
    const events = kind.run(call);
    draft.keep(state);
    return events;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return [timerFailed.of({ timer, kind: name, code: error.code })];
  }
}

function take(state: StateDraft, timer: TimerKey): Waiting | null {
  const waiting = timer.startsWith(TIMERS) ? readEntry<Waiting>(state, timer) : null;
  if (!waiting) return null;
  state.set(timer, null);
  const queue = queueOf(state);
  writeEntry(state, QUEUE, { ...queue, waiting: queue.waiting - 1 });
  return waiting;
}

function dueOf(timer: TimerKey): number {
  return Number(timer.slice(TIMERS.length, TIMERS.length + 16));
}
