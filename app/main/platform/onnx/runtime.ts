import type { InferenceSession, Tensor } from 'onnxruntime-node';

export type Runtime = typeof import('onnxruntime-node');

let calls: Int32Array | null = null;

/**
 * From now on, says in shared memory how many calls into machine code are open, and begins none once the
 * second number there is 1; see `node/classifier-worker.ts`.
 */
export function showNativeCalls(memory: SharedArrayBuffer): void {
  calls = new Int32Array(memory);
}

/** A call into the library. A thread that is ended in the midst of one takes the whole process with it. */
export async function native<T>(call: () => Promise<T>): Promise<T> {
  if (calls !== null) Atomics.add(calls, 0, 1);
  try {
    // Said before it is asked, so that nobody ends the thread between the two.
    if (calls !== null && Atomics.load(calls, 1) === 1) throw new Error('This thread is ending.');
    return await call();
  } finally {
    if (calls !== null) Atomics.sub(calls, 0, 1);
  }
}

let loaded: Promise<Runtime> | null = null;
/** The library brings machine code; where that does not load, rules must still work. */
export function runtime(): Promise<Runtime> {
  loaded ??= native(() => import('onnxruntime-node'));
  return loaded;
}

/** One thread each: whoever asks runs one session to a worker. */
const SESSION: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  // Lines come in every length: an arena would keep room for each, and no pattern repeats.
  enableCpuMemArena: false,
  enableMemPattern: false,
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3,
};

/**
 * A session of a model. Apart from who runs it, so that nothing that lives as long holds on to the file's
 * bytes.
 */
export function sessionOf({ InferenceSession }: Runtime, bytes: Uint8Array): Promise<InferenceSession> {
  return native(() => InferenceSession.create(bytes, SESSION));
}

/** The numbers that a model answered under a name. */
export function dataOf(tensor: Tensor | undefined): Float32Array {
  const data: unknown = tensor?.data;
  if (!(data instanceof Float32Array)) throw new Error('a model answered in another form');
  return data;
}
