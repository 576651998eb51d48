import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startNode } from '../app/main/node/start.ts';
import { build } from '../tools/build.ts';
import { text } from './lib/hosting.ts';
import type { Report } from './lib/report.ts';
import { withScratch } from './lib/scratch.ts';

const POSTS = 600;
/** How long the node rests before it is measured, and how long it is measured. */
const REST_MS = 20_000;
const MEASURED_MS = 60_000;
const MB = 1024 * 1024;
/** A tick of processor time in Linux, in milliseconds. */
const TICK_MS = 10;

/** A node with a community, no peer and nobody at it: what it costs to leave it running. */
export async function idle(): Promise<Report> {
  const root = resolve(import.meta.dirname, '..');
  await build({ root });
  return withScratch(async (scratch) => {
    await provision(scratch);
    const cli = join(root, 'dist/node/cli.js');
    const host = spawn(process.execPath, [cli, 'serve', '--json', '--data', scratch], { stdio: 'ignore' });
    const ended = new Promise((done) => host.once('exit', done));
    try {
      await pause(REST_MS);
      const before = usageOf(host.pid!);
      await pause(MEASURED_MS);
      const after = usageOf(host.pid!);
      return {
        figures: [
          {
            name: 'processor time, of one core',
            value: ((after.runMs - before.runMs) / MEASURED_MS) * 100,
            unit: '%',
            target: { most: 0.5 },
          },
          { name: 'memory', value: after.memory / MB, unit: 'MiB', target: { most: 180 } },
          {
            name: 'written to disk in a minute',
            value: after.written - before.written,
            unit: 'bytes',
            target: { most: 0 },
          },
        ],
        notes: [
          `The built headless host, listening on loopback, with one community of ${POSTS} posts that it validates alone; measured for a minute by the system’s own counters (Linux), 20 s after its start.`,
        ],
      };
    } finally {
      host.kill();
      await ended;
    }
  });
}

async function provision(directory: string): Promise<void> {
  const node = await startNode({ dataDir: directory });
  const { id } = await node.client.communities.create({ name: 'Harbour', handle: 'mara' });
  const { boards } = node.client.in(id);
  const [board] = await boards.list({});
  const thread = await boards.startThread({ board: board!.id, subject: 'Boats', text: text(0) });
  for (let n = 1; n < POSTS; n++) await boards.reply({ thread: thread.id, text: text(n) });
  await node.stop();
}

const pause = (ms: number) => new Promise<void>((go) => setTimeout(go, ms));

/** Processor time of all threads, resident memory, and bytes that had to be written to disk. */
function usageOf(pid: number): { runMs: number; memory: number; written: number } {
  const read = (file: string) => readFileSync(`/proc/${pid}/${file}`, 'utf8');
  // The name of the program, in brackets, may contain anything.
  const fields = read('stat').split(') ').at(-1)!.split(' ');
  return {
    runMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS,
    memory: Number(/^VmRSS:\s+(\d+)/m.exec(read('status'))?.[1]) * 1024,
    written: Number(/^write_bytes: (\d+)/m.exec(read('io'))?.[1]),
  };
}
