import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { toHex } from '../../kernel/bytes.ts';
import type { Database } from '../../kernel/database.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { sha256 } from '../../kernel/sha256.ts';
import type { Channel, Transport } from '../../log/transport.ts';
import { memoryBls } from '../../platform/memory/bls.ts';
import { MachineClock, VirtualClock } from '../../platform/memory/clock.ts';
import { createMemoryNetwork, type MemoryNetwork } from '../../platform/memory/network.ts';
import { openDatabase } from '../../platform/sqlite/database.ts';
import type { Chain } from '../chain/chain.ts';
import { HistoryFiller } from './history-filler.ts';
import { HistoryPull } from './history-pull.ts';
import { JoinStore } from '../chain/join-store.ts';
import type { LedgerProjection } from '../state/kinds.ts';
import { ledgerMigrations } from '../migrations.ts';
import type { Ordering } from '../ordering.ts';
import { trustIn } from '../proofs/proof.ts';
import { Prover } from '../chain/prover.ts';
import { SnapshotPull, type JoinProgress } from './snapshot-pull.ts';
import {
  decodeSnapshotWire,
  encodeSnapshotWire,
  PIECE_BYTES,
  sendPieces,
  SNAPSHOT_PROTOCOL,
} from './snapshot-wire.ts';
import { TestLedger } from '../test-ledger.ts';
import { startOrdering } from '../test-ordering.ts';
import type { Transaction } from '../types/transaction.ts';

const START_MS = Date.UTC(2030, 0, 1);
/** The number of blocks between snapshots. */
const INTERVAL = 10;

let time: VirtualClock;
let network: MemoryNetwork;
let ledger: TestLedger;
let early: Transaction;
let orderings: Ordering[];

beforeEach(async () => {
  time = new VirtualClock(START_MS);
  network = createMemoryNetwork({ clock: time });
  network.shape({ delayMs: 2 });
  orderings = [];
  ledger = new TestLedger({ validators: 4, parameters: { snapshotInterval: INTERVAL } });
  const odin = ledger.person('odin');
  early = await ledger.act(ledger.founder, 'role.grant', { member: odin.key, role: 'member' });
  await ledger.act(ledger.founder, 'validators.change', ledger.change([...ledger.people, odin]));
  // Enough accounts to cut the state into several parts.
  for (let one = 0; one < 1100; one++) {
    const member = sha256(Buffer.from(`member ${one}`));
    await ledger.submit(ledger.sign(ledger.founder, 'role.grant', { member, role: 'guest' }));
    if (one % 220 === 219) await ledger.block();
  }
  await grow(21);
});

afterEach(async () => {
  for (const ordering of orderings) await ordering.stop();
});

/** Makes blocks up to a height. */
async function grow(height: number): Promise<void> {
  while (ledger.chain.base.height < height) {
    await ledger.act(ledger.founder, 'handle.register', { handle: `Mara ${ledger.chain.base.height}` });
  }
}

const emptyDatabase = () => openDatabase(':memory:', ledgerMigrations);

/** A node that has all blocks, or those in the given database. */
async function node(
  name: string,
  options: { db?: Database; full?: boolean; farBlocks?: number; projections?: LedgerProjection[] } = {},
) {
  const db = options.db ?? emptyDatabase();
  const clock = new MachineClock(time);
  const { projections = [] } = options;
  // The signatures of these blocks were checked many times before.
  const verifier = { verify: async (checks: readonly unknown[]) => checks.map(() => true) };
  const chain = ledger.replica({ db, clock, projections, verifier });
  if (options.full) {
    while (chain.base.height < ledger.chain.base.height) {
      await chain.finalise((await ledger.chain.run(chain.base.height + 1))!);
    }
  }
  const { farBlocks = 10 } = options;
  const { ordering, transport } = await startOrdering(ledger.person(name), {
    chain,
    db,
    clock,
    network,
    farBlocks,
  });
  orderings.push(ordering);
  return { name, db, chain, ordering, transport };
}

async function dial(from: string, to: string): Promise<void> {
  const dialled = network.transport(from).dial(`/memory/${to}`);
  await time.pass(10);
  await dialled;
}

/** A peer that answers snapshot requests in its own way. */
async function peer(name: string, answer: (channel: Channel, question: Question) => Promise<void>) {
  const transport = network.transport(name);
  transport.handle(SNAPSHOT_PROTOCOL, async (channel) => {
    for await (const bytes of channel.receive()) {
      await answer(channel, decodeSnapshotWire(bytes, ['newest', 'part', 'past']));
    }
    await channel.close();
  });
  await transport.start();
}

type Question = ReturnType<typeof decodeSnapshotWire<'newest' | 'part' | 'past'>>;

const headOf = (chain: Chain, height: number) =>
  new Prover(ledger.origin.id, chain.store).manifest(height, chain.snapshots.cut(height)!);

/** A peer that answers like a node with all blocks; `asked` counts the parts it sent. */
async function honest(name: string) {
  const asked: number[] = [];
  await peer(name, async (channel, question) => {
    if (question[0] === 'newest') return sendPieces(channel, headOf(ledger.chain, newestHeight()));
    if (question[0] === 'past') return channel.send(encodeSnapshotWire(['end']));
    asked.push(question[3]);
    return sendPieces(channel, ledger.chain.snapshots.part(question[2], question[3]));
  });
  return asked;
}

const newestHeight = () => ledger.chain.snapshots.heights()[0]!;

/** Fetches from all named peers over its own transport. */
async function pullFrom(peers: readonly string[], db = emptyDatabase(), known = 1) {
  const name = `newcomer ${peers.join()}`;
  const transport: Transport = network.transport(name);
  await transport.start();
  for (const one of peers) await dial(name, one);
  const steps: JoinProgress[] = [];
  const pull: SnapshotPull = new SnapshotPull({
    community: ledger.origin.id,
    trust: () => trustIn(ledger.origin, memoryBls),
    known,
    bls: memoryBls,
    channels: transport,
    clock: new MachineClock(time),
    logger: silentLogger,
    store: new JoinStore(db),
    progress: (step) => void steps.push(step),
  });
  return { pull, db, steps };
}

test('[PV8] a release that does not know the version of a snapshot fetches one part of it', async () => {
  const asked = await honest('peer');
  const { pull } = await pullFrom(['peer'], emptyDatabase(), 0);
  expect(await settled(pull.fetch(1))).toBe('snapshot-too-new');
  expect(asked.length).toBe(1);
});

/** Lets time pass until a promise settles; its result, or the code it failed with. */
async function settled<T>(promise: Promise<T>): Promise<T | string> {
  const done = promise.catch((error: { code?: string }) => error.code ?? String(error));
  let over = false;
  void done.then(() => (over = true));
  while (!over) await time.pass(50);
  return done;
}

describe('a node that is far behind', () => {
  test('[Q9] [Q11] starts from the newest snapshot, follows new blocks, and finally has the whole past', async () => {
    const old = await node('old', { full: true });
    const seen: (JoinProgress | null)[] = [];
    const from = new Set<number | null>();
    const joined = await node('new');
    joined.ordering.onChange(() => {
      seen.push(joined.ordering.joining);
      from.add(joined.chain.store.lowest());
    });
    await dial('new', 'old');
    await time.pass(200);
    expect(joined.chain.base.height).toBe(21);
    expect(seen).toContainEqual({ height: 20, parts: 16, of: 16 });
    expect(joined.ordering.joining).toBeNull();
    // The snapshot covers 20 blocks, which arrive one by one.
    expect([...from].slice(0, 2)).toEqual([null, 20]);
    await old.chain.finalise((await (await grown(22)).run(22))!);
    await time.pass(15_000);
    expect(joined.chain.base.height).toBe(22);
    expect(toHex(joined.chain.base.stateRoot)).toBe(toHex(ledger.chain.base.stateRoot));
    expect(joined.chain.store.lowest()).toBe(1);
    expect(joined.chain.store.transaction(early.id)).not.toBeNull();
    expect(joined.chain.store.sealOf(5)!.certificate).toEqual(ledger.chain.store.sealOf(5)!.certificate);
  });

  test('[Q6] keeps the blocks it has, and the past is filled down to them', async () => {
    const db = emptyDatabase();
    const before = ledger.replica({ db });
    for (let height = 1; height <= 3; height++) await before.finalise((await ledger.chain.run(height))!);
    await node('old', { full: true });
    const joined = await node('new', { db });
    const from = new Set<number | null>();
    joined.ordering.onChange(() => from.add(joined.chain.store.lowest()));
    await dial('new', 'old');
    await time.pass(200);
    expect(joined.chain.base.height).toBe(21);
    expect([...from].slice(0, 2)).toEqual([1, 20]);
    await time.pass(10_000);
    expect(joined.chain.store.lowest()).toBe(1);
    joined.chain.replay();
    expect(joined.chain.base.height).toBe(21);
  });

  test('[Q9] goes block by block if it is near, or if nobody has a snapshot', async () => {
    await node('old', { full: true });
    const near = await node('near', { farBlocks: 22 });
    await dial('near', 'old');
    await time.pass(2000);
    expect([near.chain.base.height, near.chain.store.lowest()]).toEqual([21, 1]);
    // Seven blocks ahead would be enough, but the newest snapshot is older than that.
    const far = await node('far', { farBlocks: 21, db: await databaseAt(0) });
    network.transport('old').handle(SNAPSHOT_PROTOCOL, (channel) => channel.close());
    await dial('far', 'old');
    await time.pass(20_000);
    expect([far.chain.base.height, far.chain.store.lowest()]).toEqual([21, 1]);
  });

  test('[Q6] fills projections from the snapshot’s state', async () => {
    const handles: string[] = [];
    const projection: LedgerProjection = {
      apply: ({ name }) => void handles.push(name),
      clear: () => void handles.splice(0),
      restore: (state) => void handles.push(`restored ${state.entriesUnder('handle/').length}`),
    };
    await node('old', { full: true });
    await node('new', { projections: [projection] });
    await dial('new', 'old');
    await time.pass(200);
    expect(handles).toEqual(['restored 1', 'handle.registered']);
  });
});

async function grown(height: number): Promise<Chain> {
  await grow(height);
  return ledger.chain;
}

async function databaseAt(height: number): Promise<Database> {
  const db = emptyDatabase();
  const chain = ledger.replica({ db });
  for (let next = 1; next <= height; next++) await chain.finalise((await ledger.chain.run(next))!);
  return db;
}

describe('a peer that', () => {
  const answers: Record<
    string,
    [code: string, answer: (channel: Channel, question: Question) => Promise<void>]
  > = {
    'shows a head of another root': [
      'wrong-state-root',
      (channel) => {
        const cut = ledger.chain.snapshots.cut(20)!;
        const bent = { ...cut, slots: cut.slots.with(3, null) };
        return sendPieces(channel, new Prover(ledger.origin.id, ledger.chain.store).manifest(20, bent));
      },
    ],
    'shows an old snapshot': ['snapshot-old', (channel) => sendPieces(channel, headOf(ledger.chain, 10))],
    'sends a head without end': [
      'answer-too-large',
      async (channel) => {
        const piece = encodeSnapshotWire(['piece', new Uint8Array(PIECE_BYTES), true]);
        for (let n = 0; n < 20; n++) await channel.send(piece);
      },
    ],
    'sends a part of something else': [
      'wrong-part',
      (channel, question) =>
        question[0] === 'newest'
          ? sendPieces(channel, headOf(ledger.chain, 20))
          : sendPieces(channel, ledger.chain.snapshots.part(20, (Number(question[3]) + 1) % 16)),
    ],
    'sends a part that is larger than a part may be': [
      'answer-too-large',
      async (channel, question) => {
        if (question[0] === 'newest') return sendPieces(channel, headOf(ledger.chain, 20));
        return sendPieces(channel, new Uint8Array(9 * 1024 * 1024));
      },
    ],
    'says nothing more': [
      'peer-silent',
      async (channel, question) => {
        if (question[0] === 'newest') await sendPieces(channel, headOf(ledger.chain, 20));
      },
    ],
    'sends garbage': ['malformed', (channel) => channel.send(new Uint8Array([1, 2, 3]))],
    'has no such part any more': [
      'part-missing',
      (channel, question) => sendPieces(channel, question[0] === 'newest' ? headOf(ledger.chain, 20) : null),
    ],
  };

  test.each(Object.keys(answers))(
    '[Q10] %s is not asked again, and the others send the rest',
    async (what) => {
      const [code, answer] = answers[what]!;
      await peer('bad', answer);
      const asked = await honest('good');
      const { pull, steps } = await pullFrom(['bad', 'good']);
      const fetched = await settled(pull.fetch(15));
      expect(fetched).toMatchObject({ snapshot: { header: { height: 20 } } });
      expect(pull.refused.get('bad')).toBe(code);
      expect(pull.refused.has('good')).toBe(false);
      expect(steps.at(-1)).toEqual({ height: 20, parts: 16, of: 16 });
      expect(new Set(asked).size).toBe(16);
      // Alone, this peer is of no use, and nothing of the chain has changed.
      const alone = await pullFrom(['bad']);
      expect(await settled(alone.pull.fetch(15))).toMatch(/^(no-snapshot|snapshot-unreachable)$/);
      expect(ledger.replica({ db: alone.db }).base.height).toBe(0);
    },
  );
});

describe('a node that is stopped', () => {
  test('[Q10] while parts arrive requests only the rest, and not the parts that a newer snapshot shares', async () => {
    const asked = await honest('good');
    const db = emptyDatabase();
    const { snapshots } = ledger.chain;
    const kept = new JoinStore(db);
    for (const number of [0, 5, 9]) kept.put(number, snapshots.part(20, number)!);
    kept.put(7, snapshots.part(20, 8)!);
    const { pull } = await pullFrom(['good'], db);
    expect(await settled(pull.fetch(15))).toMatchObject({ snapshot: { header: { height: 20 } } });
    expect([...asked].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 6, 7, 8, 10, 11, 12, 13, 14, 15]);

    asked.length = 0;
    await grow(30);
    const later = await pullFrom(['good'], db);
    expect(await settled(later.pull.fetch(25))).toMatchObject({ snapshot: { header: { height: 30 } } });
    // Ten names changed hands: most of the state is unchanged.
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.length).toBeLessThan(16);
  });

  test('[Q11] after any number of past blocks continues where it stopped', async () => {
    const old = await node('old', { full: true });
    const { pull, db } = await pullFrom(['old']);
    const fetched = await settled(pull.fetch(15));
    if (typeof fetched === 'string') throw new Error(fetched);
    ledger.replica({ db }).begin(fetched);
    const heights: (number | undefined)[] = [];
    for (let blocks = 1; heights.at(-1) !== undefined || blocks === 1; blocks++) {
      // Killed after this many blocks: only the file is left.
      const filler = new HistoryFiller(db, ledger.origin, memoryBls);
      let left = blocks;
      const history: HistoryPull = new HistoryPull({
        community: ledger.origin.id,
        limits: old.chain.limits,
        filler: {
          missing: () => filler.missing(),
          fill(block, seal) {
            filler.fill(block, seal);
            if (--left === 0) history.stop();
          },
        },
        channels: network.transport('newcomer old'),
        clock: new MachineClock(time),
        logger: silentLogger,
        changed: () => {},
      });
      history.start();
      await settled(history.pull());
      heights.push(filler.missing()?.height);
    }
    expect(heights).toEqual([19, 17, 14, 10, 5, undefined]);
    const whole = ledger.replica({ db });
    whole.replay();
    expect(whole.base.height).toBe(20);
  });
});
