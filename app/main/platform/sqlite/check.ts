import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/**
 * What SQLite's own check finds wrong with a file, looked at in the background; empty when it is sound, null
 * when `signal` put an end to it. What the check is in the midst of is not interrupted.
 */
export async function checkInBackground(path: string, signal?: AbortSignal): Promise<string[] | null> {
  if (signal?.aborted) return null;
  const worker = new Worker(new URL('./check.worker.ts', import.meta.url), { workerData: path });
  worker.unref();
  const end = () => void worker.terminate();
  signal?.addEventListener('abort', end, { once: true });
  try {
    const [faults] = (await Promise.race([
      once(worker, 'message'),
      once(worker, 'exit').then(() => [null]),
    ])) as [string[] | null];
    // A thread that said what it found may still have the file open.
    if (faults !== null) await once(worker, 'exit');
    return signal?.aborted ? null : faults;
  } finally {
    signal?.removeEventListener('abort', end);
  }
}
