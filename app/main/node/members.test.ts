import { afterEach, expect, test, vi } from 'vitest';
import { problemOf } from '../kernel/errors.ts';
import type { RunningNode } from './start.ts';
import { only, seen, TestNodes } from './test-nodes.ts';

const nodes = new TestNodes();
afterEach(() => nodes.end());

const listed = async (node: RunningNode) =>
  new Map((await only(node).members.list({})).map((member) => [member.handle, member]));
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error as { data?: { code: string } }).data?.code ?? problemOf(error).code,
  );

test('[M10] [M11] a newcomer is a member on both sides at once, by blocks that each of them checked', async () => {
  const [{ node: mara }, { node: ines }] = await Promise.all([nodes.start(), nodes.start()]);
  await mara.client.communities.create({ name: 'Harbour', description: '', handle: 'mara', boards: true });
  const { link } = await only(mara).federation.invite({
    role: 'moderator',
    hours: 1,
    uses: 1,
    reach: 'machine',
  });
  await ines.client.communities.join({ invite: link, handle: 'Ines' });
  for (const node of [mara, ines]) {
    expect((await listed(node)).get('Ines')).toMatchObject({
      role: 'moderator',
      banned: null,
    });
  }
  expect((await only(ines).community.status({})).me).toMatchObject({ handle: 'Ines', role: 'moderator' });
  const [hers, his] = await Promise.all([mara, ines].map((node) => only(node).ledger.status({})));
  expect(his!.stateRoot).toBe(hers!.stateRoot);

  const since = (await listed(mara)).get('Ines')!.handleBlock!;
  expect(since).toBeGreaterThan(0);

  // A change is visible here when the call returns, and on the other node as soon as its block is there.
  const did = (await listed(mara)).get('Ines')!.did;
  await only(ines).members.setHandle({ handle: 'Ines of the pier' });
  await only(mara).members.setRole({ did, role: 'member' });
  // A handle is shown once it was judged, which may be after its block.
  await vi.waitFor(async () => expect((await listed(mara)).has('Ines of the pier')).toBe(true), {
    timeout: 20_000,
    interval: 50,
  });
  const renamed = (await listed(mara)).get('Ines of the pier')!;
  expect(renamed.role).toBe('member');
  expect(renamed.handleBlock).toBeGreaterThan(since);
  // It holds from the time of its block on, which may lie ahead of her clock.
  await vi.waitFor(async () => expect((await only(ines).community.status({})).me.role).toBe('member'), {
    timeout: 20_000,
    interval: 50,
  });
  expect(
    await codeOf(only(ines).members.ban({ did: (await listed(ines)).get('mara')!.did, reason: '' })),
  ).toBe('out-of-role');
});

test('[L11] a ban that only the validator knows of is in force on every node once its block is there', async () => {
  const [{ node: mara }, { node: ines }] = await Promise.all([nodes.start(), nodes.start()]);
  await mara.client.communities.create({ name: 'Harbour', description: '', handle: 'mara', boards: true });
  const { link } = await only(mara).federation.invite({
    role: 'member',
    hours: 1,
    uses: 1,
    reach: 'machine',
  });
  await ines.client.communities.join({ invite: link, handle: 'Ines' });
  await only(ines).chat.say({ text: 'good evening' });
  await seen(mara, async () => (await listed(mara)).has('Ines'));
  const { did } = (await listed(mara)).get('Ines')!;
  await only(mara).members.ban({ did, reason: 'shouting' });
  await seen(ines, async () => (await listed(ines)).get('Ines')?.banned);
  expect(await codeOf(only(ines).chat.say({ text: 'HELLO' }))).toBe('out-of-role');
  expect((await only(ines).chat.lines({ limit: 10 })).items.map(({ text }) => text)).toEqual([
    'good evening',
  ]);
  await only(mara).members.lift({ did });
  await seen(ines, async () => (await listed(ines)).get('Ines')!.banned === null);
  expect(await codeOf(only(ines).chat.say({ text: 'sorry' }))).toBe('done');
});

test('[M10] while a validator is missing, the answer names who is missing, and the transaction completes once they are back', async () => {
  const { mara, ines, odin } = await nodes.threeValidators('byzantine');
  await nodes.stop(odin.node);
  const refused = await only(mara.node)
    .members.setHandle({ handle: 'Mara L' })
    .catch((error: unknown) => (error as { data: { code: string; message: string } }).data);
  expect(refused).toMatchObject({ code: 'waits-for-validators' });
  expect(refused).toHaveProperty('message', expect.stringContaining('3 of 3 validators must sign'));
  expect((await listed(ines.node)).has('mara')).toBe(true);
  const back = await nodes.start(odin.dataDir);
  for (const node of [mara.node, ines.node, back.node]) {
    await seen(node, async () => (await listed(node)).has('Mara L'));
  }
});

test('[M10] without its network a sole validator acts at once, and one of several says that it needs the others', async () => {
  const first = await nodes.start();
  await first.node.client.communities.create({
    name: 'Harbour',
    description: '',
    handle: 'mara',
    boards: false,
  });
  await nodes.stop(first.node);
  const offline = (await nodes.start(first.dataDir, true)).node;
  await only(offline).members.setHandle({ handle: 'Mara Lind' });
  expect((await listed(offline)).get('Mara Lind')!.handleBlock).toBeGreaterThan(0);
  await nodes.stop(offline);

  const { ines, odin } = await nodes.threeValidators('crash');
  await nodes.stop(odin.node);
  const alone = (await nodes.start(odin.dataDir, true)).node;
  expect(await codeOf(only(alone).members.setHandle({ handle: 'Odin Two' }))).toBe('needs-validators');
  // A handle is listed once it was judged, which may take a moment longer than the block.
  await vi.waitFor(async () => expect((await listed(ines.node)).has('odin')).toBe(true), { timeout: 10_000 });
});
