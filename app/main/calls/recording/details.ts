import * as z from 'zod';
import { CallSource, type Problem } from '../../../contract/index.ts';

const Ms = z.number().int();
/** The key of a person, in hex. */
const Key = z.string().length(64);

/** A track of a recording. Times in milliseconds since the start of the recording. */
export const TrackNote = z.object({
  file: z.string(),
  person: Key,
  /** The participant that sent it. */
  from: z.string(),
  source: CallSource,
  /** When the first packet came; null before. */
  fromMs: Ms.nullable(),
  /** When it ended; null while it is written. */
  toMs: Ms.nullable(),
});
export type TrackNote = z.infer<typeof TrackNote>;

/** [CR11] What a recording knows of itself beside its files. */
export const Details = z.object({
  tracks: z.array(TrackNote),
  spoke: z.array(z.object({ person: Key, fromMs: Ms, toMs: Ms })),
  lines: z.array(z.object({ person: Key, atMs: Ms, text: z.string() })),
});
export type Details = z.infer<typeof Details>;

export type RecordingState = 'recording' | 'composing' | 'ready' | 'kept' | 'empty';

/** A recording as a row. Times in milliseconds since the epoch. */
export interface RecordingRow {
  readonly id: string;
  readonly room: Uint8Array;
  readonly title: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly state: RecordingState;
  readonly bytes: number;
  readonly problem: Problem | null;
  readonly details: Details;
}

/** The name of the file that is played. */
export const FILE = 'call.webm';
