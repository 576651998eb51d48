import * as z from 'zod';
import { CallSource, RecordingId } from './call-session.ts';
import { Cid, Person, Problem, Timestamp } from './common.ts';

/** The most bytes that {@link contract.readRecording} returns at once. */
export const RECORDING_CHUNK = 256 * 1024;

const Share = z.number().min(0).max(1);
const Span = z.object({ fromMs: z.number().int(), toMs: z.number().int() });

export const Recording = z.object({
  id: RecordingId,
  room: Cid,
  title: z.string(),
  startedAt: Timestamp,
  /** How long it runs, in milliseconds; so far, if it is still being made. */
  lengthMs: z.number().int().nonnegative(),
  /** On disk, with the tracks while they are kept. */
  bytes: z.number().int().nonnegative(),
  /**
   * `recording`: the call goes on; `composing`: the file is being made of the tracks; `ready`: it can be played; `kept`: the
   * tracks are kept, but there is no file yet; `empty`: nobody agreed, or nobody sent anything.
   */
  state: z.enum(['recording', 'composing', 'ready', 'kept', 'empty']),
  /** While it is being composed, how much of it is done. */
  progress: Share.nullable(),
  /** Why the recording ended early or was not composed; null if all went well. */
  problem: Problem.nullable(),
  /** When it is deleted, by the retention of this node; null if never. */
  deletedAt: Timestamp.nullable(),
  /** Those who are in it. */
  people: z.array(Person),
});
export type Recording = z.infer<typeof Recording>;

/** The contents of a recording, for the player. Times in milliseconds since its start. */
export const RecordingIndex = z.object({
  /** Size of the file and its MIME type. */
  file: z.object({ bytes: z.number().int().nonnegative(), type: z.string() }).nullable(),
  participants: z.array(
    z.object({
      person: Person,
      /** When they were recorded. */
      tracks: z.array(Span.extend({ source: CallSource })),
      /** When they spoke. */
      spoke: z.array(Span),
    }),
  ),
  lines: z.array(z.object({ person: Person, atMs: z.number().int(), text: z.string() })),
});
export type RecordingIndex = z.infer<typeof RecordingIndex>;
