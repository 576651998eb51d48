import type { ProblemFields } from '../kernel/errors.ts';
import type { MediaKind, RtpFormat } from './ports.ts';

/** Writes the tracks of recordings and makes files of them. */
export interface Recorder {
  /** Why nothing can be recorded now; null if it can. */
  trouble(): ProblemFields | null;
  /** Begins to write a track to a new file. Rejects with a Problem. */
  write(format: RtpFormat, path: string): Promise<TrackWriter>;
  /** Makes one file of tracks. An existing file is replaced only by a complete one. */
  compose(plan: CompositionPlan, onProgress: (share: number) => void): Composition;
}

export interface TrackWriter {
  /** The UDP port of the loopback that takes the packets of the track. */
  readonly port: number;
  /** It ended before it was told to; not called after {@link end}. */
  onFailed(listener: (problem: ProblemFields) => void): void;
  /** Ends the file; resolves once it is complete. */
  end(): Promise<void>;
}

/** The parts of a file. Times in milliseconds since its start. */
export interface CompositionPlan {
  readonly output: string;
  readonly lengthMs: number;
  readonly tracks: readonly PlannedTrack[];
  readonly width: number;
  readonly height: number;
}

export interface PlannedTrack {
  readonly path: string;
  readonly kind: MediaKind;
  readonly offsetMs: number;
  /** Where a picture is shown; null for sound. */
  readonly tile: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  } | null;
}

export interface Composition {
  /** Rejects with a Problem: `composing-cancelled`, `composing-failed`, `recording-disk-full`. */
  readonly done: Promise<void>;
  cancel(): void;
}

/** The folder of a community's recordings, one folder for each; readable by the user of the node alone. */
export interface RecordingFolder {
  /** Makes the folder of a recording. Rejects with a Problem `recording-disk-full`. */
  make(recording: string): Promise<void>;
  /** The path of a file of a recording, whether it exists or not. */
  pathOf(recording: string, file: string): string;
  /** Of one file, or of all files of the recording; 0 if there is none. */
  bytesOf(recording: string, file?: string): Promise<number>;
  /** A piece of a file; empty beyond its end, or if there is no such file. */
  read(recording: string, file: string, offset: number, length: number): Promise<Uint8Array>;
  /** Removes files; those that are missing are no error. */
  removeFiles(recording: string, files: readonly string[]): Promise<void>;
  /** Removes everything of a recording. */
  remove(recording: string): Promise<void>;
  /** The recordings that have a folder. */
  list(): Promise<string[]>;
}
