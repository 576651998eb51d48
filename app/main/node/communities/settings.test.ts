import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CommunityClient, OwnSettings } from '../../../contract/index.ts';
import type { RunningNode } from '../start.ts';
import { TestNodes } from '../test-nodes.ts';

const MIB = 1024 ** 2;

let nodes: TestNodes;
beforeEach(() => {
  nodes = new TestNodes();
});
afterEach(() => nodes.end());

interface Found {
  readonly id: string;
  readonly client: CommunityClient;
}

async function found({ client }: RunningNode, name: string): Promise<Found> {
  const { id } = await client.communities.create({ name, handle: 'mara' });
  return { id, client: client.in(id) };
}

async function write(client: CommunityClient, subject: string, text = subject): Promise<void> {
  const [board] = await client.boards.list({});
  await client.boards.startThread({ board: board!.id, subject, text });
}

const subjects = async (client: CommunityClient) =>
  (await client.boards.threads({ limit: 100 })).items.map(({ subject }) => subject);

const set = (client: CommunityClient, values: OwnSettings) =>
  client.community.changeSettings({ set: values, unset: [] });

const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'done',
    (error: { data?: { code: string }; code?: string }) => error.data?.code ?? error.code ?? String(error),
  );

/** Resolves once `look` is true. */
const until = (look: () => Promise<boolean>): Promise<void> =>
  vi.waitFor(async () => expect(await look()).toBe(true), { timeout: 20_000, interval: 50 });

/** Uploads a file whose chunks all differ. */
const upload = (client: CommunityClient, sizeBytes: number) =>
  client.files.put({ file: new File([randomBytes(sizeBytes)], 'chart.bin') });

test('[CM9] a setting of a community is in force at once, survives a restart, and can be taken back', async () => {
  const { node, dataDir } = await nodes.start();
  const harbour = await found(node, 'Harbour');
  const regatta = await found(node, 'Regatta');
  const view = await set(harbour.client, { storage: { maxFileBytes: 100 } });
  expect(view).toMatchObject({
    inForce: { storage: { maxFileBytes: 100, backups: 5 } },
    node: { storage: { maxFileBytes: 16 * MIB } },
    own: { storage: { maxFileBytes: 100 } },
  });
  expect(await codeOf(upload(harbour.client, 200))).toBe('file-too-large');
  expect(await codeOf(upload(regatta.client, 200))).toBe('done');
  await node.client.settings.set({ storage: { backups: 7, maxFileBytes: 150 } });
  expect(await codeOf(upload(regatta.client, 200))).toBe('file-too-large');
  await nodes.stop(node);
  const { node: again } = await nodes.start(dataDir);
  const client = again.client.in(harbour.id);
  expect(await client.community.settings({})).toMatchObject({
    inForce: { storage: { maxFileBytes: 100, backups: 7 } },
    own: { storage: { maxFileBytes: 100 } },
  });
  await client.community.changeSettings({ set: {}, unset: ['storage.maxFileBytes'] });
  expect(await codeOf(upload(client, 140))).toBe('done');
  expect(await codeOf(set(client, { storage: { backups: 0 } }))).toBe('BAD_REQUEST');
  const path = join(dataDir, 'communities', harbour.id, 'settings.json');
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({});
  expect(existsSync(join(dataDir, 'communities', regatta.id, 'settings.json'))).toBe(false);
});

test('[CM9] a feature that is off in one community runs in another one', async () => {
  const { node } = await nodes.start();
  const harbour = await found(node, 'Harbour');
  const regatta = await found(node, 'Regatta');
  await write(harbour.client, 'Tides');
  await set(harbour.client, { features: { off: ['chat'] } });
  expect(await codeOf(harbour.client.chat.say({ text: 'evening' }))).toBe('feature-off');
  expect(await codeOf(regatta.client.chat.say({ text: 'evening' }))).toBe('done');
  expect(await subjects(harbour.client)).toEqual(['Tides']);
  // The node turns something else off; the choice of the community stays.
  await node.client.settings.set({ features: { off: ['review'] } });
  const featuresOf = async ({ client }: Found) => (await client.community.status({})).features;
  expect(await featuresOf(harbour)).toContain('review');
  expect(await featuresOf(harbour)).not.toContain('chat');
  expect(await featuresOf(regatta)).not.toContain('review');
  await harbour.client.community.changeSettings({ set: {}, unset: ['features.off'] });
  expect(await featuresOf(harbour)).toEqual(await featuresOf(regatta));
});

test('changes that come together are all kept', async () => {
  const { node } = await nodes.start();
  const { client } = await found(node, 'Harbour');
  await Promise.all([
    set(client, { features: { off: ['chat'] } }),
    set(client, { storage: { backups: 2 } }),
    set(client, { features: { off: [] } }),
    set(client, { storage: { quotaBytes: 900 * MIB } }),
  ]);
  expect((await client.community.settings({})).own).toEqual({
    features: { off: [] },
    storage: { backups: 2, quotaBytes: 900 * MIB },
  });
});

test('[CM9] an unusable file of one community is set aside there, and the others are not affected', async () => {
  const { node, dataDir } = await nodes.start();
  const harbour = await found(node, 'Harbour');
  const regatta = await found(node, 'Regatta');
  await set(regatta.client, { storage: { backups: 2 } });
  await nodes.stop(node);
  const folder = join(dataDir, 'communities', harbour.id);
  writeFileSync(join(folder, 'settings.json'), '{"storage":{"quotaBytes":"all"}}');
  const { node: again } = await nodes.start(dataDir);
  const noticesIn = async (id: string) => (await again.client.in(id).community.status({})).notices;
  expect(await noticesIn(harbour.id)).toMatchObject([{ id: 'settings', code: 'settings-invalid' }]);
  expect(await noticesIn(regatta.id)).toEqual([]);
  expect(again.status().notices.map(({ id }) => id)).not.toContain('settings');
  expect(readdirSync(folder).some((name) => name.startsWith('settings.json.invalid-'))).toBe(true);
  expect((await again.client.in(harbour.id).community.settings({})).own).toEqual({});
  expect((await again.client.in(regatta.id).community.settings({})).own).toEqual({
    storage: { backups: 2 },
  });
});

test('[CM10][CM11] a community at its quota is read-only alone, blames no peer, and resumes by itself', async () => {
  const [mara, ines] = await Promise.all([nodes.start(), nodes.start()]);
  const harbour = await found(mara.node, 'Harbour');
  const regatta = await found(mara.node, 'Regatta');
  const invite = async ({ client }: Found) =>
    (await client.federation.invite({ role: 'member', hours: 1, uses: 5, reach: 'machine' })).link;
  const join = async (where: Found) =>
    ines.node.client.in(
      (await ines.node.client.communities.join({ invite: await invite(where), handle: 'ines' })).id,
    );
  const [inHarbour, inRegatta] = [await join(harbour), await join(regatta)];
  await write(harbour.client, 'Tides');
  await until(async () => (await subjects(inHarbour)).includes('Tides'));
  await until(async () => (await inRegatta.boards.list({})).length > 0);

  // Her copy of Harbour may take no more than it takes already.
  const { usedBytes } = (await inHarbour.community.status({})).space;
  await upload(inHarbour, MIB);
  await set(inHarbour, { storage: { quotaBytes: Math.max(MIB, usedBytes) } });
  await until(async () => (await inHarbour.community.status({})).phase === 'degraded');
  const { space, notices } = await inHarbour.community.status({});
  expect(space.usedBytes).toBeGreaterThan(MIB);
  expect(notices).toMatchObject([{ code: 'quota-full', severity: 'danger', action: 'settings.own' }]);
  expect(await codeOf(write(inHarbour, 'Refused'))).toBe('quota-full');
  expect(await codeOf(upload(inHarbour, 1000))).toBe('file-quota');
  expect(await subjects(inHarbour)).toEqual(['Tides']);

  // Posts of others are held back there, the other community goes on, and nobody is blamed.
  await write(harbour.client, 'Storm');
  await write(regatta.client, 'Results');
  await write(inRegatta, 'Protest');
  await until(async () => (await subjects(inRegatta)).includes('Results'));
  await until(async () => (await subjects(regatta.client)).includes('Protest'));
  expect(await subjects(inHarbour)).toEqual(['Tides']);
  expect((await inRegatta.community.status({})).phase).toBe('ready');
  const peersOf = async (client: CommunityClient) => (await client.federation.view({})).peers;
  for (const client of [inHarbour, harbour.client]) {
    const [peer] = await peersOf(client);
    expect(peer!.score).toBeGreaterThanOrEqual(0);
  }

  await set(inHarbour, { storage: { quotaBytes: 100 * MIB } });
  expect(await inHarbour.community.status({})).toMatchObject({ phase: 'ready', notices: [] });
  await write(inHarbour, 'Calm');
  await until(async () => (await subjects(inHarbour)).includes('Storm'));
  await until(async () => (await subjects(harbour.client)).includes('Calm'));
});

test('[CM11] the quota of the node holds for each community that has none of its own', async () => {
  const { node } = await nodes.start();
  const harbour = await found(node, 'Harbour');
  const regatta = await found(node, 'Regatta');
  await set(regatta.client, { storage: { quotaBytes: null } });
  await write(harbour.client, 'Address');
  await upload(harbour.client, MIB);
  await upload(regatta.client, MIB);
  await node.client.settings.set({ storage: { quotaBytes: MIB } });
  expect(await codeOf(write(harbour.client, 'Refused'))).toBe('quota-full');
  expect(await codeOf(write(regatta.client, 'Results'))).toBe('done');
  const [thread] = (await harbour.client.boards.threads({ limit: 1 })).items;
  const { items } = (await harbour.client.boards.thread({ id: thread!.id, limit: 1 })).posts;
  await harbour.client.review.purge({ id: items[0]!.id, reason: 'a private address' });
  const { posts } = await harbour.client.boards.thread({ id: thread!.id, limit: 1 });
  expect(posts.items[0]!.text).not.toContain('Address');
  const job = await harbour.client.archive.demo({ limit: 10 });
  await until(async () =>
    (await harbour.client.archive.jobs({})).some(({ id, state }) => id === job.id && state === 'failed'),
  );
  const [failed] = await harbour.client.archive.jobs({});
  expect(failed!.problem).toMatchObject({ code: 'quota-full' });
  await node.client.settings.set({ storage: { quotaBytes: null } });
  expect(await codeOf(write(harbour.client, 'Tides'))).toBe('done');
});
