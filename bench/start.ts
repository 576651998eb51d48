import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { readHostInfo } from '../app/main/host/host-info.ts';
import { dataLayout } from '../app/main/node/data-directory.ts';
import { percentile } from './lib/numbers.ts';
import type { Report } from './lib/report.ts';
import { withScratch } from './lib/scratch.ts';

const STARTS = 5;
const DEADLINE_MS = 60_000;

/** From the start of the host's process to its first successful response. */
export async function start(): Promise<Report> {
  return withScratch(async (scratch) => {
    const first = await startOnce(scratch);
    const times: number[] = [];
    for (let turn = 0; turn < STARTS; turn++) times.push(await startOnce(scratch));
    return {
      figures: [
        { name: 'first start of a new node to /healthz', value: first, unit: 'ms' },
        { name: 'later starts to /healthz, median', value: percentile(times, 0.5), unit: 'ms' },
        { name: 'later starts to /healthz, slowest', value: percentile(times, 1), unit: 'ms' },
      ],
      notes: [`One first start and ${STARTS} later starts of the headless host from its sources.`],
    };
  });
}

async function startOnce(dataDir: string): Promise<number> {
  const startedAt = performance.now();
  const script = join(import.meta.dirname, '../app/main/cli/main.ts');
  const host = spawn(process.execPath, [script, 'serve', '--data', dataDir, '--port', '0'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => host.once('exit', () => resolve()));
  try {
    while (!(await isHealthy(dataDir))) {
      if (host.exitCode !== null) throw new Error('The host ended before it answered.');
      if (performance.now() - startedAt > DEADLINE_MS) throw new Error('The host did not answer in time.');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return performance.now() - startedAt;
  } finally {
    host.kill('SIGTERM');
    const hard = setTimeout(() => host.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(hard);
  }
}

async function isHealthy(dataDir: string): Promise<boolean> {
  const info = await readHostInfo(dataLayout(dataDir).hostInfo);
  if (!info) return false;
  return fetch(`${info.url}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );
}
