import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { fromBase64Url } from '../kernel/bytes.ts';
import { checkProofFile } from './ledger-tools.ts';
import type { RunningNode } from './start.ts';
import { only, noticed, seen, TestNodes } from './test-nodes.ts';

const nodes = new TestNodes();
afterEach(() => nodes.end());

const finalOn = (node: RunningNode, id: string) =>
  seen(node, async () => {
    const transaction = await only(node)
      .ledger.transaction({ id })
      .catch(() => null);
    return transaction?.block ? transaction : null;
  });

test('three nodes that met by invites order together: a transaction submitted on one is final on all, with a proof that anyone can check', async () => {
  const { mara, ines, odin } = await nodes.threeValidators('byzantine');
  expect(await only(ines.node).ledger.status({})).toMatchObject({
    validators: 3,
    quorum: 3,
    spare: 0,
    validating: true,
  });
  const { id } = await only(odin.node).ledger.submit({
    kind: 'handle.register',
    body: { handle: 'Odin of the Harbour' },
  });
  const places = await Promise.all([mara, ines, odin].map(({ node }) => finalOn(node, id)));
  expect(new Set(places.map(({ block }) => block!.hash)).size).toBe(1);
  const states = await Promise.all([mara, ines, odin].map(({ node }) => only(node).ledger.status({})));
  expect(new Set(states.map(({ stateRoot }) => stateRoot)).size).toBe(1);

  const { proof } = await only(ines.node).ledger.proof({ id });
  const { genesis } = await only(ines.node).ledger.genesis({});
  expect(await checkProofFile(fromBase64Url(proof), fromBase64Url(genesis))).toMatchObject({
    ok: true,
    validators: 3,
    quorum: 3,
    epochs: 1,
    transaction: { kind: 'handle.register', id },
  });
});

test('with three byzantine validators none may be missing: a transaction waits, and is final once the third is back', async () => {
  const { mara, ines, odin } = await nodes.threeValidators('byzantine');
  await nodes.stop(odin.node);
  const { id } = await only(ines.node).ledger.submit({
    kind: 'handle.register',
    body: { handle: 'Ines Two' },
  });
  // The notice names the missing validator, and nothing is final meanwhile.
  const [notice] = await noticed(mara.node, 1);
  expect(notice).toMatchObject({ code: 'validators-missing' });
  expect(notice!.message).toContain('3 of 3 validators must sign, and nothing arrives from odin.');
  expect(await only(ines.node).ledger.transaction({ id })).toMatchObject({ block: null });

  const back = await nodes.start(odin.dataDir);
  for (const node of [mara.node, ines.node, back.node]) await finalOn(node, id);
});

test('with three crash-fault validators two continue, and the third catches up when it is back', async () => {
  const { mara, ines, odin } = await nodes.threeValidators('crash');
  await nodes.stop(odin.node);
  const { id } = await only(ines.node).ledger.submit({
    kind: 'handle.register',
    body: { handle: 'Ines Two' },
  });
  for (const { node } of [mara, ines]) await finalOn(node, id);
  expect(await only(mara.node).ledger.status({})).toMatchObject({ quorum: 2, validators: 3, spare: 1 });

  const back = await nodes.start(odin.dataDir);
  const there = await finalOn(back.node, id);
  expect(there.block!.hash).toBe((await finalOn(mara.node, id)).block!.hash);
});

test('a validator whose data went back in time does not vote until it knows how far it voted', async () => {
  const { node, dataDir } = await nodes.start();
  await node.client.communities.create({ name: 'Harbour', description: '', handle: 'mara', boards: false });
  const first = await only(node).ledger.submit({ kind: 'handle.register', body: { handle: 'Mara One' } });
  await finalOn(node, first.id);
  await nodes.stop(node);
  const [id] = readdirSync(join(dataDir, 'communities'));
  rmSync(join(dataDir, 'communities', id!, 'votes.mark'));

  const again = (await nodes.start(dataDir)).node;
  expect(await noticed(again, 1)).toMatchObject([{ code: 'validator-silent', severity: 'danger' }]);
  const second = await only(again).ledger.submit({ kind: 'handle.register', body: { handle: 'Mara Two' } });
  expect(await only(again).ledger.transaction({ id: second.id })).toMatchObject({ block: null });
  await only(again).ledger.recover({});
  await finalOn(again, second.id);
  expect(await noticed(again, 0)).toEqual([]);
});

test('the ledger settings of the founder are in the genesis document for all', async () => {
  const { node } = await nodes.start();
  await node.client.communities.create({
    name: 'Harbour',
    description: '',
    handle: 'mara',
    boards: false,
    model: 'crash',
    ledger: { credit: 'shell', supply: 5000, snapshotInterval: 2 },
  });
  const { id } = await only(node).ledger.submit({ kind: 'handle.register', body: { handle: 'Mara Two' } });
  await finalOn(node, id);
  expect(await only(node).ledger.status({})).toMatchObject({
    credit: 'shell',
    credits: 5000,
    model: 'crash',
  });
});
