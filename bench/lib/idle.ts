/** A node in a process of its own that nobody uses; its last line of output is an {@link Idle}. */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { startNode } from '../../app/main/node/start.ts';
import { systemKey } from './hosting.ts';

/** How long the node rests before it is measured, and how long it is measured. */
const REST_MS = 20_000;
const MEASURED_MS = 60_000;

export interface Idle {
  /** Processor time of all threads, as a share of one core. */
  readonly cores: number;
  /** Resident memory in bytes. */
  readonly memory: number;
  /** Bytes written to disk while it was measured; null if the system does not report it. */
  readonly written: number | null;
}

const pause = (ms: number) => new Promise<void>((go) => setTimeout(go, ms));

function writtenBytes(): number | null {
  try {
    const io = readFileSync('/proc/self/io', 'utf8');
    return Number(/^write_bytes: (\d+)/m.exec(io)?.[1]);
  } catch {
    return null; // not Linux
  }
}

async function rest(directory: string): Promise<Idle> {
  const node = await startNode({ dataDir: directory, systemKey });
  await pause(REST_MS);
  const [before, startedAt, cpu] = [writtenBytes(), performance.now(), process.cpuUsage()];
  await pause(MEASURED_MS);
  const { user, system } = process.cpuUsage(cpu);
  const cores = (user + system) / 1000 / (performance.now() - startedAt);
  const after = writtenBytes();
  const memory = process.memoryUsage.rss();
  await node.stop();
  return { cores, memory, written: before === null || after === null ? null : after - before };
}

const [, script, directory] = process.argv;
if (directory !== undefined && import.meta.url === pathToFileURL(script ?? '').href) {
  process.stdout.write(`${JSON.stringify(await rest(directory))}\n`);
}
