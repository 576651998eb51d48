import { chmod, readFile, rm } from 'node:fs/promises';
import * as z from 'zod';
import type { Problem } from '../kernel/errors.ts';
import { lockFile } from '../platform/sqlite/file-lock.ts';
import { writeAtomically } from './atomic-write.ts';
import type { DataDirectory } from './data-directory.ts';
import { problem } from './problems.ts';

/**
 * The holder of a data directory, to be named to a second instance; the lock itself is the operating
 * system's.
 */
const Holder = z.object({ pid: z.number().int().positive(), startedAt: z.number() });
export type Holder = z.infer<typeof Holder>;

export interface DataLock {
  release(): Promise<void>;
}

/**
 * Locks a data directory for this process, until it is released or the process ends for any reason: a killed
 * node leaves no lock behind.
 * @param startedAt milliseconds since the Unix epoch, shown to a second instance.
 * @throws Problem `data-in-use` that names the process which holds it.
 */
export async function lockDataDirectory(directory: DataDirectory, startedAt: number): Promise<DataLock> {
  const lock = lockFile(directory.lock);
  if (!lock) throw await inUse(directory);
  try {
    await chmod(directory.lock, 0o600);
    await writeAtomically(directory.holder, JSON.stringify({ pid: process.pid, startedAt } satisfies Holder));
  } catch (error) {
    lock.release();
    throw error;
  }
  return {
    async release() {
      await rm(directory.holder, { force: true });
      lock.release();
    },
  };
}

async function inUse(directory: DataDirectory): Promise<Problem> {
  const holder = await readHolder(directory.holder);
  const { path } = directory;
  if (!holder) return problem('data-in-use-by-unknown', { path });
  const { pid, startedAt } = holder;
  return problem('data-in-use', { path, pid, since: new Date(startedAt).toISOString() });
}

async function readHolder(path: string): Promise<Holder | null> {
  try {
    return Holder.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null;
  }
}
