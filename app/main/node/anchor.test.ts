import { afterEach, expect, test } from 'vitest';
import type { RunningNode } from './start.ts';
import { only, seen, seenIn, TestNodes } from './test-nodes.ts';

/** A post needs a few seconds of real time before it is anchored. */
const LONG = { timeout: 300_000 };
const nodes = new TestNodes();

afterEach(() => nodes.end());

const start = async (): Promise<RunningNode> => (await nodes.start()).node;

/** The finality of a post, once it is certified. */
const certified = (node: RunningNode, id: string) =>
  seenIn('boards', node, async () => {
    const post = await only(node)
      .boards.post({ id })
      .catch(() => null);
    return post?.finality.level === 'certified' && post.finality;
  });

async function found(): Promise<RunningNode> {
  const node = await start();
  await node.client.communities.create({ name: 'Harbour', description: '', handle: 'mara', boards: true });
  return node;
}

const write = async (node: RunningNode, text: string) => {
  const client = only(node);
  const [board] = await client.boards.list({});
  return client.boards.startThread({ board: board!.id, subject: 'Tides', text, attachments: [] });
};

test(
  '[H6] a post by a sole sysop is certified within seconds, and the listing is updated',
  LONG,
  async () => {
    const node = await found();
    const { id } = await write(node, 'High water at six.');
    const { finality } = await only(node).boards.post({ id });
    expect(finality).toEqual({ level: 'local', copies: 0 });
    expect((await certified(node, id)).block).toBeGreaterThan(0);
    const { items } = await only(node).boards.threads({ unreadOnly: false, limit: 10 });
    expect(items.map((thread) => thread.finality.level)).toContain('certified');
  },
);

test(
  '[H4] [H5] a post written on one of three validators is certified on all, by one block',
  LONG,
  async () => {
    const mara = await found();
    const [ines, odin] = [await start(), await start()];
    const { link } = await only(mara).federation.invite({
      role: 'member',
      hours: 1,
      uses: 2,
      reach: 'machine',
    });
    await ines.client.communities.join({ invite: link, handle: 'ines' });
    await odin.client.communities.join({ invite: link, handle: 'odin' });
    for (const node of [ines, odin]) {
      await seen(node, async () => (await only(node).ledger.status({})).credits !== null);
    }
    const add = await Promise.all([ines, odin].map(({ client }) => client.identity.card({})));
    await only(mara).ledger.changeValidators({ add, remove: [] });
    for (const node of [mara, ines, odin]) {
      await seen(node, async () => (await only(node).ledger.status({})).epoch === 1);
    }
    const { id } = await seenIn('boards', odin, () => write(odin, 'Low water at noon.').catch(() => null));
    const places = await Promise.all([mara, ines, odin].map((node) => certified(node, id)));
    expect(new Set(places.map(({ block }) => block)).size).toBe(1);
  },
);
