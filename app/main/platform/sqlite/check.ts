import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** What the thread is handed. */
export interface CheckStart {
  readonly path: string;
  /** One number: 1 once the check is no longer wanted. */
  readonly unwanted: SharedArrayBuffer;
}

/**
 * What SQLite's own check finds wrong with a file, looked at in the background; empty when it is sound, null
 * when `signal` came before it began. Its thread is asked to end and never ended: while it loads or runs
 * machine code that would take the whole process with it.
 */
export async function checkInBackground(path: string, signal?: AbortSignal): Promise<string[] | null> {
  const unwanted = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const leave = () => void Atomics.store(new Int32Array(unwanted), 0, 1);
  if (signal?.aborted) return null;
  signal?.addEventListener('abort', leave, { once: true });
  const start: CheckStart = { path, unwanted };
  const worker = new Worker(new URL('./check.worker.ts', import.meta.url), { workerData: start });
  worker.unref();
  // What breaks it is told by the wait for its message.
  const ended = once(worker, 'exit').catch(() => {});
  try {
    const [faults] = (await once(worker, 'message')) as [string[] | null];
    // Only then the file is closed for certain.
    await ended;
    return faults;
  } finally {
    signal?.removeEventListener('abort', leave);
  }
}
