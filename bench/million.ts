import { execFile } from 'node:child_process';
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { boardKinds } from '../app/main/boards/kinds.ts';
import { digestOf } from '../app/main/kernel/cid.ts';
import { openBenchNode } from './lib/node.ts';
import { percentile } from './lib/numbers.ts';
import { textOf } from './lib/posts.ts';
import type { Report } from './lib/report.ts';

const POSTS = 1_000_000;
const THREADS = 20_000;
const BATCH = 1000;
const MB = 1024 ** 2;

const Answer = z.object({
  firstPageMs: z.number(),
  boardPages: z.array(z.number()),
  threadPages: z.array(z.number()),
  searches: z.array(z.number()),
  setMs: z.number(),
  rss: z.number(),
});

/** A board of a million posts, read and searched in a fresh process. */
export async function million(): Promise<Report> {
  const directory = await filled();
  const script = join(import.meta.dirname, 'lib/million-reader.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, directory], { maxBuffer: 16 * MB });
  const { firstPageMs, boardPages, threadPages, searches, setMs, rss } = Answer.parse(JSON.parse(stdout));
  return {
    figures: [
      {
        name: 'process start to first page of a board',
        value: firstPageMs,
        unit: 'ms',
        target: { most: 2000 },
      },
      { name: 'board page, p95', value: percentile(boardPages, 0.95), unit: 'ms', target: { most: 10 } },
      { name: 'thread page, p95', value: percentile(threadPages, 0.95), unit: 'ms', target: { most: 10 } },
      { name: 'search, p95', value: percentile(searches, 0.95), unit: 'ms', target: { most: 50 } },
      { name: 'reading the ids that peers compare, once at the first peer', value: setMs, unit: 'ms' },
      { name: 'resident memory at the end', value: rss / MB, unit: 'MB', target: { most: 400 } },
      { name: 'database', value: statSync(join(directory, 'community.db')).size / MB, unit: 'MB' },
    ],
    notes: [
      `${POSTS.toLocaleString('en-US')} posts in ${THREADS.toLocaleString('en-US')} threads of one board; ${searches.length} searches for one to three words, ${boardPages.length} board pages and ${threadPages.length} thread pages of 50.`,
    ],
  };
}

/** The directory of the filled node, which is made on first use and kept among the temporary files. */
async function filled(): Promise<string> {
  const directory = join(tmpdir(), 'impulse-bench-million-1');
  const whole = join(directory, 'whole');
  if (existsSync(whole)) return directory;
  rmSync(directory, { recursive: true, force: true });
  process.stderr.write('Writing a million posts (once, some minutes) …\n');
  const node = await openBenchNode({ directory, name: 'mara', online: false });
  const { log, boards } = await node.found();
  const board = digestOf(boards.list()[0]!.id);
  const threads: Uint8Array[] = [];
  for (let index = 0; index < POSTS; index += BATCH) {
    const starts = index < THREADS;
    const drafts = Array.from({ length: BATCH }, (_, offset) => {
      const at = index + offset;
      const said = { board, text: textOf(at, 200), format: 'plain', attachments: [] };
      return starts
        ? { kind: boardKinds.start.name, body: { ...said, subject: textOf(at + 31, 30) } }
        : // Some threads are long, most are short.
          {
            kind: boardKinds.reply.name,
            body: { ...said, thread: threads[Math.floor(((at * 0.6180339887) % 1) ** 2 * THREADS)]! },
          };
    });
    const events = log.appendAll(node.signer, drafts);
    if (starts) threads.push(...events.map(({ id }) => id));
    if (index % 100_000 === 0 && index > 0) process.stderr.write(`${index.toLocaleString('en-US')} posts\n`);
  }
  boards.indexAll();
  await node.stop();
  writeFileSync(whole, '');
  return directory;
}
