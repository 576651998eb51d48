import { Issues, type ImportIssue } from './issues.ts';
import type { ArchiveReader } from './ports.ts';
import { problem } from './problems.ts';

export interface ImportCounts {
  read: number;
  /** Stored as posts; in a dry run, those that would be. */
  imported: number;
  /** Those of the imported whose text is kept as it came. */
  raw: number;
  duplicates: number;
  /** Those of which nothing was imported. */
  broken: number;
}

/** Counts the messages of one import and lists what a person should know about them. */
export class ImportNotes {
  readonly counts: ImportCounts = { read: 0, imported: 0, raw: 0, duplicates: 0, broken: 0 };
  issues = new Issues();
  readonly #source: Pick<ArchiveReader, 'placeName'>;

  constructor(source: Pick<ArchiveReader, 'placeName'>) {
    this.#source = source;
  }

  /** Before the archive is read again from its beginning. */
  clear(): void {
    Object.assign(this.counts, { read: 0, imported: 0, raw: 0, duplicates: 0, broken: 0 });
    this.issues = new Issues();
  }

  /** Something is not as it was with all messages. */
  whole(reason: string): void {
    this.issues.add({ message: null, place: 'the whole archive', reason, outcome: 'kept' });
  }

  /** Nothing of a message is imported. */
  leaveOut(message: number, place: number, reason: string): void {
    this.counts.broken += 1;
    this.#add(message, place, reason, 'left-out');
  }

  /** The text of a message is imported as it came. */
  keepRaw(message: number, place: number, reason: string): void {
    this.counts.raw += 1;
    this.#add(message, place, reason, 'raw');
  }

  /** A message is imported, and something about it is not as it was. */
  remark(message: number, place: number, reason: string): void {
    this.#add(message, place, reason, 'kept');
  }

  /** One of the remarks that need no other words. */
  note(message: number, place: number, code: 'same-id' | 'no-date' | 'stray-separator'): void {
    this.remark(message, place, problem.fields(code).message);
  }

  /** Something beside the messages is not read. */
  beside(place: number, reason: string): void {
    this.#add(null, place, reason, 'left-out');
  }

  #add(message: number | null, place: number, reason: string, outcome: ImportIssue['outcome']): void {
    this.issues.add({ message, place: this.#source.placeName(place), reason, outcome });
  }
}
