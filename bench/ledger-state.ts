import { join } from 'node:path';
import { toHex, utf8 } from '../app/main/kernel/bytes.ts';
import { encodeCanonical } from '../app/main/kernel/canonical.ts';
import { sha256 } from '../app/main/kernel/sha256.ts';
import type { Chain } from '../app/main/ledger/chain/chain.ts';
import { Prover } from '../app/main/ledger/chain/prover.ts';
import { kindsOf, scheduleTimer, type LedgerKind, type TimerKind } from '../app/main/ledger/index.ts';
import { ledgerMigrations } from '../app/main/ledger/migrations.ts';
import { verifyEntryProof } from '../app/main/ledger/proofs/entry-proof.ts';
import { encodeProof, trustIn } from '../app/main/ledger/proofs/proof.ts';
import { Overlay, StateStore } from '../app/main/ledger/state/state-store.ts';
import { timerKindsOf } from '../app/main/ledger/state/kinds.ts';
import { nextDue, runDueTimers } from '../app/main/ledger/state/timers.ts';
import { baseKinds } from '../app/main/ledger/state/transactions/index.ts';
import { TestLedger } from '../app/main/ledger/test-ledger.ts';
import { StateOverlay } from '../app/main/ledger/types/state.ts';
import { blsSignerOf, blst } from '../app/main/platform/bls/blst.ts';
import { openDatabase } from '../app/main/platform/sqlite/database.ts';
import * as z from 'zod';
import { percentile } from './lib/numbers.ts';
import type { Figure, Report } from './lib/report.ts';
import { withScratch } from './lib/scratch.ts';

const ENTRIES = 1_000_000;
const BATCH = 250_000;
const PROOFS = 500;
const TIMERS = 99_000;
const VALIDATORS = 4;

const ring: TimerKind<Record<never, never>> = {
  name: 'bench.ring',
  body: z.strictObject({}),
  run({ state, timer }) {
    state.set(`rung/${timer.slice(-16)}`, Uint8Array.of(1));
    return [];
  },
};
const schedules: LedgerKind<never> = {
  name: 'bench.schedule',
  body: z.never(),
  leastRole: null,
  timers: [ring],
  execute: () => [],
};
const kinds = kindsOf(...baseKinds.values(), schedules);
const rules = { kinds, bls: blst };
const timers = timerKindsOf(kinds);

/** Proofs of entries in a state of a million, and the cost of timers in a block. */
export async function ledgerState(): Promise<Report> {
  return withScratch(async (scratch) => {
    const db = openDatabase(join(scratch, 'ledger.db'), ledgerMigrations);
    const options = { validators: VALIDATORS, bls: blst, blsSigner: blsSignerOf, chain: { db, kinds } };
    const { founder } = new TestLedger(options);
    // Building the state is not measured.
    db.exec('PRAGMA synchronous = OFF');
    for (let from = 0; from < ENTRIES; from += BATCH) addEntries(new StateStore(db), from);
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    // Another chain on the same data, with empty caches.
    const ledger = new TestLedger(options);
    await ledger.act(founder, 'handle.register', { handle: 'Odin' });
    const proofs = proofFigures(ledger);
    const timers = await timerFigures(ledger);
    db.close();
    return {
      figures: [...proofs, ...timers],
      notes: [
        `A state of ${ENTRIES.toLocaleString('en')} entries of 100 bytes in SQLite, ${VALIDATORS} validators, BLS12-381 by blst. Each proof is of another entry, so most pages come from the database. Timers wait in the same state.`,
      ],
    };
  });
}

const keyOf = (n: number) => `account/${toHex(sha256(utf8(String(n))))}`;

function addEntries(state: StateStore, from: number): void {
  const changes = new Map<string, Uint8Array>();
  for (let n = from; n < from + BATCH; n++) changes.set(keyOf(n), encodeCanonical({ n, of: 'x'.repeat(85) }));
  state.commit(new Overlay(state, changes));
}

function proofFigures({ chain, origin }: TestLedger): Figure[] {
  const trust = trustIn(origin, blst);
  const prover = new Prover(origin.id, chain.store);
  const step = Math.floor(ENTRIES / PROOFS);
  const measure = (key: (n: number) => string, present: boolean) => {
    const [made, checked, sizes]: [number[], number[], number[]] = [[], [], []];
    for (let n = 0; n < PROOFS; n++) {
      const startedAt = performance.now();
      const file = encodeProof(prover.proveEntry(chain.state, key(n)));
      const madeAt = performance.now();
      const verdict = verifyEntryProof(file, trust, blst);
      checked.push(performance.now() - madeAt);
      made.push(madeAt - startedAt);
      sizes.push(file.length);
      if (!verdict.ok || (verdict.proven.value !== null) !== present) throw new Error('The proof is wrong.');
    }
    return { made, checked, sizes };
  };
  const there = measure((n) => keyOf(n * step), true);
  const absent = measure((n) => keyOf(ENTRIES + n), false);
  const among = `among ${ENTRIES.toLocaleString('en')} entries`;
  const blsMs = percentile(certificateTimes(chain), 0.5);
  const figuresOf = (what: string, { made, checked, sizes }: typeof there): Figure[] => [
    { name: `proof of ${what} ${among} made, p50`, value: percentile(made, 0.5), unit: 'ms' },
    { name: `the same, p99`, value: percentile(made, 0.99), unit: 'ms', target: { most: 10 } },
    {
      name: `proof of ${what} checked, p50`,
      value: percentile(checked, 0.5),
      unit: 'ms',
      beside: { name: 'its BLS check alone', value: blsMs },
      target: { most: 2 },
    },
    { name: `the same, p99`, value: percentile(checked, 0.99), unit: 'ms' },
    { name: `size of that proof, p50`, value: percentile(sizes, 0.5) / 1024, unit: 'KiB' },
  ];
  return [...figuresOf('an entry', there), ...figuresOf('absence', absent)];
}

/** How long the one signature check of a proof takes. */
function certificateTimes({ set }: Chain): number[] {
  const message = utf8('a motion');
  const signers = set.validators.slice(0, set.quorum).map(({ key }) => blsSignerOf(key));
  const signature = blst.aggregate(signers.map((signer) => signer.sign(message)));
  const keys = signers.map(({ publicKey }) => publicKey);
  return Array.from({ length: 100 }, () => timed(() => blst.verifyAggregate(keys, message, signature)));
}

async function timerFigures({ chain, origin }: TestLedger): Promise<Figure[]> {
  const block = { community: origin.id, epoch: 0, height: 2, time: chain.base.time + 1, version: 1 };
  const run = (state: Chain['state'], time = block.time) =>
    runDueTimers(state, new StateOverlay(state), { ...block, time }, rules);
  const without = perCall(() => run(chain.state));
  const draft = new StateOverlay(chain.state);
  for (let n = 0; n < TIMERS; n++) {
    scheduleTimer({ state: draft, block, timers }, ring, {}, block.time + 1000 + n);
  }
  const state = chain.state as StateStore;
  state.commit(new Overlay(state, draft.changes));
  const due = nextDue(state)!;
  const runs = Array.from({ length: 20 }, () => timed(() => run(state, due + 300)));
  if (run(state, due + 300).length !== 256) throw new Error('Not all timers ran.');
  return [
    { name: 'look for due timers in a ledger without timers', value: without, unit: 'µs' },
    {
      name: `look for due timers while ${TIMERS.toLocaleString('en')} wait and none is due`,
      value: perCall(() => run(state)),
      unit: 'µs',
    },
    {
      name: '256 timers run in one block, before the state root, p50',
      value: percentile(runs, 0.5),
      unit: 'ms',
    },
  ];
}

/** Microseconds for one call, over many. */
function perCall(work: () => unknown): number {
  const calls = 20_000;
  for (let n = 0; n < 1000; n++) work();
  return (
    (timed(() => {
      for (let n = 0; n < calls; n++) work();
    }) *
      1000) /
    calls
  );
}

function timed(work: () => unknown): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}
