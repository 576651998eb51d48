import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startNode } from '../app/main/node/start.ts';
import { systemKey, text } from './lib/hosting.ts';
import type { Idle } from './lib/idle.ts';
import type { Report } from './lib/report.ts';
import { withScratch } from './lib/scratch.ts';

const POSTS = 600;
const MB = 1024 * 1024;

/** A node with a community, no peer and nobody at it: what it costs to leave it running. */
export async function idle(): Promise<Report> {
  return withScratch(async (scratch) => {
    const node = await startNode({ dataDir: scratch, systemKey });
    const { id } = await node.client.communities.create({ name: 'Harbour', handle: 'mara' });
    const { boards } = node.client.in(id);
    const [board] = await boards.list({});
    const thread = await boards.startThread({ board: board!.id, subject: 'Boats', text: text(0) });
    for (let n = 1; n < POSTS; n++) await boards.reply({ thread: thread.id, text: text(n) });
    await node.stop();
    const script = join(import.meta.dirname, 'lib/idle.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [script, scratch]);
    const { cores, memory, written } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Idle;
    return {
      figures: [
        { name: 'processor time, of one core', value: cores * 100, unit: '%', target: { most: 0.5 } },
        { name: 'memory', value: memory / MB, unit: 'MiB', target: { most: 180 } },
        ...(written === null
          ? []
          : [{ name: 'written in a minute', value: written, unit: 'bytes', target: { most: 0 } }]),
      ],
      notes: [
        `A node that listens on loopback, with one community of ${POSTS} posts that it validates alone, run from its sources; measured for a minute, 20 s after its start.`,
      ],
    };
  });
}
