import type { Clock } from '../kernel/clock.ts';
import { looksLikeMail, outlineOf, readHeaders, type MessageOutline } from './headers.ts';
import { messageOfLine, outlineOfLine } from './jsonl.ts';
import type { ArchivedAttachment, ParsedMessage } from './message.ts';
import type { ArchiveReader, MailParser } from './ports.ts';
import { ProgressMeter, type ArchiveProgress } from './progress.ts';
import { ThreadIndex } from './threading.ts';
import { problem } from './problems.ts';

/** A post that the store holds already, by its ids there. */
export interface KnownPost {
  readonly thread: string;
  readonly post: string;
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
  /** Milliseconds since the Unix epoch, or null if the message has no readable date. */
  readonly date: number | null;
  /** Never empty. */
  readonly text: string;
  readonly attachments: readonly ArchivedAttachment[];
}

export interface ImportResult {
  readonly counts: ImportCounts;
  /** The first broken messages, for the log and for a person who asks what is missing. */
  readonly broken: readonly BrokenMessage[];
}

export interface ImportCounts {
  read: number;
  imported: number;
  duplicates: number;
  broken: number;
}

export interface BrokenMessage {
  /** Bytes from the start of the file; in a maildir the number of the file. */
  readonly place: number;
  readonly reason: string;
}

interface ImportOptions {
  readonly source: ArchiveReader;
  readonly parser: MailParser;
  readonly clock: Clock;
  /** Stores a batch as a whole. If it rejects, the import ends. */
  readonly sink: (batch: PlannedPost[]) => Promise<void>;
  /** Which of these message ids the store holds already. */
  readonly known: (messageIds: string[]) => Promise<ReadonlyMap<string, KnownPost>>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ArchiveProgress, counts: ImportCounts) => void) | undefined;
}

const BATCH_MESSAGES = 500;
const BATCH_BYTES = 16 * 1024 * 1024;
const BATCHES_AHEAD = 3;
const PROGRESS_MS = 200;
const SAMPLES = 20;
const CACHED_KEYS = 20_000;
const LOOKED_UP_REFERENCES = 20;
const CHANGED = problem.fields('archive-changed').message;

/**
 * Imports an archive in two passes. The first reads every message's headers and finds the threads; the second
 * reads the messages again, parents before children, and passes them to `sink` in batches of 500. Known
 * messages are counted and skipped, so an interrupted run is simply repeated. Rejects with the signal's
 * reason, or with the error of `source`, `known` or `sink`.
 */
export async function importArchive(options: ImportOptions): Promise<ImportResult> {
  return new ArchiveImport(options).run();
}

interface Candidate {
  readonly row: number;
  readonly bytes: Uint8Array;
  readonly outline: MessageOutline;
}

/** A batch whose messages are being parsed. */
interface LoadedBatch {
  readonly size: number;
  readonly read: readonly Candidate[];
  /** Messages that the store does not hold yet. */
  readonly fresh: readonly Candidate[];
  readonly held: ReadonlyMap<string, KnownPost>;
  readonly parsing: Promise<ParsedMessage[]>;
}

class ArchiveImport {
  readonly #options: ImportOptions;
  readonly #index = new ThreadIndex();
  readonly #counts: ImportCounts = { read: 0, imported: 0, duplicates: 0, broken: 0 };
  readonly #samples: BrokenMessage[] = [];
  /** Rows that could not be parsed: their children use an earlier ancestor as the parent. */
  #gone = new Uint8Array(0);
  #threads = new Int32Array(0);
  /** Ids of recently stored rows; those of older ones are read from the archive again. */
  readonly #keys = new Map<number, string>();
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(options: ImportOptions) {
    this.#options = options;
  }

  async run(): Promise<ImportResult> {
    await this.#readThrough();
    this.#index.resolve();
    this.#gone = new Uint8Array(this.#index.count);
    this.#threads = new Int32Array(this.#index.count);
    await this.#storeAll();
    return { counts: { ...this.#counts }, broken: this.#samples };
  }

  async #readThrough(): Promise<void> {
    const { source, clock, signal } = this.#options;
    const meter = new ProgressMeter('reading', source.sizeBytes, clock.now());
    for await (const piece of source.scan(signal)) {
      this.#counts.read += 1;
      if (piece.kind === 'broken') this.#markBroken(piece.position, piece.reason);
      else {
        const outline = await this.#outline(piece.bytes);
        if ('reason' in outline) this.#markBroken(piece.place, outline.reason);
        else if (!this.#index.add(outline, piece.place, piece.length)) this.#counts.duplicates += 1;
      }
      this.#report(meter, piece.position);
    }
    this.#report(meter, source.sizeBytes, true);
  }

  async #storeAll(): Promise<void> {
    const { clock, sink, signal } = this.#options;
    const meter = new ProgressMeter('storing', this.#index.count, clock.now());
    const batches = this.#batches();
    const loading: Promise<LoadedBatch>[] = [];
    let ahead: Promise<unknown> = Promise.resolve();
    const loadNext = () => {
      const batch = batches.next();
      if (batch.done === true) return;
      const loaded = ahead.then(() => this.#load(batch.value));
      // A failure is reported in the order of the batches, after the batches before it are stored.
      loaded.catch(() => {});
      ahead = loaded;
      loading.push(loaded);
    };
    // The next batches are read and parsed while the store writes the current one.
    for (let count = 0; count < BATCHES_AHEAD; count++) loadNext();
    let done = 0;
    for (let next = loading.shift(); next !== undefined; next = loading.shift()) {
      const batch = await next;
      loadNext();
      const posts = await this.#plan(batch);
      signal?.throwIfAborted();
      if (posts.length > 0) await sink(posts);
      this.#counts.imported += posts.length;
      done += batch.size;
      this.#report(meter, done);
    }
    this.#report(meter, done, true);
  }

  *#batches(): Generator<number[]> {
    let batch: number[] = [];
    let sizeBytes = 0;
    for (const row of this.#index.inOrder()) {
      const { length } = this.#index.placeOf(row);
      if (batch.length >= BATCH_MESSAGES || (batch.length > 0 && sizeBytes + length > BATCH_BYTES)) {
        yield batch;
        batch = [];
        sizeBytes = 0;
      }
      batch.push(row);
      sizeBytes += length;
    }
    if (batch.length > 0) yield batch;
  }

  /** Reads a batch, looks it up in the store, and has the rest parsed. */
  async #load(rows: number[]): Promise<LoadedBatch> {
    const { source, parser, known, signal } = this.#options;
    signal?.throwIfAborted();
    const read: Candidate[] = [];
    const wanted = new Set<string>();
    for (const row of rows) {
      const { place, length } = this.#index.placeOf(row);
      const bytes = await source.read(place, length);
      const outline = await this.#outline(bytes);
      if ('reason' in outline || !this.#index.isRow(row, outline.messageId)) {
        this.#loseRow(row, 'reason' in outline ? outline.reason : CHANGED);
        continue;
      }
      this.#remember(row, outline.messageId);
      read.push({ row, bytes, outline });
      wanted.add(outline.messageId);
      for (const reference of this.#openReferences(row, outline)) wanted.add(reference);
    }
    const held = await known([...wanted]);
    const fresh = read.filter(({ outline }) => !held.has(outline.messageId));
    this.#counts.duplicates += read.length - fresh.length;
    const raw = fresh.map(({ bytes }) => bytes);
    const parsing =
      source.format === 'jsonl' ? Promise.all(raw.map(messageOfLine)) : parser.parse(raw, signal);
    parsing.catch(() => {});
    return { size: rows.length, read, fresh, held, parsing };
  }

  async #plan({ read, fresh, held, parsing }: LoadedBatch): Promise<PlannedPost[]> {
    const parsed = await parsing;
    for (const { row } of read) this.#threads[row] = row;
    const posts: PlannedPost[] = [];
    for (const [at, candidate] of fresh.entries()) {
      const post = await this.#planOne(candidate, parsed[at] ?? { ok: false, reason: CHANGED }, held);
      if (post !== null) posts.push(post);
    }
    return posts;
  }

  async #planOne(candidate: Candidate, parsed: ParsedMessage, held: ReadonlyMap<string, KnownPost>) {
    const { row, outline } = candidate;
    if (!parsed.ok) {
      this.#loseRow(row, parsed.reason);
      return null;
    }
    const { message } = parsed;
    const parent = await this.#parentOf(row, outline, held);
    if (parent.row >= 0) this.#threads[row] = this.#threads[parent.row] ?? row;
    const thread = this.#threads[row] ?? row;
    return {
      key: message.messageId,
      parentKey: parent.key,
      threadKey: thread === row ? message.messageId : await this.#keyOf(thread),
      parent: parent.known,
      subject: message.subject || '(no subject)',
      fromName: message.fromName,
      date: message.date,
      text: message.text || '(no text)',
      attachments: message.attachments,
    };
  }

  /**
   * References that may be the parent: the archive's own parent and those after it that the archive does not
   * hold.
   */
  #openReferences(row: number, outline: MessageOutline): string[] {
    const parent = this.#index.parentOf(row);
    const open: string[] = [];
    for (const reference of outline.references.slice(-LOOKED_UP_REFERENCES).toReversed()) {
      open.push(reference);
      if (parent >= 0 && this.#index.isRow(parent, reference)) break;
    }
    return open;
  }

  async #parentOf(
    row: number,
    outline: MessageOutline,
    held: ReadonlyMap<string, KnownPost>,
  ): Promise<{ key: string | null; row: number; known: KnownPost | null }> {
    const inArchive = this.#index.parentOf(row);
    for (const key of this.#openReferences(row, outline)) {
      const isRow = inArchive >= 0 && this.#index.isRow(inArchive, key);
      const known = held.get(key) ?? null;
      if (known !== null) return { key, row: isRow ? inArchive : -1, known };
      if (isRow && this.#gone[inArchive] === 0) return { key, row: inArchive, known };
    }
    let ancestor = inArchive;
    while (ancestor >= 0 && this.#gone[ancestor] === 1) ancestor = this.#index.parentOf(ancestor);
    if (ancestor < 0) return { key: null, row: -1, known: null };
    const key = await this.#keyOf(ancestor);
    return { key, row: ancestor, known: (await this.#options.known([key])).get(key) ?? null };
  }

  async #keyOf(row: number): Promise<string> {
    const cached = this.#keys.get(row);
    if (cached !== undefined) return cached;
    const { place, length } = this.#index.placeOf(row);
    const outline = await this.#outline(await this.#options.source.read(place, length));
    if ('reason' in outline || !this.#index.isRow(row, outline.messageId)) throw problem('archive-changed');
    this.#remember(row, outline.messageId);
    return outline.messageId;
  }

  #remember(row: number, key: string): void {
    this.#keys.set(row, key);
    if (this.#keys.size <= CACHED_KEYS) return;
    const oldest = this.#keys.keys().next();
    if (oldest.done !== true) this.#keys.delete(oldest.value);
  }

  async #outline(bytes: Uint8Array): Promise<MessageOutline | { reason: string }> {
    if (this.#options.source.format === 'jsonl') return outlineOfLine(bytes);
    const headers = readHeaders(bytes);
    if (!looksLikeMail(headers)) return { reason: problem.fields('no-headers').message };
    return outlineOf(bytes, headers, (raw) => this.#options.parser.decodeWords(raw));
  }

  #loseRow(row: number, reason: string): void {
    this.#gone[row] = 1;
    this.#markBroken(this.#index.placeOf(row).place, reason);
  }

  #markBroken(place: number, reason: string): void {
    this.#counts.broken += 1;
    if (this.#samples.length < SAMPLES) this.#samples.push({ place, reason });
  }

  #report(meter: ProgressMeter, done: number, last = false): void {
    const { clock, onProgress } = this.#options;
    const now = clock.now();
    if (onProgress === undefined || (!last && now - this.#reportedAt < PROGRESS_MS)) return;
    this.#reportedAt = now;
    onProgress(meter.at(done, now), { ...this.#counts });
  }
}
