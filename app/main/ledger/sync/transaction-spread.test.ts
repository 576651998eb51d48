import { beforeEach, describe, expect, test } from 'vitest';
import { encodeCanonical } from '../../kernel/canonical.ts';
import { cidOf } from '../../kernel/cid.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { MachineClock, VirtualClock } from '../../platform/memory/clock.ts';
import { createMemoryNetwork, type MemoryNetwork } from '../../platform/memory/network.ts';
import type { Chain } from '../chain/chain.ts';
import { TestLedger } from '../test-ledger.ts';
import type { Transaction } from '../types/transaction.ts';
import { MEMPOOL_PROTOCOL, TransactionSpread } from './transaction-spread.ts';

let time: VirtualClock;
let network: MemoryNetwork;
let ledger: TestLedger;

beforeEach(() => {
  time = new VirtualClock(Date.UTC(2030, 0, 1));
  network = createMemoryNetwork({ clock: time });
  network.shape({ delayMs: 2 });
  ledger = new TestLedger();
});

interface Node {
  readonly name: string;
  readonly chain: Chain;
  readonly spread: TransactionSpread;
  readonly arrivals: () => number;
}

async function node(name: string, others: readonly Node[] = []): Promise<Node> {
  const clock = new MachineClock(time);
  const chain = ledger.replica({ clock });
  const transport = network.transport(name);
  let arrivals = 0;
  const arrived = () => void arrivals++;
  const spread = new TransactionSpread({
    chain,
    self: ledger.person(name).bls.publicKey,
    transport,
    clock,
    logger: silentLogger,
    arrived,
  });
  await transport.start();
  spread.start();
  for (const other of others) await dial(name, other.name);
  return { name, chain, spread, arrivals: () => arrivals };
}

async function dial(from: string, to: string): Promise<void> {
  const dialled = network.transport(from).dial(`/memory/${to}`);
  await time.pass(50);
  await dialled;
}

/** The founder's first transactions. */
const grants = (count: number): Transaction[] =>
  Array.from({ length: count }, (_, nonce) => {
    const member = ledger.person(`member ${nonce}`).key;
    return ledger.sign(ledger.founder, 'role.grant', { member, role: 'guest' }, { nonce });
  });

async function handIn({ chain, spread }: Node, transactions: readonly Transaction[]): Promise<void> {
  await chain.submit(transactions.map(({ sealed }) => sealed));
  for (const { sealed } of transactions) spread.spread(sealed);
}

const messageOf = (sealed: readonly Uint8Array[]) => encodeCanonical(['transactions', sealed]);

describe('a submitted transaction', () => {
  test('[X22] reaches every mempool, and the leader learns that something is waiting', async () => {
    const mara = await node('mara');
    const ines = await node('ines', [mara]);
    const odin = await node('odin', [ines]);
    await time.pass(2000);
    await handIn(mara, grants(1));
    await time.pass(500);
    expect([ines, odin].map(({ chain }) => chain.mempool.size)).toEqual([1, 1]);
    expect([ines, odin].map(({ arrivals }) => arrivals() > 0)).toEqual([true, true]);
  });

  test('[X22] travels with others that arrive at the same time, in messages that are small enough', async () => {
    const mara = await node('mara');
    const ines = await node('ines', [mara]);
    await time.pass(2000);
    await handIn(mara, grants(400));
    await time.pass(500);
    expect(ines.chain.mempool.size).toBe(400);
    // At most 256 go together.
    expect(ines.arrivals()).toBe(2);
  });

  test('[X23] submitted while nobody was connected is offered to the next peer that connects', async () => {
    const mara = await node('mara');
    await handIn(mara, grants(3));
    await time.pass(1000);
    const ines = await node('ines', [mara]);
    await time.pass(100);
    expect(ines.chain.mempool.size).toBe(3);
  });

  test('[X23] lost on its way is offered again after some seconds', async () => {
    const mara = await node('mara');
    const ines = await node('ines', [mara]);
    // Only in the mempool, as if gossip had lost it.
    await mara.chain.submit(grants(2).map(({ sealed }) => sealed));
    await time.pass(1000);
    expect(ines.chain.mempool.size).toBe(0);
    await time.pass(12_000);
    expect(ines.chain.mempool.size).toBe(2);
  });
});

test('[X22] that breaks the rules is relayed by nobody', async () => {
  const mara = await node('mara');
  const ines = await node('ines', [mara]);
  const liar = network.transport('liar');
  await liar.start();
  await dial('liar', 'mara');
  const topic = `impulse/tx/1/${cidOf(ledger.origin.id)}`;
  liar.subscribe(topic, async () => 'accept');
  await time.pass(2000);
  const [sound, other] = grants(2) as [Transaction, Transaction];
  const bent = other.sealed.slice();
  bent[bent.length - 1]! ^= 1;
  await liar.publish(topic, messageOf([bent]));
  await liar.publish(topic, new Uint8Array([1, 2, 3]));
  await time.pass(500);
  expect([mara.chain.mempool.size, ines.chain.mempool.size]).toEqual([0, 0]);
  await liar.publish(topic, messageOf([sound.sealed]));
  await time.pass(500);
  expect([mara.chain.mempool.size, ines.chain.mempool.size]).toEqual([1, 1]);
});

test('[X23] in an offer that is too long or breaks the rules makes the receiver close the channel', async () => {
  const mara = await node('mara');
  const liar = network.transport('liar');
  await liar.start();
  await dial('liar', 'mara');
  const offer = async (messages: readonly Uint8Array[]) => {
    const opening = liar.open('mara', MEMPOOL_PROTOCOL);
    await time.pass(10);
    const channel = await opening;
    for (const message of messages) await channel.send(message);
    await time.pass(100);
    let broke = false;
    const read = (async () => {
      for await (const _ of channel.receive()) throw new Error('nothing is answered');
    })().catch(() => (broke = true));
    await channel.close();
    await time.pass(100);
    await read;
    return broke;
  };
  const [first] = grants(1) as [Transaction];
  expect(await offer([messageOf([first.sealed])])).toBe(false);
  expect(await offer(Array.from({ length: 9 }, () => messageOf([first.sealed])))).toBe(true);
  expect(await offer([encodeCanonical(['transactions', []])])).toBe(true);
  expect(mara.chain.mempool.size).toBe(1);
});

test('is neither received nor offered by a stopped node', async () => {
  const mara = await node('mara');
  const ines = await node('ines', [mara]);
  await time.pass(2000);
  ines.spread.stop();
  await handIn(mara, grants(1));
  await time.pass(20_000);
  expect(ines.chain.mempool.size).toBe(0);
});

describe('[X30] a stranger', () => {
  test('may offer one message, six times a minute', async () => {
    const mara = await node('mara');
    network.transport('mara').reserveFor((peer) => (peer === 'eve' ? null : peer));
    const eve = network.transport('eve');
    await eve.start();
    await dial('eve', 'mara');
    const all = grants(30).map(({ sealed }) => sealed);
    const offer = async (...messages: Uint8Array[]) => {
      const opening = eve.open('mara', MEMPOOL_PROTOCOL);
      await time.pass(10);
      const channel = await opening;
      for (const message of messages) await channel.send(message).catch(() => {});
      await channel.close();
      await time.pass(10);
    };
    await offer(messageOf([all[0]!]), messageOf(all.slice(1)));
    expect(mara.chain.mempool.size).toBe(1);
    for (let n = 1; n < 30; n++) await offer(messageOf([all[n]!]));
    expect(mara.chain.mempool.size).toBe(6);
    await time.pass(60_000);
    await offer(messageOf(all.slice(6)));
    expect(mara.chain.mempool.size).toBe(30);
  });

  test('is offered nothing that waits, until it proves to be a member', async () => {
    const mara = await node('mara');
    await mara.chain.submit(grants(2).map(({ sealed }) => sealed));
    let isKnown = false;
    network.transport('mara').reserveFor((peer) => (isKnown ? peer : null));
    const ines = await node('ines', [mara]);
    await time.pass(20_000);
    expect(ines.chain.mempool.size).toBe(0);
    isKnown = true;
    await time.pass(12_000);
    expect(ines.chain.mempool.size).toBe(2);
  });
});
