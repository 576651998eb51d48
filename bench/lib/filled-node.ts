import { execFile } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { boardKinds } from '../../app/main/boards/kinds.ts';
import { digestOf } from '../../app/main/kernel/cid.ts';
import { openBenchNode } from './node.ts';
import { textOf } from './posts.ts';

const BATCH = 1000;
const MAX_ANSWER_BYTES = 16 * 1024 ** 2;

const Answer = z.object({
  firstPageMs: z.number(),
  boardPages: z.array(z.number()),
  threadPages: z.array(z.number()),
  searches: z.array(z.number()),
  setMs: z.number(),
  rss: z.number(),
});

/** A fiftieth of the posts start threads. */
export const threadsOf = (posts: number): number => Math.max(BATCH, posts / 50);

/** Reads pages and searches in a fresh process. */
export async function readIn(directory: string): Promise<z.infer<typeof Answer>> {
  const script = join(import.meta.dirname, 'million-reader.ts');
  const options = { maxBuffer: MAX_ANSWER_BYTES };
  const { stdout } = await promisify(execFile)(process.execPath, [script, directory], options);
  return Answer.parse(JSON.parse(stdout));
}

/** The directory of a node with so many posts, which is made on first use and kept among the temporary files. */
export async function filledNode(posts: number): Promise<string> {
  const directory = join(tmpdir(), `impulse-bench-filled-${posts}`);
  const whole = join(directory, 'whole');
  if (existsSync(whole)) return directory;
  rmSync(directory, { recursive: true, force: true });
  process.stderr.write(`Writing ${posts.toLocaleString('en-US')} posts (once) …\n`);
  const node = await openBenchNode({ directory, name: 'mara', online: false });
  const { log, boards, moderation, start } = await node.found();
  const board = digestOf(boards.list()[0]!.id);
  const threads: Uint8Array[] = [];
  const threadCount = threadsOf(posts);
  for (let index = 0; index < posts; index += BATCH) {
    const starts = index < threadCount;
    const drafts = Array.from({ length: BATCH }, (_, offset) => {
      const at = index + offset;
      const said = { board, text: textOf(at, 200), format: 'plain', attachments: [] };
      return starts
        ? { kind: boardKinds.start.name, body: { ...said, subject: textOf(at + 31, 30) } }
        : // Some threads are long, most are short.
          {
            kind: boardKinds.reply.name,
            body: { ...said, thread: threads[Math.floor(((at * 0.6180339887) % 1) ** 2 * threadCount)]! },
          };
    });
    const events = log.appendAll(node.signer, drafts);
    if (starts) threads.push(...events.map(({ id }) => id));
    if (index % 100_000 === 0 && index > 0) process.stderr.write(`${index.toLocaleString('en-US')} posts\n`);
  }
  boards.indexAll();
  // Posts that nobody judged are shown to nobody.
  start();
  while (moderation.holds.countWaiting() > 0) await new Promise((resolve) => setTimeout(resolve, 100));
  await node.stop();
  writeFileSync(whole, '');
  return directory;
}
