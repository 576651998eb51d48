import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Client, CommunityClient } from '../app/contract/index.ts';
import { startNode } from '../app/main/node/start.ts';
import { BUSY, BUSY_SECONDS, firstPage, IDS, systemKey, text, type Hosting } from './lib/hosting.ts';
import { percentile } from './lib/numbers.ts';
import type { Report } from './lib/report.ts';
import { withScratch } from './lib/scratch.ts';

const COMMUNITIES = 1000;
const LARGE_POSTS = 10_000;
const MB = 1024 * 1024;

/** One node with a thousand communities: making them, opening them, and what they cost each other. */
export async function communities(): Promise<Report> {
  return withScratch(async (scratch) => {
    const node = await startNode({ dataDir: scratch, systemKey, offline: true });
    const { ids, made } = await provision(node.client);
    await fill(node.client.in(ids[0]!), LARGE_POSTS);
    for (const id of ids.slice(1, 1 + BUSY)) await fill(node.client.in(id), 100);
    // The large one is the one used longest ago, so that it is asleep after the next start.
    for (const id of ids.slice(1)) await firstPage(node.client.in(id));
    await node.stop();
    const { start, asleep, opening, memory, pages, alone, beside } = await hosted(scratch, ids);
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
        `One process without a network, started after another made the communities. The busy ones get a post a second each for ${BUSY_SECONDS} s; meanwhile the first page of a random one of the ${COMMUNITIES} is read every 50 ms, most of them asleep before. The large one was ${asleep} before its first page. The memory includes the classifiers and the benchmark’s readers and writers.`,
      ],
    };
  });
}

/** Runs the node again, in a process of its own. */
async function hosted(directory: string, ids: readonly string[]): Promise<Hosting> {
  await writeFile(join(directory, IDS), JSON.stringify(ids));
  const script = join(import.meta.dirname, 'lib/hosting.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, directory]);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Hosting;
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
