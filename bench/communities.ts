import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client, CommunityClient } from '../app/contract/index.ts';
import { startNode, type RunningNode } from '../app/main/node/start.ts';
import { percentile } from './lib/numbers.ts';
import type { Report } from './lib/report.ts';
import { withScratch } from './lib/scratch.ts';

const COMMUNITIES = 1000;
const BUSY = 20;
const BUSY_SECONDS = 20;
const LARGE_POSTS = 10_000;
const PAGES = 300;
const MAILS = 4000;
const MB = 1024 * 1024;

/** As from the system's key store: deriving a key from a passphrase would cost a second per start. */
const systemKey = new Uint8Array(32).fill(7);

/** One node with a thousand communities: making them, opening them, and what they cost each other. */
export async function communities(): Promise<Report> {
  return withScratch(async (scratch) => {
    const open = () => startNode({ dataDir: scratch, systemKey, offline: true });
    let node = await open();
    const { ids, made } = await provision(node.client);
    const large = ids[0]!;
    await fill(node.client.in(large), LARGE_POSTS);
    for (const id of ids.slice(1, 1 + BUSY)) await fill(node.client.in(id), 100);
    // The large one is the one used longest ago, so that it is asleep after the next start.
    for (const id of ids.slice(1)) await firstPage(node.client.in(id));
    await node.stop();

    const startedAt = performance.now();
    node = await open();
    const start = performance.now() - startedAt;
    const asleep = node.communities().find(({ id }) => id === large)!.state;
    const opening = await timed(() => firstPage(node.client.in(large)));
    const { memory, pages } = await underLoad(node, ids.slice(1, 1 + BUSY), ids);
    const [alone, beside] = await neighbour(node, scratch, ids[1]!, ids[2]!);
    await node.stop();
    return {
      figures: [
        { name: 'making a community, p95', value: percentile(made, 0.95), unit: 'ms', target: { most: 200 } },
        { name: 'making a community, median', value: percentile(made, 0.5), unit: 'ms' },
        { name: `start with ${COMMUNITIES} communities`, value: start, unit: 'ms', target: { most: 3000 } },
        {
          name: `a sleeping community of ${LARGE_POSTS} posts until its first page`,
          value: opening,
          unit: 'ms',
          target: { most: 150 },
        },
        { name: `memory with ${BUSY} busy ones`, value: memory / MB, unit: 'MiB', target: { most: 1500 } },
        {
          name: 'a page of any community, p95',
          value: percentile(pages, 0.95),
          unit: 'ms',
          target: { most: 50 },
        },
        { name: 'a page of any community, median', value: percentile(pages, 0.5), unit: 'ms' },
        { name: 'a page while nothing else happens, p95', value: alone, unit: 'ms' },
        {
          name: 'a page while another community imports, p95',
          value: beside,
          unit: 'ms',
          target: { most: alone * 1.25 },
        },
      ],
      notes: [
        `One process without a network, on this machine. The busy ones get a post a second each for ${BUSY_SECONDS} s; meanwhile the first page of a random one of the ${COMMUNITIES} is read every 50 ms, most of them asleep before. The large one was ${asleep} before its first page. The memory includes the classifiers and the benchmark itself.`,
      ],
    };
  });
}

async function provision(client: Client): Promise<{ ids: string[]; made: number[] }> {
  const ids: string[] = [];
  const made: number[] = [];
  for (let n = 0; n < COMMUNITIES; n++) {
    const startedAt = performance.now();
    const { id } = await client.communities.create({ name: `Community ${n}`, handle: 'mara' });
    made.push(performance.now() - startedAt);
    ids.push(id);
  }
  return { ids, made };
}

async function fill(client: CommunityClient, posts: number): Promise<void> {
  const [board] = await client.boards.list({});
  for (let written = 0; written < posts;) {
    const { id } = await client.boards.startThread({
      board: board!.id,
      subject: `Thread ${written}`,
      text: text(written),
    });
    written++;
    for (let reply = 0; reply < 99 && written < posts; reply++, written++) {
      await client.boards.reply({ thread: id, text: text(written) });
    }
  }
}

const text = (n: number): string => `Post ${n}. `.repeat(20);

/** The first page of threads, as the console asks for it. */
const firstPage = (client: CommunityClient) => client.boards.threads({ limit: 50 });

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function underLoad(node: RunningNode, busy: readonly string[], all: readonly string[]) {
  const until = performance.now() + BUSY_SECONDS * 1000;
  let memory = 0;
  const writing = busy.map(async (id, place) => {
    const client = node.client.in(id);
    const [board] = await client.boards.list({});
    await pause((1000 / busy.length) * place);
    for (let n = 0; performance.now() < until; n++) {
      await client.boards.startThread({ board: board!.id, subject: `Busy ${n}`, text: text(n) });
      memory = Math.max(memory, process.memoryUsage().rss);
      await pause(1000);
    }
  });
  const pages: number[] = [];
  for (let n = 0; performance.now() < until; n++) {
    const id = all[(n * 7919) % all.length]!;
    pages.push(await timed(() => firstPage(node.client.in(id))));
    await pause(50);
  }
  await Promise.all(writing);
  return { memory, pages };
}

/** The 95th percentile of a page of one community: alone, and while another one imports. */
async function neighbour(
  node: RunningNode,
  scratch: string,
  importing: string,
  reading: string,
): Promise<[number, number]> {
  const reader = node.client.in(reading);
  const measure = async (going: () => boolean) => {
    const times: number[] = [];
    while (going()) {
      times.push(await timed(() => firstPage(reader)));
      await pause(5);
    }
    return percentile(times, 0.95);
  };
  let left = PAGES;
  const alone = await measure(() => left-- > 0);
  const mbox = join(scratch, 'mails.mbox');
  await writeFile(mbox, Array.from({ length: MAILS }, (_, n) => mail(n)).join(''));
  const client = node.client.in(importing);
  const [board] = await client.boards.list({});
  const job = await client.archive.import({ board: board!.id, source: { path: mbox } });
  let running = true;
  const ended = (async () => {
    for await (const jobs of await client.archive.watch({})) {
      if ((jobs.find(({ id }) => id === job.id)?.endedAt ?? null) !== null) break;
    }
    running = false;
  })();
  const beside = await measure(() => running);
  await ended;
  return [alone, beside];
}

const mail = (n: number): string =>
  [
    `From mara@example.org Thu Jan  1 00:00:00 2026`,
    `From: Mara <mara@example.org>`,
    `Date: Thu, 01 Jan 2026 00:${String(Math.floor(n / 60) % 60).padStart(2, '0')}:${String(n % 60).padStart(2, '0')} +0000`,
    `Subject: Mail ${n % 40}`,
    `Message-ID: <${n}@example.org>`,
    '',
    text(n),
    '',
    '',
  ].join('\n');
