import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { withTimeout, type Clock } from '../../kernel/clock.ts';

/** How long coturn may take to end by itself before it is killed. */
const END_MS = 2000;
const LAST_LINES = 8;

/** A running coturn. */
export interface TurnProcess {
  /** Resolves when it has ended, with a reason and its last lines. */
  readonly ended: Promise<{ readonly reason: string; readonly lines: readonly string[] }>;
  end(): Promise<void>;
}

/** Starts coturn with nothing of this process's environment. */
export function startTurnserver(clock: Clock, program: string, configFile: string): TurnProcess {
  const child = spawn(program, ['-c', configFile], { stdio: ['ignore', 'pipe', 'pipe'], env: {}, cwd: '/' });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      lines.push(...text.split('\n').filter((line) => line.trim() !== ''));
      lines.splice(0, Math.max(0, lines.length - LAST_LINES));
    });
  }
  const ended = new Promise<{ reason: string; lines: string[] }>((resolve) => {
    child.once('error', (error) => resolve({ reason: error.message, lines }));
    child.once('exit', (code, signal) => resolve({ reason: signal ?? `exit code ${code}`, lines }));
  });
  return {
    ended,
    async end() {
      child.kill('SIGTERM');
      if ((await withTimeout(clock, END_MS, ended)) === 'late') child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Ends a coturn that an earlier run of the node left behind when it was killed. Known by its own configuration. */
export async function endLeftover(pidFile: string, configFile: string): Promise<void> {
  try {
    const pid = Number.parseInt(await readFile(pidFile, 'utf8'), 10);
    if (!(pid > 1)) return;
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
    if (command.includes(configFile)) process.kill(pid, 'SIGKILL');
  } catch {
    // There is none, or the system does not say.
  }
}
