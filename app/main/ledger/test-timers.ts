import * as z from 'zod';
import {
  baseKinds,
  cancelTimer,
  kindsOf,
  ledgerEvent,
  scheduleTimer,
  type LedgerKind,
  type TimerKind,
} from './index.ts';
import { problem } from './problems.ts';
import { readEntry, writeEntry, type StateView } from './types/state.ts';

const Ring = z.strictObject({
  label: z.string().max(8000),
  /** Makes the timer fail after its writes. */
  fails: z.boolean().optional(),
  /** Schedules another one this many milliseconds after the block. */
  again: z.int().optional(),
  /** Cancels a timer. */
  cancels: z.string().optional(),
});
type Ring = z.infer<typeof Ring>;

/** The bells that rang, each with the height of its block, in order. */
export const rung = (state: StateView) =>
  readEntry<{ list: readonly [label: string, height: number][] }>(state, 'test/rung')?.list ?? [];

const bellRung = ledgerEvent<{ label: string; due: number }>('bell.rung');

/** Records that it ran. */
export const bellRing: TimerKind<Ring> = {
  name: 'bell.ring',
  body: Ring,
  run(call) {
    const { body, state, block, due } = call;
    const list = [...rung(state), [body.label, block.height] as const];
    writeEntry(state, 'test/rung', { list });
    if (body.cancels !== undefined) cancelTimer(state, body.cancels);
    if (body.fails) throw problem('no-role');
    if (body.again !== undefined)
      scheduleTimer(call, bellRing, { label: body.label }, block.time + body.again);
    return [bellRung.of({ label: body.label, due })];
  },
};

const Schedule = z.strictObject({ bells: z.array(z.tuple([z.int(), Ring])).max(1000) });

/** Schedules bells; the times are relative to the block, in milliseconds. */
const bellSchedule: LedgerKind<z.infer<typeof Schedule>> = {
  name: 'bell.schedule',
  body: Schedule,
  leastRole: null,
  timers: [bellRing],
  execute(call) {
    const timers = call.body.bells.map(([afterMs, ring]) =>
      scheduleTimer(call, bellRing, ring, call.block.time + afterMs),
    );
    return [{ name: 'bell.scheduled', facts: { timers } }];
  },
};

const Cancel = z.strictObject({ timer: z.string() });

const bellCancel: LedgerKind<z.infer<typeof Cancel>> = {
  name: 'bell.cancel',
  body: Cancel,
  leastRole: null,
  execute: ({ body: { timer }, state }) => [
    { name: 'bell.cancelled', facts: { timer, waited: cancelTimer(state, timer) } },
  ],
};

/** The kinds of the ledger and those of a feature with timers. */
export const bellKinds = kindsOf(...baseKinds.values(), bellSchedule, bellCancel);
