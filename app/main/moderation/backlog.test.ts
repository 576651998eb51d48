import { beforeEach, describe, expect, test } from 'vitest';
import { silentLogger } from '../kernel/logger.ts';
import { VirtualClock } from '../platform/memory/clock.ts';
import type { Judged } from './assessor.ts';
import { Backlog } from './backlog.ts';
import type { HoldRow } from './holds.ts';
import type { ItemSource } from './ports.ts';

const LANES = 2;
const PASSED: Judged = {
  outcome: {
    verdict: { decision: 'publish', confidence: 0, reasons: [], spans: [], labels: [] },
    judgement: null,
    latencyMs: 0,
  },
  scrutiny: 'full',
  found: 'publish',
  seen: [],
  unseen: [],
};

/** A backlog over rows in memory; every judgement takes a while. */
function world() {
  const clock = new VirtualClock(0);
  const waiting = new Map<number, HoldRow>();
  const judged: number[] = [];
  const state = { atOnce: 0, most: 0, diskFull: false };
  const source: ItemSource = {
    kind: 'post',
    code: 0,
    kinds: [],
    show: () => null,
    around: () => [],
    read: (n) => ({
      text: `${n}`,
      shownAt: [0, 1],
      author: new Uint8Array(32),
      atMs: 0,
      board: null,
      imported: false,
    }),
  };
  const backlog = new Backlog({
    clock,
    logger: silentLogger,
    sources: [source],
    db: { transaction: (work) => work() },
    holds: {
      waiting: (limit) => [...waiting.values()].toSorted((a, b) => b.n - a.n).slice(0, limit),
      of: (n) => waiting.get(n) ?? null,
      removed: (n) => void waiting.delete(n),
      tell: () => {},
      idOf: (n) => new Uint8Array([n]),
    },
    assessor: {
      lanes: LANES,
      remote: async ({ text }) => {
        judged.push(Number(text));
        state.atOnce += 1;
        state.most = Math.max(state.most, state.atOnce);
        await new Promise<void>((go) => void clock.after(100, go));
        state.atOnce -= 1;
        return PASSED;
      },
      conclude: () => PASSED,
      isClear: () => true,
    },
    shared: { foresee: () => null },
    settle: (items) => {
      if (state.diskFull) throw Object.assign(new Error('full'), { code: 'disk-full' });
      for (const { n } of items) waiting.delete(n);
    },
  });
  const rowOf = (n: number): HoldRow => ({
    n,
    kind: 'post',
    state: 'waiting',
    hidden: true,
    own: false,
    live: false,
    time: n,
    since: 0,
    ruling: null,
  });
  const arrive = (from: number, to: number) => {
    for (let n = from; n <= to; n += 1) waiting.set(n, rowOf(n));
    backlog.soon();
  };
  return { backlog, clock, waiting, judged, state, arrive };
}

describe('a waiting item', () => {
  let w: ReturnType<typeof world>;
  beforeEach(() => {
    w = world();
    w.backlog.start();
  });

  test('[J12] is judged once, newest first, in a batch for every worker and one more', async () => {
    w.arrive(1, 1000);
    await w.clock.pass(60_000);
    expect(w.waiting.size).toBe(0);
    expect(w.judged.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, at) => at + 1));
    expect(w.judged.slice(0, 64)).toEqual(Array.from({ length: 64 }, (_, at) => 1000 - at));
    expect(w.state.most).toBe(64 * (LANES + 1));
  });

  test('that arrives while others are judged is judged in the next batch, with all that arrived', async () => {
    w.arrive(1, 10);
    await w.clock.pass(50);
    w.arrive(11, 11);
    w.arrive(12, 12);
    await w.clock.pass(40);
    expect(w.judged).toHaveLength(10);
    await w.clock.pass(20);
    expect(w.judged).toHaveLength(12);
    await w.clock.pass(1000);
    expect(w.waiting.size).toBe(0);
    expect(w.backlog.done).toBe(0);
  });

  test('stays when the disk refuses a write, and is retried after a pause', async () => {
    w.state.diskFull = true;
    w.arrive(1, 300);
    await w.clock.pass(1000);
    const tried = w.judged.length;
    expect(w.waiting.size).toBe(300);
    await w.clock.pass(2000);
    expect(w.judged.length).toBe(tried);
    w.state.diskFull = false;
    await w.clock.pass(60_000);
    expect(w.waiting.size).toBe(0);
  });

  test('keeps waiting once judging was stopped', async () => {
    const other = world();
    const stop = other.backlog.start();
    other.arrive(1, 200);
    await other.clock.pass(50);
    stop();
    await other.clock.pass(60_000);
    expect(other.waiting.size).toBe(200);
  });
});
