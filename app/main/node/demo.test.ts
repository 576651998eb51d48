import { rmSync } from 'node:fs';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { ModerationStatus, Post } from '../../contract/index.ts';
import { demoDirectory } from '../platform/mail/demo-directory.ts';
import { startNode, type RunningNode } from './start.ts';
import { only } from './test-nodes.ts';

const MAILS = 270;
const SPAM = 30;
/** The machine may be busy; the test asserts only the result. */
const TIMEOUT_MS = 240_000;

let node: RunningNode | null = null;
let directory: string | null = null;

afterEach(async () => {
  await node?.stop();
  if (directory) rmSync(directory, { recursive: true, force: true });
});

async function demoNode(): Promise<RunningNode> {
  directory = await mkdtemp(join(tmpdir(), 'impulse-demo-'));
  const settings = { network: { port: 0, webSocketPort: 0, listen: 'loopback' } };
  await writeFile(join(directory, 'settings.json'), JSON.stringify(settings), { mode: 0o600 });
  node = await startNode({ dataDir: directory, systemKey: new Uint8Array(32).fill(7) });
  await node.client.communities.create({ name: 'Demo', description: '', handle: 'mara', boards: false });
  return node;
}

/** The message ids of the demo's spam, to tell it from the rest. */
async function spamIds(): Promise<ReadonlySet<string>> {
  const folder = join(demoDirectory()!, 'spam-1');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.txt')).sort();
  const ids = new Set<string>();
  for (const name of names.slice(0, SPAM)) {
    const mail = await readFile(join(folder, name), 'latin1');
    const id = /^message-id:\s*<([^>]+)>/im.exec(mail)?.[1];
    if (id !== undefined) ids.add(id);
  }
  return ids;
}

async function until(
  node: RunningNode,
  isIt: (status: ModerationStatus) => boolean,
): Promise<ModerationStatus> {
  const ended = new AbortController();
  try {
    for await (const status of await only(node).moderation.watchStatus({}, { signal: ended.signal })) {
      if (isIt(status)) return status;
    }
  } finally {
    ended.abort();
  }
  throw new Error('the node went away');
}

async function allPosts(node: RunningNode): Promise<Post[]> {
  const client = only(node);
  const posts: Post[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await client.boards.threads({ limit: 200, cursor });
    for (const { id } of page.items) {
      posts.push(...(await client.boards.thread({ id, limit: 200 })).posts.items);
    }
    if (page.next === null) return posts;
    cursor = page.next;
  }
}

test(
  'the demo community holds the SpamAssassin spam back and publishes the ham',
  { timeout: TIMEOUT_MS },
  async () => {
    const running = await demoNode();
    const job = await only(running).archive.demo({ limit: MAILS });
    for await (const jobs of await only(running).archive.watch({})) {
      const now = jobs.find(({ id }) => id === job.id);
      if (now && now.state !== 'running') break;
    }
    await until(running, ({ backlog }) => backlog.waiting === 0);
    const spam = await spamIds();
    const posts = await allPosts(running);
    const isSpam = ({ source }: Post) => source !== null && spam.has(source.messageId);
    const [bad, good] = [posts.filter(isSpam), posts.filter((post) => !isSpam(post))];
    const held = bad.filter((post) => post.held !== null);
    const quarantined = held.filter((post) => post.held?.state === 'quarantined');
    const published = good.filter((post) => post.held === null);
    const status = await only(running).moderation.status({});
    console.log(
      `spam: ${bad.length}, held back ${held.length}, of these quarantined ${quarantined.length}; ` +
        `ham: ${good.length}, published ${published.length}; judged by ${status.mode}`,
    );
    expect(good.length).toBeGreaterThan(200);
    expect(bad.length).toBeGreaterThan(20);
    expect(held.length / bad.length).toBeGreaterThanOrEqual(0.9);
    expect(quarantined.length / bad.length).toBeGreaterThanOrEqual(0.8);
    expect(published.length / good.length).toBeGreaterThanOrEqual(0.97);
  },
);
