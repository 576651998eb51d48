import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { NodeStatus } from '../../contract/index.ts';
import { fromBase64Url } from '../kernel/bytes.ts';
import { checkProofFile } from './ledger-tools.ts';
import { startNode, type RunningNode } from './start.ts';

/** As from the system's key store: a passphrase would cost a second a start. */
const systemKey = new Uint8Array(32).fill(7);
const directories: string[] = [];
const running = new Set<RunningNode>();

afterEach(async () => {
  for (const node of running) await node.stop();
  running.clear();
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** A node with keys and ports of its own, on real TCP of this machine; the same one again by its directory. */
async function startIn(dataDir?: string): Promise<{ node: RunningNode; dataDir: string }> {
  const directory = dataDir ?? (await mkdtemp(join(tmpdir(), 'impulse-ledger-')));
  if (!dataDir) {
    directories.push(directory);
    const settings = { network: { port: 0, webSocketPort: 0, listen: 'loopback' } };
    await writeFile(join(directory, 'settings.json'), JSON.stringify(settings), { mode: 0o600 });
  }
  const node = await startNode({ dataDir: directory, systemKey });
  running.add(node);
  return { node, dataDir: directory };
}

async function stop(node: RunningNode): Promise<void> {
  running.delete(node);
  await node.stop();
}

/** Resolves once `look` finds something; a node says at each final block that there may be news. */
async function seen<T>(node: RunningNode, look: () => Promise<T | false | null>): Promise<T> {
  const ended = new AbortController();
  try {
    const changes = await node.client.ledger.changes({}, { signal: ended.signal });
    const watching = Symbol('watching');
    for (let news: unknown = watching; ; news = await changes.next()) {
      if (news === undefined) throw new Error('the node went away');
      const found = await look();
      if (found !== false && found !== null) return found;
    }
  } finally {
    ended.abort();
  }
}

/** The notices of a node, once there are so many. */
const noticed = (node: RunningNode, count: number) =>
  new Promise<NodeStatus['notices']>((resolve) => {
    const stopListening = node.onStatus(({ notices }) => {
      if (notices.length !== count) return;
      resolve(notices);
      queueMicrotask(() => stopListening());
    });
  });

const finalOn = (node: RunningNode, id: string) =>
  seen(node, async () => {
    const transaction = await node.client.ledger.transaction({ id }).catch(() => null);
    return transaction?.block ? transaction : null;
  });

/** Three people meet by invites; the founder takes the two others into the validators. */
async function threeValidators(model: 'byzantine' | 'crash') {
  const [mara, ines, odin] = await Promise.all([startIn(), startIn(), startIn()]);
  const founder = mara.node.client;
  await founder.community.create({ name: 'Harbour', description: '', handle: 'mara', boards: false, model });
  const { link } = await founder.federation.invite({ role: 'member', hours: 1, uses: 2 });
  await ines.node.client.community.join({ invite: link, handle: 'ines' });
  await odin.node.client.community.join({ invite: link, handle: 'odin' });
  for (const { node } of [ines, odin]) {
    await seen(node, async () => (await node.client.ledger.status({})).credits !== null);
  }
  const cards = await Promise.all([ines, odin].map(({ node }) => node.client.ledger.card({})));
  await founder.ledger.changeValidators({ add: cards, remove: [] });
  for (const { node } of [mara, ines, odin]) {
    await seen(node, async () => (await node.client.ledger.status({})).epoch === 1);
  }
  return { mara, ines, odin };
}

test('three nodes met by invites order together: what one hands in is final on all, with a proof for anybody', async () => {
  const { mara, ines, odin } = await threeValidators('byzantine');
  expect(await ines.node.client.ledger.status({})).toMatchObject({
    validators: 3,
    quorum: 3,
    spare: 0,
    validating: true,
  });
  const { id } = await odin.node.client.ledger.submit({
    kind: 'handle.register',
    body: { handle: 'Odin of the Harbour' },
  });
  const places = await Promise.all([mara, ines, odin].map(({ node }) => finalOn(node, id)));
  expect(new Set(places.map(({ block }) => block!.hash)).size).toBe(1);
  const states = await Promise.all([mara, ines, odin].map(({ node }) => node.client.ledger.status({})));
  expect(new Set(states.map(({ stateRoot }) => stateRoot)).size).toBe(1);

  const { proof } = await ines.node.client.ledger.proof({ id });
  const { genesis } = await ines.node.client.ledger.genesis({});
  expect(await checkProofFile(fromBase64Url(proof), fromBase64Url(genesis))).toMatchObject({
    ok: true,
    validators: 3,
    quorum: 3,
    epochs: 1,
    transaction: { kind: 'handle.register', id },
  });
});

test('of three byzantine validators none may be missing: what is handed in waits, and is final once the third is back', async () => {
  const { mara, ines, odin } = await threeValidators('byzantine');
  await stop(odin.node);
  const { id } = await ines.node.client.ledger.submit({
    kind: 'handle.register',
    body: { handle: 'Ines Two' },
  });
  // It says what is missing, and nothing is final meanwhile.
  const [notice] = await noticed(mara.node, 1);
  expect(notice).toMatchObject({ code: 'validators-missing' });
  expect(notice!.message).toContain('3 of 3 validators must sign, and nothing comes from odin.');
  expect(await ines.node.client.ledger.transaction({ id })).toMatchObject({ block: null });

  const back = await startIn(odin.dataDir);
  for (const node of [mara.node, ines.node, back.node]) await finalOn(node, id);
});

test('of three validators that only stop, two go on, and the third catches up when it is back', async () => {
  const { mara, ines, odin } = await threeValidators('crash');
  await stop(odin.node);
  const { id } = await ines.node.client.ledger.submit({
    kind: 'handle.register',
    body: { handle: 'Ines Two' },
  });
  for (const { node } of [mara, ines]) await finalOn(node, id);
  expect(await mara.node.client.ledger.status({})).toMatchObject({ quorum: 2, validators: 3, spare: 1 });

  const back = await startIn(odin.dataDir);
  const there = await finalOn(back.node, id);
  expect(there.block!.hash).toBe((await finalOn(mara.node, id)).block!.hash);
});

test('a validator whose data went back in time says nothing until it knows how far it voted', async () => {
  const { node, dataDir } = await startIn();
  await node.client.community.create({ name: 'Harbour', description: '', handle: 'mara', boards: false });
  const first = await node.client.ledger.submit({ kind: 'handle.register', body: { handle: 'Mara One' } });
  await finalOn(node, first.id);
  await stop(node);
  rmSync(join(dataDir, 'votes.mark'));

  const again = (await startIn(dataDir)).node;
  expect(await noticed(again, 1)).toMatchObject([{ code: 'validator-silent', severity: 'danger' }]);
  const second = await again.client.ledger.submit({ kind: 'handle.register', body: { handle: 'Mara Two' } });
  expect(await again.client.ledger.transaction({ id: second.id })).toMatchObject({ block: null });
  await again.client.ledger.recover({});
  await finalOn(again, second.id);
  expect(await noticed(again, 0)).toEqual([]);
});
