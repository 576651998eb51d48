import * as z from 'zod';
import type { Chain } from './chain/chain.ts';
import { setOf } from './state/accounts.ts';
import { baseKinds, inForce, kindsOf, scheduleTimer, type LedgerKind, type TimerKind } from './index.ts';
import type { ProtocolRule } from './state/kinds.ts';
import { MIN_NOTICE_BLOCKS, protocolOf, type Activation } from './state/protocol.ts';
import { makeSchedule, scheduleMessage } from './state/transactions/protocol.ts';
import type { Person, TestLedger } from './test-ledger.ts';
import { placeOf } from './types/validators.ts';
import { readEntry, writeEntry, type StateView } from './types/state.ts';

const Note = z.strictObject({ text: z.string().max(100) });
type Note = z.infer<typeof Note>;

/** Since version 2, notes are stored in upper case. */
const upperCase: ProtocolRule = { name: 'upper case', since: 2 };

/** The notes with the heights of their blocks, in order. */
export const notes = (state: StateView) =>
  readEntry<{ list: readonly [text: string, height: number][] }>(state, 'test/notes')?.list ?? [];

const noteShow: TimerKind<Note> = {
  name: 'note.show',
  since: 2,
  body: Note,
  run: ({ body, state, block }) => {
    writeEntry(state, 'test/notes', { list: [...notes(state), [`shown ${body.text}`, block.height]] });
    return [];
  },
};

/** Exists in all versions, and follows a rule since version 2. */
const noteAdd: LedgerKind<Note> = {
  name: 'note.add',
  body: Note,
  leastRole: null,
  rules: [upperCase],
  execute: ({ body: { text }, state, block }) => {
    const kept = inForce(upperCase, block.version) ? text.toUpperCase() : text;
    writeEntry(state, 'test/notes', { list: [...notes(state), [kept, block.height]] });
    return [];
  },
};

/** Exists in all versions, and schedules a timer that exists since version 2. */
const noteLater: LedgerKind<Note> = {
  name: 'note.later',
  body: Note,
  leastRole: null,
  timers: [noteShow],
  execute: (call) => {
    scheduleTimer(call, noteShow, call.body, call.block.time + 1000);
    return [];
  },
};

const noteClear: LedgerKind<Record<string, never>> = {
  name: 'note.clear',
  since: 2,
  body: z.strictObject({}),
  leastRole: null,
  execute: ({ state }) => {
    state.set('test/notes', null);
    return [];
  },
};

/** The kinds of a release that knows version 2. */
const newKinds = kindsOf(...baseKinds.values(), noteAdd, noteLater, noteClear);

/** The kinds of a release that knows version 1 alone. */
const oldKinds = kindsOf(...baseKinds.values(), {
  ...noteAdd,
  rules: [],
  execute: (call) => noteAdd.execute({ ...call, block: { ...call.block, version: 1 } }),
});

/** Two releases: the second knows version 2. */
export const releases = {
  old: { kinds: oldKinds, protocol: 1 },
  new: { kinds: newKinds, protocol: 2 },
} as const;

/** The body of a schedule that these validators sign; all of them by default. */
export function scheduleOf(ledger: TestLedger, next: Activation | null, signers?: readonly Person[]) {
  const { state } = ledger.chain;
  const current = setOf(state);
  const message = scheduleMessage(ledger.origin.id, current, protocolOf(state).changes, next);
  const all = signers ?? current.validators.map(({ peer }) => ledger.person(peer));
  const signatures = new Map(all.map((one) => [placeOf(current, one.key), one.bls.sign(message)] as const));
  return makeSchedule(current, next, signatures, ledger.bls);
}

/** Schedules version 2 at the earliest height, and returns that height. */
export async function scheduleSoon(ledger: TestLedger, replicas: readonly Chain[] = []): Promise<number> {
  const height = ledger.chain.base.height + 1 + MIN_NOTICE_BLOCKS;
  await ledger.submit(
    ledger.sign(ledger.founder, 'protocol.schedule', scheduleOf(ledger, { version: 2, height })),
  );
  await ledger.block(replicas);
  return height;
}

/** Makes empty blocks up to a height. */
export async function growTo(ledger: TestLedger, height: number, replicas: readonly Chain[] = []) {
  while (ledger.chain.base.height < height) await ledger.block(replicas, true);
}
