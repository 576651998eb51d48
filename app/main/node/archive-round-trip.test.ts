import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CommunityClient, Job } from '../../contract/index.ts';
import { only, TestNodes } from './test-nodes.ts';

let nodes: TestNodes;
let folder: string;
beforeEach(async () => {
  nodes = new TestNodes();
  folder = await mkdtemp(join(tmpdir(), 'impulse-round-trip-'));
});
afterEach(async () => {
  await nodes.end();
  await rm(folder, { recursive: true, force: true });
});

async function community(): Promise<CommunityClient> {
  const { node } = await nodes.start();
  await node.client.communities.create({ name: 'Harbour', description: '', handle: 'mara', boards: false });
  const client = only(node);
  await client.moderation.setModels({ on: false });
  return client;
}

async function ended(client: CommunityClient, { id }: Job): Promise<Job> {
  for await (const jobs of await client.archive.watch({})) {
    const job = jobs.find((one) => one.id === id);
    if (job && job.state !== 'running') return job;
  }
  throw new Error('the node went away');
}

/** Everything that a reader sees, by the names and texts that people gave. */
async function contents(client: CommunityClient) {
  const boards = await client.boards.list({});
  const all = [];
  for (const { id, slug, name, description } of boards) {
    const threads = (await client.boards.threads({ board: id, limit: 100 })).items;
    const read = await Promise.all(
      threads.map((thread) => client.boards.thread({ id: thread.id, limit: 100 })),
    );
    const shown = read.map(({ thread, posts }) => ({
      subject: thread.subject,
      posts: posts.items.map(({ text, format, attachments, createdAt, source }) => ({
        text,
        format,
        // A mail has no milliseconds.
        second: Math.floor((source?.date ?? createdAt) / 1000),
        files: attachments.map((file) => [file.name, file.type, file.sizeBytes]),
      })),
    }));
    all.push({
      slug,
      name,
      description,
      threads: shown.toSorted((a, b) => (a.subject < b.subject ? -1 : 1)),
    });
  }
  return all.toSorted((a, b) => (a.slug < b.slug ? -1 : 1));
}

test.each(['jsonl', 'mbox'] as const)(
  '[AR20] a whole community, exported as %s and imported elsewhere, has the same boards, threads, texts and formats',
  async (format) => {
    const mara = await community();
    const { id: tides } = await mara.boards.create({
      slug: 'tides',
      name: 'Tide tables',
      description: 'High & low – daily',
    });
    const { id: market } = await mara.boards.create({ slug: 'market', name: 'Märkte' });
    const { cid } = await mara.files.put({ file: new File(['chart'], 'chart.txt', { type: 'text/plain' }) });
    const { id } = await mara.boards.startThread({
      board: tides,
      subject: 'Spring tide',
      text: '**High** water\n\n> From: ines@mole.example\n\nwrite to mara@mole.example:',
      attachments: [cid],
    });
    await mara.boards.reply({ thread: id, text: 'At *six*.' });
    await mara.boards.startThread({ board: market, subject: 'Crane for sale', text: 'As new.' });
    const mail =
      'From x Mon Jan  1 00:00:00 2001\nMessage-ID: <m@x>\nFrom: Ines <ines@x>\nSubject: Old\n\nFrom old times\n';
    const old = await mara.archive.import({ board: market, source: { file: new File([mail], 'old.mbox') } });
    expect(await ended(mara, old)).toMatchObject({ state: 'done', counts: { imported: 1 } });

    const path = join(folder, `all.${format}`);
    const out = await ended(mara, await mara.archive.export({ path, format }));
    expect(out).toMatchObject({ state: 'done', exported: { written: 4, waiting: 0, held: 0 } });

    const other = await community();
    const file = new File([new Uint8Array(await readFile(path))], `all.${format}`);
    const job = await ended(other, await other.archive.import({ source: { file }, create: true }));
    expect(job).toMatchObject({ state: 'done', counts: { read: 4, imported: 4, broken: 0 }, issues: 0 });
    const expected = await contents(mara);
    expect(expected.map(({ threads }) => threads.length)).toEqual([2, 1]);
    expect(await contents(other)).toEqual(expected);
  },
  60_000,
);
