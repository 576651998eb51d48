import { readdirSync, readFileSync } from 'node:fs';

const TICK_MS = 10;
const WORKER = /^\d+ \(mediasoup-worke\) \S (\d+) /;

/** Processor time in milliseconds and resident memory in bytes. */
export interface Usage {
  readonly runMs: number;
  readonly memory: number;
}

const read = (pid: number | string, file: string) => readFileSync(`/proc/${pid}/${file}`, 'utf8');

/** The media processes of this process, by their own counters (Linux). */
export function workers(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return WORKER.exec(read(pid, 'stat'))?.[1] === String(process.pid);
      } catch {
        // It has ended.
        return false;
      }
    })
    .map(Number);
}

export function usageOf(pid: number): Usage {
  const fields = read(pid, 'stat').split(') ').at(-1)!.split(' ');
  return {
    runMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS,
    memory: Number(/^VmRSS:\s+(\d+)/m.exec(read(pid, 'status'))?.[1]) * 1024,
  };
}

export function sum(usages: readonly Usage[]): Usage {
  return {
    runMs: usages.reduce((total, { runMs }) => total + runMs, 0),
    memory: usages.reduce((total, { memory }) => total + memory, 0),
  };
}

/** The cost of a stretch of time. */
export interface Stretch {
  readonly seconds: number;
  /** Processor time of the media processes, and of this process's main thread. */
  readonly workerMs: number;
  readonly mainMs: number;
  /** Of the media processes, at the end. */
  readonly memory: number;
}

/** Measures while `work` runs. */
export async function measured(pids: readonly number[], work: () => Promise<unknown>): Promise<Stretch> {
  const before = sum(pids.map(usageOf));
  const own = process.threadCpuUsage();
  const startedAt = performance.now();
  await work();
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.threadCpuUsage(own);
  const after = sum(pids.map(usageOf));
  return {
    seconds,
    workerMs: after.runMs - before.runMs,
    mainMs: (user + system) / 1000,
    memory: after.memory,
  };
}
