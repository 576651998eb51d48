import type { ParsedMessage } from './message.ts';

/** Parses raw mails outside the caller's thread. Implemented by platform/mail. */
export interface MailParser {
  /**
   * Parses a batch; results are in the order of the messages. A message that cannot be read, or takes longer
   * than the parser allows, gives a reason and does not delay the others. Rejects with the signal's reason
   * when it aborts, and with a Problem once the parser is closed.
   */
  parse(batch: readonly Uint8Array[], signal?: AbortSignal): Promise<ParsedMessage[]>;
  /** Decodes RFC 2047 encoded words in a header's value, synchronously. */
  decodeWords(raw: string): string;
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
  /** Names of the plain files in a directory, in no order; an absent directory has none. */
  list(path: string): Promise<string[]>;
  open(path: string): Promise<ArchiveFile>;
  /** Unpacks gzip into a temporary file that is removed on close. */
  unpack(packed: ArchiveFile, signal?: AbortSignal): Promise<ArchiveFile>;
  create(path: string): Promise<ArchiveOutput>;
}

/** A message of an archive, or the reason why it is skipped. `position` counts bytes from the start. */
export type ArchivePiece =
  | {
      readonly kind: 'message';
      readonly bytes: Uint8Array;
      /** The place and length of the message, for {@link ArchiveReader.read}. */
      readonly place: number;
      readonly length: number;
      readonly position: number;
    }
  | { readonly kind: 'broken'; readonly reason: string; readonly position: number };

/** An opened archive of any format. */
export interface ArchiveReader {
  readonly format: 'mbox' | 'maildir' | 'jsonl';
  /** The final value of {@link ArchivePiece.position}. */
  readonly sizeBytes: number;
  /** All messages in the archive's own order. `bytes` are valid until the next step. */
  scan(signal?: AbortSignal): AsyncIterable<ArchivePiece>;
  /** Reads one message again. */
  read(place: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}
