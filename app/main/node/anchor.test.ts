import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { startNode, type RunningNode } from './start.ts';
import { only } from './test-nodes.ts';

/** As from the system's key store: deriving a key from a passphrase would cost a second per start. */
const systemKey = new Uint8Array(32).fill(7);
/** A post needs a few seconds of real time before it is anchored. */
const LONG = { timeout: 300_000 };
const directories: string[] = [];
const running = new Set<RunningNode>();

afterEach(async () => {
  for (const node of running) await node.stop();
  running.clear();
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** A node with its own keys and ports, on real TCP of this machine. */
async function start(): Promise<RunningNode> {
  const dataDir = await mkdtemp(join(tmpdir(), 'impulse-anchor-'));
  directories.push(dataDir);
  const settings = { network: { port: 0, webSocketPort: 0, listen: 'loopback' } };
  await writeFile(join(dataDir, 'settings.json'), JSON.stringify(settings), { mode: 0o600 });
  const node = await startNode({ dataDir, systemKey });
  running.add(node);
  return node;
}

/** Resolves once `look` finds something; it is called on every change of the node's boards. */
async function seen<T>(
  node: RunningNode,
  feed: 'boards' | 'ledger',
  look: () => Promise<T | false | null>,
): Promise<T> {
  const ended = new AbortController();
  try {
    const changes = await only(node)[feed].changes({}, { signal: ended.signal });
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

/** The finality of a post, once it is certified. */
const certified = (node: RunningNode, id: string) =>
  seen(node, 'boards', async () => {
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
      await seen(node, 'ledger', async () => (await only(node).ledger.status({})).credits !== null);
    }
    const add = await Promise.all([ines, odin].map(({ client }) => client.identity.card({})));
    await only(mara).ledger.changeValidators({ add, remove: [] });
    for (const node of [mara, ines, odin]) {
      await seen(node, 'ledger', async () => (await only(node).ledger.status({})).epoch === 1);
    }
    const { id } = await seen(odin, 'boards', () => write(odin, 'Low water at noon.').catch(() => null));
    const places = await Promise.all([mara, ines, odin].map((node) => certified(node, id)));
    expect(new Set(places.map(({ block }) => block)).size).toBe(1);
  },
);
