import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';

const BENCH = join(import.meta.dirname, '..');
const PEER_DEADLINE_MS = 300_000;

/** Installs the products to compare with, on first use and without running install scripts. */
export async function installPeers(): Promise<void> {
  if (
    existsSync(join(BENCH, 'node_modules/hypercore')) &&
    existsSync(join(BENCH, 'node_modules/@orbitdb/core'))
  )
    return;
  process.stderr.write('Installing the peers to measure against (once, about a minute) …\n');
  await new Promise<void>((resolve, reject) => {
    const npm = spawn(
      'npm',
      ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'],
      {
        cwd: BENCH,
        stdio: ['ignore', 'ignore', 'inherit'],
        shell: process.platform === 'win32',
      },
    );
    npm.once('error', reject);
    npm.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`npm could not install the peers (exit code ${code}).`)),
    );
  });
}

/** Runs another product's program in a separate process; its last line reports events per second. */
export async function peerRate(
  program: 'hypercore' | 'orbitdb',
  task: string,
  count: number,
): Promise<number> {
  await installPeers();
  const script = join(BENCH, 'peers', `${program}.mjs`);
  const { stdout } = await promisify(execFile)(process.execPath, [script, task, String(count)], {
    timeout: PEER_DEADLINE_MS,
    killSignal: 'SIGKILL',
    maxBuffer: 16 * 1024 * 1024,
  });
  const answer: unknown = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  return z.object({ perSecond: z.number().positive() }).parse(answer).perSecond;
}
