/** A node with many communities in a process of its own; its last line of output is a {@link Hosting}. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CommunityClient } from '../../app/contract/index.ts';
import { startNode, type RunningNode } from '../../app/main/node/start.ts';
import { percentile } from './numbers.ts';

/** How many communities get posts, and for how long. */
export const BUSY = 20;
export const BUSY_SECONDS = 20;
/** The file with the ids of the communities: a large one, the busy ones, the others. */
export const IDS = 'ids.json';
const PAGES = 300;
const MAILS = 4000;

/** As from the system's key store: deriving a key from a passphrase would cost a second per start. */
export const systemKey = new Uint8Array(32).fill(7);

/** Times in milliseconds, memory in bytes. */
export interface Hosting {
  readonly start: number;
  /** The state of the large community before its first page, and the time until that page. */
  readonly asleep: string;
  readonly opening: number;
  readonly memory: number;
  readonly pages: number[];
  /** The 95th percentile of a page: alone, and while another community imports. */
  readonly alone: number;
  readonly beside: number;
}

export const text = (n: number): string => `Post ${n}. `.repeat(20);

/** The first page of threads, as the console asks for it. */
export const firstPage = (client: CommunityClient) => client.boards.threads({ limit: 50 });

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

async function host(directory: string): Promise<Hosting> {
  const ids = JSON.parse(await readFile(join(directory, IDS), 'utf8')) as string[];
  const large = ids[0]!;
  const startedAt = performance.now();
  const node = await startNode({ dataDir: directory, systemKey, offline: true });
  const start = performance.now() - startedAt;
  const asleep = node.communities().find(({ id }) => id === large)!.state;
  const opening = await timed(() => firstPage(node.client.in(large)));
  const { memory, pages } = await underLoad(node, ids.slice(1, 1 + BUSY), ids);
  const [alone, beside] = await neighbour(node, directory, ids[1]!, ids[2]!);
  await node.stop();
  return { start, asleep, opening, memory, pages, alone, beside };
}

const [, script, directory] = process.argv;
if (directory !== undefined && import.meta.url === pathToFileURL(script ?? '').href) {
  process.stdout.write(`${JSON.stringify(await host(directory))}\n`);
}
