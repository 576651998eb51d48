import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** The data passed to the thread. */
export interface CheckStart {
  readonly path: string;
  /** One number: 1 once the check is cancelled. */
  readonly unwanted: SharedArrayBuffer;
}

/**
 * The faults that SQLite's integrity check finds in a file, run in the background; empty if it is sound, null
 * if `signal` aborted before it began. The thread is asked to end and never terminated: while it loads or
 * runs native code, termination would crash the whole process.
 */
export async function checkInBackground(path: string, signal?: AbortSignal): Promise<string[] | null> {
  const unwanted = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const leave = () => void Atomics.store(new Int32Array(unwanted), 0, 1);
  if (signal?.aborted) return null;
  signal?.addEventListener('abort', leave, { once: true });
  const start: CheckStart = { path, unwanted };
  const worker = new Worker(new URL('./check.worker.ts', import.meta.url), { workerData: start });
  worker.unref();
  // Errors are reported by the wait for its message.
  const ended = once(worker, 'exit').catch(() => {});
  try {
    const [faults] = (await once(worker, 'message')) as [string[] | null];
    // Only then is the file closed.
    await ended;
    return faults;
  } finally {
    signal?.removeEventListener('abort', leave);
  }
}
