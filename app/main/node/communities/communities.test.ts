import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CommunityCard, CommunityClient } from '../../../contract/index.ts';
import { restoreDatabase } from '../restore.ts';
import type { RunningNode } from '../start.ts';
import { TestNodes } from '../test-nodes.ts';

let nodes: TestNodes;
beforeEach(() => {
  nodes = new TestNodes();
});
afterEach(() => nodes.end());

const found = async (
  { client }: RunningNode,
  name: string,
  ownIdentity = false,
): Promise<CommunityClient> => {
  const { id } = await client.communities.create({ name, handle: 'mara', ownIdentity });
  return client.in(id);
};

async function write(client: CommunityClient, subject: string): Promise<void> {
  const [board] = await client.boards.list({});
  await client.boards.startThread({ board: board!.id, subject, text: subject });
}

const subjects = async (client: CommunityClient) =>
  (await client.boards.threads({ limit: 100 })).items.map(({ subject }) => subject);

const invite = async (client: CommunityClient, uses = 5) =>
  (await client.federation.invite({ role: 'member', hours: 1, uses, reach: 'machine' })).link;

const noticesOf = async (client: CommunityClient) =>
  (await client.community.status({})).notices.map(({ code }) => code);

const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'done',
    (error: { data?: { code: string }; code?: string }) => error.data?.code ?? error.code ?? String(error),
  );

/** Resolves once `look` is true. */
const until = (look: () => Promise<boolean>): Promise<void> =>
  vi.waitFor(async () => expect(await look()).toBe(true), { timeout: 20_000, interval: 50 });

test('communities of one node keep apart what is written in them, also after a restart', async () => {
  const { node, dataDir } = await nodes.start();
  const harbour = await found(node, 'Harbour');
  const regatta = await found(node, 'Regatta');
  await write(harbour, 'Tides');
  await write(regatta, 'Results');
  expect([await subjects(harbour), await subjects(regatta)]).toEqual([['Tides'], ['Results']]);
  expect(node.communities()).toMatchObject([
    { name: 'Harbour', state: 'open', role: 'sysop' },
    { name: 'Regatta', state: 'open', role: 'sysop' },
  ]);
  const [first, second] = node.communities();
  await nodes.stop(node);
  const { node: again } = await nodes.start(dataDir);
  expect(again.communities()).toMatchObject([{ id: first!.id }, { id: second!.id }]);
  expect(await subjects(again.client.in(second!.id))).toEqual(['Results']);
});

test('a call names a community of the node', async () => {
  const { node } = await nodes.start();
  await found(node, 'Harbour');
  expect(await codeOf(node.client.in('bafyreinowhere').boards.list({}))).toBe('community-unknown');
  const unnamed = node.client.in(undefined as unknown as string);
  expect(await codeOf(unnamed.boards.list({}))).toBe('community-unnamed');
});

test('two nodes with two communities in common share one connection, and a third one sees its community alone', async () => {
  const [mara, ines, odin] = await Promise.all([nodes.start(), nodes.start(), nodes.start()]);
  const harbour = await found(mara.node, 'Harbour');
  const regatta = await found(mara.node, 'Regatta');
  const [toHarbour, toRegatta] = [await invite(harbour), await invite(regatta)];
  const hers = await ines.node.client.communities.join({ invite: toHarbour, handle: 'ines' });
  const raced = await ines.node.client.communities.join({ invite: toRegatta, handle: 'ines' });
  const his = await odin.node.client.communities.join({ invite: toRegatta, handle: 'odin' });
  expect(await codeOf(ines.node.client.communities.join({ invite: toHarbour, handle: 'ines' }))).toBe(
    'already-joined',
  );
  await write(harbour, 'Tides');
  await write(regatta, 'Results');
  const [inHarbour, inRegatta] = [ines.node.client.in(hers.id), ines.node.client.in(raced.id)];
  await until(async () => (await subjects(inHarbour)).includes('Tides'));
  await until(async () => (await subjects(inRegatta)).includes('Results'));
  await until(async () => (await subjects(odin.node.client.in(his.id))).includes('Results'));
  expect((await harbour.community.status({})).peers).toBe(1);
  await until(async () => (await regatta.community.status({})).peers === 2);
  expect(mara.node.status().peers).toBe(2);
});

test('[CM4] a community whose database is destroyed is broken, and the others run', async () => {
  const { node, dataDir } = await nodes.start();
  await write(await found(node, 'Harbour'), 'Tides');
  await found(node, 'Regatta');
  const [harbour, regatta] = node.communities();
  await nodes.stop(node);
  const database = join(dataDir, 'communities', regatta!.id, 'community.db');
  writeFileSync(database, readFileSync(database).fill(7));
  const { node: again } = await nodes.start(dataDir);
  expect(again.communities()).toMatchObject([
    { name: 'Harbour', state: 'open' },
    { name: 'Regatta', state: 'broken', problem: { code: 'database-corrupt' } },
  ]);
  expect(await subjects(again.client.in(harbour!.id))).toEqual(['Tides']);
  expect(await codeOf(again.client.in(regatta!.id).boards.list({}))).toBe('database-corrupt');
  const path = join(dataDir, 'exported');
  expect(await codeOf(again.client.communities.export({ id: regatta!.id, path }))).toBe('database-corrupt');
  expect(existsSync(path)).toBe(false);
});

test('[CM5] a half-made folder is removed, and a deleted community leaves only its votes', async () => {
  const { node, dataDir } = await nodes.start();
  await found(node, 'Harbour');
  const [card] = node.communities();
  expect(await codeOf(node.client.communities.delete({ id: card!.id, name: 'Harbor' }))).toBe('wrong-name');
  await node.client.communities.delete({ id: card!.id, name: 'Harbour' });
  expect(node.communities()).toEqual([]);
  expect(node.status().phase).toBe('setup');
  const folder = join(dataDir, 'communities');
  expect(readdirSync(folder)).toEqual(['.votes']);
  expect(readdirSync(join(folder, '.votes', card!.id))).toContain('votes.mark');
  await nodes.stop(node);
  writeFileSync(join(folder, '.new-half'), '');
  const { node: again } = await nodes.start(dataDir);
  expect(again.communities()).toEqual([]);
  expect(readdirSync(folder)).toEqual(['.votes']);
});

test('[CM4] a folder of another name is no community, and the node starts', async () => {
  const { node, dataDir } = await nodes.start();
  await found(node, 'Harbour');
  await nodes.stop(node);
  const folder = join(dataDir, 'communities');
  mkdirSync(join(folder, 'harbour-copy'));
  writeFileSync(join(folder, 'notes.txt'), '');
  const { node: again } = await nodes.start(dataDir);
  expect(again.communities()).toMatchObject([{ name: 'Harbour', state: 'open' }]);
});

test('[CM4] a folder with the database of another community is broken', async () => {
  const { node, dataDir } = await nodes.start();
  await found(node, 'Harbour');
  await found(node, 'Regatta');
  const [harbour, regatta] = node.communities();
  await nodes.stop(node);
  const databaseOf = ({ id }: { id: string }) => join(dataDir, 'communities', id, 'community.db');
  copyFileSync(databaseOf(harbour!), databaseOf(regatta!));
  const { node: again } = await nodes.start(dataDir);
  expect(again.communities()).toMatchObject([
    { name: 'Harbour', state: 'open' },
    { name: 'Regatta', state: 'broken', problem: { code: 'community-misplaced' } },
  ]);
});

/** Resolves while a change of the features has closed the first community, before that opens again. */
const isClosedByChange = ({ communities }: RunningNode): Promise<void> =>
  vi.waitFor(() => expect(communities()[0]!.state).toBe('asleep'), { interval: 1 });

test('[CM5] a deletion during a change of the node’s features leaves nothing behind', async () => {
  const { node, dataDir } = await nodes.start();
  await found(node, 'Harbour');
  await found(node, 'Regatta');
  const [{ id }, regatta] = node.communities() as [CommunityCard, CommunityCard];
  const changed = codeOf(node.client.settings.set({ features: { off: ['chat'] } }));
  await isClosedByChange(node);
  await node.client.communities.delete({ id, name: 'Harbour' });
  expect(await changed).toBe('done');
  expect(readdirSync(join(dataDir, 'communities')).toSorted()).toEqual(['.votes', regatta.id]);
});

test('a community that a change closed does not open again while the node stops', async () => {
  const { node } = await nodes.start();
  const harbour = await found(node, 'Harbour');
  const changed = codeOf(harbour.community.changeSettings({ set: { features: { off: ['chat'] } } }));
  await isClosedByChange(node);
  await nodes.stop(node);
  expect(await changed).toBe('node-stopping');
});

test('[CM5] a community that was deleted and restored has its votes, so its ledger continues', async () => {
  const { node, dataDir } = await nodes.start();
  const harbour = await found(node, 'Harbour');
  const { id } = await harbour.community.status({});
  const { path } = await harbour.maintenance.backup({});
  const backup = join(dataDir, 'backup.db');
  copyFileSync(path, backup);
  await node.client.communities.delete({ id, name: 'Harbour' });
  await nodes.stop(node);
  await restoreDatabase(dataDir, backup);
  const { node: again } = await nodes.start(dataDir);
  const restored = again.client.in(id);
  expect(await noticesOf(restored)).toEqual([]);
  await restored.members.setHandle({ handle: 'maria' });
  expect((await restored.community.status({})).me.handle).toBe('maria');
});

test('[CM6] an archived community is read and not written, and peers no longer see it', async () => {
  const [mara, ines] = await Promise.all([nodes.start(), nodes.start()]);
  const harbour = await found(mara.node, 'Harbour');
  await write(harbour, 'Tides');
  const { id } = await ines.node.client.communities.join({ invite: await invite(harbour), handle: 'ines' });
  const hers = ines.node.client.in(id);
  await until(async () => (await subjects(hers)).includes('Tides'));
  await ines.node.client.communities.leave({ id });
  await until(async () => (await harbour.community.status({})).peers === 0);
  expect(await subjects(hers)).toEqual(['Tides']);
  expect(await codeOf(write(hers, 'Storm'))).toBe('community-archived');
  expect(ines.node.communities()).toMatchObject([{ state: 'archived', left: true }]);
  expect(await codeOf(ines.node.client.communities.archive({ id, archived: false }))).toBe('community-left');
  await ines.node.client.communities.join({ invite: await invite(harbour), handle: 'ines' });
  await until(async () => (await harbour.community.status({})).peers === 1);
  expect(await codeOf(mara.node.client.communities.leave({ id }))).toBe('validator-cannot-leave');
  await mara.node.client.communities.archive({ id, archived: true });
  expect(await codeOf(write(harbour, 'Storm'))).toBe('community-archived');
  await mara.node.client.communities.archive({ id, archived: false });
  await write(harbour, 'Storm');
  await until(async () => (await subjects(hers)).includes('Storm'));
});

test('[CM7] an identity of its own is another person, the same one after a restart', async () => {
  const { node, dataDir } = await nodes.start();
  const didIn = async (client: CommunityClient) => (await client.community.status({})).me.did;
  const shared = await didIn(await found(node, 'Harbour'));
  const own = await didIn(await found(node, 'Regatta', true));
  const third = await didIn(await found(node, 'Museum', true));
  expect(shared).toBe(node.status().me.did);
  expect(new Set([shared, own, third]).size).toBe(3);
  const regatta = node.communities().find(({ name }) => name === 'Regatta')!;
  await nodes.stop(node);
  // The database says who takes part: the card may be lost, and a restored community has none.
  rmSync(join(dataDir, 'communities', regatta.id, 'card.json'));
  const { node: again } = await nodes.start(dataDir);
  expect(await didIn(again.client.in(regatta.id))).toBe(own);
  expect(again.communities().find(({ id }) => id === regatta.id)).toMatchObject({
    joinedAt: regatta.joinedAt,
  });
  const fourth = await didIn(await found(again, 'Attic', true));
  expect([shared, own, third]).not.toContain(fourth);
});

test('an exported community is restored on a node that lost it', async () => {
  const { node, dataDir } = await nodes.start();
  const harbour = await found(node, 'Harbour');
  await write(harbour, 'Tides');
  const [card] = node.communities();
  const path = join(dataDir, 'copy');
  const { sizeBytes } = await node.client.communities.export({ id: card!.id, path });
  expect(sizeBytes).toBeGreaterThan(1000);
  expect(existsSync(join(path, 'files'))).toBe(true);
  expect(await codeOf(node.client.communities.export({ id: card!.id, path }))).toBe('export-failed');
  await node.client.communities.delete({ id: card!.id, name: 'Harbour' });
  await nodes.stop(node);
  expect(await restoreDatabase(dataDir, join(path, 'community.db'))).toMatchObject({
    community: card!.id,
    keptAside: null,
  });
  const { node: again } = await nodes.start(dataDir);
  expect(again.communities()).toMatchObject([{ id: card!.id, name: 'Harbour', state: 'open' }]);
  expect(await subjects(again.client.in(card!.id))).toEqual(['Tides']);
});

test('a subscription ends when its community closes, and keeps it open until then', async () => {
  const { node } = await nodes.start();
  const harbour = await found(node, 'Harbour');
  const [card] = node.communities();
  const changes = await harbour.boards.changes({});
  const ended = (async () => {
    for await (const _change of changes);
    return 'ended';
  })();
  await write(harbour, 'Tides');
  await node.client.communities.archive({ id: card!.id, archived: true });
  await expect(ended).resolves.toBe('ended');
});

test('a node without a network is read and written, and catches up once it has one again', async () => {
  const [mara, ines] = await Promise.all([nodes.start(), nodes.start()]);
  const harbour = await found(mara.node, 'Harbour');
  const { id } = await ines.node.client.communities.join({ invite: await invite(harbour), handle: 'ines' });
  const hers = ines.node.client.in(id);
  await until(async () => (await hers.community.status({})).peers === 1);
  await ines.node.client.settings.set({ network: { listen: 'off' } });
  expect(await hers.community.status({})).toMatchObject({ peers: 0, reachability: { verdict: 'offline' } });
  await write(harbour, 'Storm');
  await write(hers, 'Alone');
  expect(await subjects(hers)).toEqual(['Alone']);
  await ines.node.client.settings.set({ network: { listen: 'loopback' } });
  await until(async () => (await subjects(hers)).includes('Storm'));
  await until(async () => (await subjects(harbour)).includes('Alone'));
});

test('a feature that is off takes no calls and no entries, and catches up when it is on again', async () => {
  const [mara, ines] = await Promise.all([nodes.start(), nodes.start()]);
  const harbour = await found(mara.node, 'Harbour');
  const { id } = await ines.node.client.communities.join({ invite: await invite(harbour), handle: 'ines' });
  const hers = ines.node.client.in(id);
  await until(async () => (await hers.boards.list({})).length > 0);
  await ines.node.client.settings.set({ features: { off: ['boards', 'chat'] } });
  expect(await codeOf(hers.boards.list({}))).toBe('feature-off');
  expect(await codeOf(hers.archive.jobs({}))).toBe('feature-off');
  expect((await hers.community.status({})).features).not.toContain('boards');
  await write(harbour, 'Storm');
  await harbour.chat.say({ text: 'evening' });
  const held = async (client: CommunityClient) => (await client.maintenance.verify({})).logDigest;
  await until(async () => (await held(hers)) === (await held(harbour)));
  expect((await hers.community.status({})).counts.posts).toBe(0);
  expect(await noticesOf(hers)).not.toContain('needs-update');
  expect(await hers.members.list({})).toHaveLength(2);
  await ines.node.client.settings.set({ features: { off: [] } });
  // They are judged first, like all others.
  await until(async () => (await subjects(hers)).includes('Storm'));
  await until(async () =>
    (await hers.chat.lines({ limit: 10 })).items.some(({ text }) => text === 'evening'),
  );
  expect(await hers.maintenance.verify({ deep: true })).toMatchObject({ ok: true });
});

test('posts and rulings are the same after the boards and the review were off for a while', async () => {
  const { node } = await nodes.start();
  const harbour = await found(node, 'Harbour');
  await write(harbour, 'Tides');
  await write(harbour, 'Storm');
  const { items } = await harbour.boards.threads({ limit: 10 });
  const storm = items.find(({ subject }) => subject === 'Storm')!;
  const { posts } = await harbour.boards.thread({ id: storm.id, limit: 1 });
  await harbour.review.rule({ ids: [posts.items[0]!.id], ruling: 'quarantine' });
  const shownOf = async () => (await harbour.boards.thread({ id: storm.id, limit: 1 })).posts.items[0]!.held;
  const before = { held: await shownOf(), ...(await harbour.maintenance.verify({ deep: true })) };
  await node.client.settings.set({ features: { off: ['boards', 'review'] } });
  expect(await harbour.maintenance.verify({ deep: true })).toMatchObject({
    ok: true,
    logDigest: before.logDigest,
  });
  await node.client.settings.set({ features: { off: [] } });
  const after = { held: await shownOf(), ...(await harbour.maintenance.verify({ deep: true })) };
  expect(after).toEqual(before);
  expect((await harbour.moderation.status({})).backlog?.waiting ?? 0).toBe(0);
});
