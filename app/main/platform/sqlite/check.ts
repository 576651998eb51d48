import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** What SQLite's own check finds wrong with a file, looked at in the background; empty when it is sound. */
export async function checkInBackground(path: string): Promise<string[]> {
  const worker = new Worker(new URL('./check.worker.ts', import.meta.url), { workerData: path });
  worker.unref();
  const [faults] = (await once(worker, 'message')) as [string[]];
  return faults;
}
