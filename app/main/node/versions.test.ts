import { expect, test } from 'vitest';
import { MIN_NOTICE_BLOCKS, KNOWN_VERSION } from '../ledger/state/protocol.ts';
import { makeSchedule, scheduleMessage } from '../ledger/state/transactions/protocol.ts';
import { memoryBls, memoryBlsSigner } from '../platform/memory/bls.ts';
import { TestCommunity, type TestNode } from './test-community.ts';

const noticesOf = (world: TestCommunity) => [...world.notices.keys()].toSorted();

/** Mara, who is the only validator, schedules a version that no release of this test knows. */
async function schedule(world: TestCommunity, { ledger, signer }: TestNode): Promise<number> {
  const { set, base, origin, protocol } = ledger.chain;
  const next = { version: KNOWN_VERSION + 1, height: base.height + 1 + MIN_NOTICE_BLOCKS };
  const message = scheduleMessage(origin.id, set, protocol.changes, next);
  const signatures = new Map([[0, memoryBlsSigner(signer.publicKey).sign(message)]]);
  await acted(world, ledger.act('protocol.schedule', makeSchedule(set, next, signatures, memoryBls)));
  return next.height;
}

async function acted(world: TestCommunity, act: Promise<void>): Promise<void> {
  await world.clock.pass(2000);
  await act;
}

test('[PV6] the notice comes while the version is scheduled, and afterwards the node reads, posts and does not sign', async () => {
  const world = new TestCommunity();
  const mara = await world.person('mara');
  const board = mara.boards.create({ slug: 'harbour', name: 'Harbour', description: '', postRole: 'member' });
  expect(noticesOf(world)).toEqual([]);
  const height = await schedule(world, mara);
  expect(noticesOf(world)).toEqual(['mara ledger-update']);
  for (let n = 0; mara.ledger.chain.base.height < height - 1; n++) {
    await acted(world, mara.ledger.act('handle.register', { handle: `Mara ${n}` }));
  }
  expect(noticesOf(world)).toEqual(['mara ledger-halted']);
  expect(world.notices.get('mara ledger-halted')).toContain('This node needs an update');
  expect(mara.ledger.ordering!.halted).toBe('outdated');

  await expect(mara.ledger.act('handle.register', { handle: 'Late' })).rejects.toMatchObject({
    code: 'ledger-outdated',
  });
  const draft = { board: board.id, subject: 'Boats', text: 'Oars', attachments: [] };
  const { id } = await mara.boards.startThread(draft);
  await world.clock.pass(60_000);
  expect(mara.boards.thread({ id, limit: 9 }).posts.items.map(({ text }) => text)).toEqual(['Oars']);
  expect(mara.ledger.chain.base.height).toBe(height - 1);
  expect(mara.ledger.status()).toMatchObject({ halted: null, protocol: { version: KNOWN_VERSION + 1 } });
  expect(mara.ledger.blocks({ limit: 3 }).items[0]).toMatchObject({ height: height - 1 });
  expect(noticesOf(world)).toEqual(['mara ledger-halted']);
  await mara.stop();
});
