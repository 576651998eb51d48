import type {
  Composition,
  CompositionPlan,
  Recorder,
  RecordingFolder,
  TrackWriter,
} from '../../calls/adapter-ports.ts';
import type { RtpFormat } from '../../calls/ports.ts';
import { Problem, type ProblemFields } from '../../kernel/errors.ts';
import { problem } from './problems.ts';

/** A file of a recording without a disk. */
export interface MemoryTrack {
  readonly path: string;
  readonly format: RtpFormat;
  isEnded: boolean;
}

/** A recorder without media, whose failures tests cause. */
export interface MemoryRecorder extends Recorder {
  readonly folder: RecordingFolder;
  /** Every track that was ever written. */
  readonly tracks: readonly MemoryTrack[];
  readonly files: ReadonlyMap<string, number>;
  readonly plans: readonly CompositionPlan[];
  fail(trouble: ProblemFields | null): void;
  /** The program that writes a track dies. */
  kill(path: string, failure: ProblemFields): void;
  /** How much of the current composition is done; 1 completes it. */
  progress(share: number): void;
  /** The current composition fails. */
  break(failure: ProblemFields): void;
}

/** Each file has 1,000 bytes. Compositions wait for {@link MemoryRecorder.progress}. */
export function createMemoryRecorder(): MemoryRecorder {
  const tracks: MemoryTrack[] = [];
  const files = new Map<string, number>();
  const plans: CompositionPlan[] = [];
  const listeners = new Map<string, (failure: ProblemFields) => void>();
  let trouble: ProblemFields | null = null;
  let current: { tell(share: number): void; finish(): void; fail(error: unknown): void } | null = null;
  const pathOf = (recording: string, file: string) => `${recording}/${file}`;
  const of = (recording: string) => [...files.keys()].filter((path) => path.startsWith(`${recording}/`));
  return {
    tracks,
    files,
    plans,
    folder: {
      async make() {},
      pathOf,
      async bytesOf(recording, file) {
        if (file !== undefined) return files.get(pathOf(recording, file)) ?? 0;
        return of(recording).reduce((sum, path) => sum + files.get(path)!, 0);
      },
      async read(recording, file, offset, length) {
        const bytes = files.get(pathOf(recording, file)) ?? 0;
        return new Uint8Array(Math.max(0, Math.min(length, bytes - offset)));
      },
      async removeFiles(recording, names) {
        for (const name of names) files.delete(pathOf(recording, name));
      },
      async remove(recording) {
        for (const path of of(recording)) files.delete(path);
      },
      async list() {
        return [...new Set(Array.from(files.keys(), (path) => path.split('/')[0]!))];
      },
    },
    trouble: () => trouble,
    async write(format, path): Promise<TrackWriter> {
      if (trouble !== null) throw Problem.of(trouble);
      const track: MemoryTrack = { path, format, isEnded: false };
      tracks.push(track);
      files.set(path, 1000);
      return {
        port: 40_000 + 2 * tracks.length,
        onFailed: (listener) => void listeners.set(path, listener),
        async end() {
          track.isEnded = true;
          listeners.delete(path);
        },
      };
    },
    compose(plan, onProgress): Composition {
      plans.push(plan);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const finish = () => {
        files.set(plan.output, 1000);
        resolve();
      };
      current = { tell: onProgress, finish, fail: reject };
      return { done: promise, cancel: () => reject(problem('composing-cancelled')) };
    },
    fail(fields) {
      trouble = fields;
    },
    kill(path, failure) {
      const track = tracks.find((one) => one.path === path);
      if (track) track.isEnded = true;
      listeners.get(path)?.(failure);
    },
    progress(share) {
      current?.tell(share);
      if (share >= 1) current?.finish();
    },
    break: (failure) => current?.fail(Problem.of(failure)),
  };
}
