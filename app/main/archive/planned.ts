import type { BoardLabel } from './board-label.ts';
import type { ArchivedAttachment, TextFormat } from './message.ts';

/** A post that the store holds already, by its ids there. */
export interface KnownPost {
  readonly thread: string;
  readonly post: string;
  /** Milliseconds since the Unix epoch. */
  readonly date: number;
}

/** A message with its place in a thread, ready to be stored. Parents always come before children. */
export interface PlannedPost {
  /** The message id. */
  readonly key: string;
  /** The parent message, or null for the first of a thread. */
  readonly parentKey: string | null;
  /** The first message of this thread in this archive; its own key if it starts one. */
  readonly threadKey: string;
  /**
   * The parent post if it was stored before this batch was looked up; otherwise `parentKey` was stored in
   * this run.
   */
  readonly parent: KnownPost | null;
  /** Never empty. */
  readonly subject: string;
  readonly fromName: string;
  /**
   * Milliseconds since the Unix epoch, never in the future: the message's own date, or the nearest that the
   * archive has for it; 0 if the archive has no date at all.
   */
  readonly date: number;
  /** Never empty. */
  readonly text: string;
  readonly format: TextFormat;
  readonly attachments: readonly ArchivedAttachment[];
  /** The board that the archive names, or null. */
  readonly board: BoardLabel | null;
}

/** A message as the archive holds it, with the id of the post that was made of it. */
export interface OriginalMessage {
  readonly key: string;
  readonly bytes: Uint8Array;
}
