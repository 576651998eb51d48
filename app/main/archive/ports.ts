import type { MessageForm, OutlinedMessage, ParsedMessage } from './message.ts';

/** Reads messages outside the caller's thread. Implemented by platform/mail. */
export interface MailParser {
  /**
   * Id, references, subject and date of each message of a batch, in its order. Rejects as {@link parse} does.
   */
  outline(form: MessageForm, batch: readonly Uint8Array[], signal?: AbortSignal): Promise<OutlinedMessage[]>;
  /**
   * Parses a batch; results are in the order of the messages. The text of a mail that cannot be read, or that
   * takes longer than the parser allows, is kept as it came; a message without headers gives a reason. Neither
   * delays the others. Rejects with the signal's reason when it aborts, and with a Problem once the parser is
   * closed.
   */
  parse(form: MessageForm, batch: readonly Uint8Array[], signal?: AbortSignal): Promise<ParsedMessage[]>;
  close(): Promise<void>;
}

/** The ports of a node with archives. */
export interface ArchivePorts {
  readonly files: ArchiveFiles;
  readonly parser: MailParser;
  /** The folder of the demo mails, or null. */
  readonly demoDirectory: string | null;
}

/** A file with random access. */
export interface ArchiveFile {
  readonly sizeBytes: number;
  /** Up to `length` bytes from `offset`; fewer only at the end of the file. */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** A file that appears under its name only when it is complete. */
export interface ArchiveOutput {
  /** Resolves when the disk has accepted the bytes. Rejects with a Problem (`disk-full`, `export-failed`). */
  write(bytes: Uint8Array): Promise<void>;
  /** Gives the file its name. */
  commit(): Promise<void>;
  /** Removes the written file; safe to call after `commit`. */
  discard(): Promise<void>;
}

/** The disk as archives need it. Failures are Problems that name the path. */
export interface ArchiveFiles {
  kindOf(path: string): Promise<'file' | 'directory' | 'missing'>;
  /** Names of the plain files in a directory and of links to such, in no order; an absent one has none. */
  list(path: string): Promise<string[]>;
  /** Names of the folders in a directory, in no order. */
  folders(path: string): Promise<string[]>;
  open(path: string): Promise<ArchiveFile>;
  /** Unpacks gzip or zstd into a temporary file that is removed on close. */
  unpack(packed: ArchiveFile, signal?: AbortSignal): Promise<ArchiveFile>;
  create(path: string): Promise<ArchiveOutput>;
}

/**
 * A message of an archive, the reason why one is skipped, or a remark about what the archive holds beside its
 * messages. `place` is where it starts and `position` how far the reading came: bytes, or the number of a file.
 */
export type ArchivePiece =
  | {
      readonly kind: 'message';
      readonly bytes: Uint8Array;
      /** The place and length of the message, for {@link ArchiveReader.read}. */
      readonly place: number;
      readonly length: number;
      readonly position: number;
      /** When the message was delivered, by the archive: milliseconds since the Unix epoch, or null. */
      readonly date: number | null;
      /** Places of lines within the message that look like separators and have no headers after them. */
      readonly strays: readonly number[];
    }
  | {
      readonly kind: 'broken' | 'remark';
      readonly reason: string;
      readonly place: number;
      readonly position: number;
    };

/** An opened archive of any format. */
export interface ArchiveReader {
  readonly format: 'mbox' | 'maildir' | 'jsonl';
  readonly form: MessageForm;
  /** The final value of {@link ArchivePiece.position}. */
  readonly sizeBytes: number;
  /** All messages in the archive's own order. `bytes` are valid until the next step. */
  scan(signal?: AbortSignal): AsyncIterable<ArchivePiece>;
  /** Reads one message again. */
  read(place: number, length: number): Promise<Uint8Array>;
  /** A place in words: `byte 230`, or the name of a file. */
  placeName(place: number): string;
  close(): Promise<void>;
}
