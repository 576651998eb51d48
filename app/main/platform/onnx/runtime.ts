import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { refuseTelemetry } from './no-telemetry.ts';

export type Runtime = typeof import('onnxruntime-node');

let calls: Int32Array | null = null;

/**
 * From now on, counts open native calls in shared memory, and starts none once the second number there is 1;
 * see `node/worker-slot.ts`.
 */
export function showNativeCalls(memory: SharedArrayBuffer): void {
  calls = new Int32Array(memory);
}

/** A call into the library. Terminating a thread during such a call crashes the whole process. */
export async function native<T>(call: () => Promise<T>): Promise<T> {
  if (calls !== null) Atomics.add(calls, 0, 1);
  try {
    // Counted before the check, so that the thread is not terminated between the two.
    if (calls !== null && Atomics.load(calls, 1) === 1) throw new Error('This thread is ending.');
    return await call();
  } finally {
    if (calls !== null) Atomics.sub(calls, 0, 1);
  }
}

let loaded: Promise<Runtime> | null = null;
/** Loads the library; if its native code does not load, rules must still work. */
export function runtime(): Promise<Runtime> {
  refuseTelemetry();
  loaded ??= native(() => import('onnxruntime-node'));
  return loaded;
}

/** One thread per session: callers run one session per worker. */
const SESSION: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  // Lines have all lengths: an arena would keep memory for each, and memory patterns do not repeat.
  enableCpuMemArena: false,
  enableMemPattern: false,
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3,
};

/** A session of a model. A separate function, so that no closure of the session retains the file's bytes. */
export function sessionOf({ InferenceSession }: Runtime, bytes: Uint8Array): Promise<InferenceSession> {
  return native(() => InferenceSession.create(bytes, SESSION));
}

/** The numbers of a model's output, by its name. */
export function dataOf(tensor: Tensor | undefined): Float32Array {
  const data: unknown = tensor?.data;
  if (!(data instanceof Float32Array)) throw new Error('a model answered in another form');
  return data;
}
