import type { Clock } from '../kernel/clock.ts';
import { readThrough } from './first-pass.ts';
import { nextScope } from './forum-scope.ts';
import { ImportNotes, type ImportCounts } from './import-notes.ts';
import type { ImportIssue } from './issues.ts';
import {
  derivedMessageId,
  type MessageForm,
  type MessageOutline,
  type OutlinedMessage,
  type ParsedMessage,
} from './message.ts';
import type { KnownPost, OriginalMessage, PlannedPost } from './planned.ts';
import type { ArchiveReader, MailParser } from './ports.ts';
import { ProgressMeter, type ArchiveProgress } from './progress.ts';
import { ThreadIndex } from './threading.ts';
import { problem } from './problems.ts';

export interface ImportResult {
  readonly counts: ImportCounts;
  /** Messages that were left out or changed, each with its place and the reason. */
  readonly issues: readonly ImportIssue[];
  /** How many more issues there were than the list holds. */
  readonly issuesDropped: number;
}

interface ImportOptions {
  readonly source: ArchiveReader;
  readonly parser: MailParser;
  readonly clock: Clock;
  /** Stores a batch as a whole. If it rejects, the import ends. A dry run has none. */
  readonly sink?: ((batch: PlannedPost[]) => Promise<void>) | undefined;
  /** Collects what a person should know; also of an import that ends early. */
  readonly notes?: ImportNotes;
  /** Leaves out what names no board. */
  readonly needsBoard?: boolean;
  /** Keeps the messages of a stored batch as the archive holds them. */
  readonly keep?: ((batch: OriginalMessage[]) => Promise<void>) | undefined;
  /** Which of these message ids the store holds already. */
  readonly known: (messageIds: string[]) => Promise<ReadonlyMap<string, KnownPost>>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ArchiveProgress, counts: ImportCounts) => void) | undefined;
}

const BATCH_MESSAGES = 500;
const BATCH_BYTES = 16 * 1024 * 1024;
const BATCHES_AHEAD = 3;
const PROGRESS_MS = 200;
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
  readonly #notes: ImportNotes;
  #index = new ThreadIndex();
  #form: MessageForm;
  /** Rows that could not be parsed: their children use an earlier ancestor as the parent. */
  #gone = new Uint8Array(0);
  #threads = new Int32Array(0);
  /** Ids of recently stored rows; those of older ones are read from the archive again. */
  readonly #keys = new Map<number, string>();
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(options: ImportOptions) {
    this.#options = options;
    this.#notes = options.notes ?? new ImportNotes(options.source);
    this.#form = options.source.form;
  }

  async run(): Promise<ImportResult> {
    for (let attempt = 2; !(await this.#readThrough()); attempt++) {
      this.#form = nextScope(this.#options.source.form, attempt);
      this.#notes.clear();
      this.#notes.whole(problem.fields('other-forum').message);
    }
    this.#gone = new Uint8Array(this.#index.count);
    this.#threads = new Int32Array(this.#index.count);
    await this.#storeAll();
    const { counts, issues } = this.#notes;
    return { counts: { ...counts }, issues: issues.list, issuesDropped: issues.dropped };
  }

  /** [AR21] Resolves to false if the ids are those of another forum. */
  async #readThrough(): Promise<boolean> {
    const { source, parser, clock, signal, known, needsBoard = false } = this.#options;
    const meter = new ProgressMeter('reading', source.sizeBytes, clock.now());
    const index = await readThrough({
      source,
      form: this.#form,
      known,
      parser,
      clock,
      signal,
      needsBoard,
      notes: this.#notes,
      onPosition: (position) => this.#report(meter, position),
    });
    if (index === null) return false;
    this.#index = index;
    this.#report(meter, source.sizeBytes, true);
    return true;
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
      if (posts.length > 0) await sink?.(posts);
      this.#notes.counts.imported += posts.length;
      await this.#keepOriginals(batch, posts);
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
    const raw: Uint8Array[] = [];
    // One by one: the disk reads ahead.
    for (const row of rows) {
      const { place, length } = this.#index.placeOf(row);
      raw.push(await source.read(place, length));
    }
    const outlines = await parser.outline(this.#form, raw, signal);
    const read: Candidate[] = [];
    const wanted = new Set<string>();
    for (const [at, row] of rows.entries()) {
      const bytes = raw[at] ?? new Uint8Array(0);
      const outline = await this.#outlineOf(row, outlines[at], bytes);
      if (outline === null) {
        this.#loseRow(row, CHANGED);
        continue;
      }
      this.#remember(row, outline.messageId);
      read.push({ row, bytes, outline });
      wanted.add(outline.messageId);
      for (const reference of this.#openReferences(row, outline)) wanted.add(reference);
    }
    const held = await known([...wanted]);
    const fresh = read.filter(({ outline }) => !held.has(outline.messageId));
    this.#notes.counts.duplicates += read.length - fresh.length;
    const parsing = parser.parse(
      this.#form,
      fresh.map(({ bytes }) => bytes),
      signal,
    );
    parsing.catch(() => {});
    return { size: rows.length, read, fresh, held, parsing };
  }

  /** The outline of a row as the first pass knew it, or null if the message is another by now. */
  async #outlineOf(
    row: number,
    outlined: OutlinedMessage | undefined,
    bytes: Uint8Array,
  ): Promise<MessageOutline | null> {
    if (outlined?.ok !== true) return null;
    const { outline } = outlined;
    const messageId = this.#index.isRenamed(row) ? await derivedMessageId(bytes) : outline.messageId;
    return this.#index.isRow(row, messageId) ? { ...outline, messageId } : null;
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
    const { message, unread } = parsed;
    const { place, number } = this.#index.placeOf(row);
    if (unread !== null) this.#notes.keepRaw(number, place, unread);
    for (const reason of message.remarks) this.#notes.remark(number, place, reason);
    const parent = await this.#parentOf(row, outline, held);
    if (parent.row >= 0) this.#threads[row] = this.#threads[parent.row] ?? row;
    const thread = this.#threads[row] ?? row;
    return {
      key: outline.messageId,
      parentKey: parent.key,
      threadKey: thread === row ? outline.messageId : await this.#keyOf(thread),
      parent: parent.known,
      subject: message.subject || '(no subject)',
      fromName: message.fromName,
      date: this.#index.dateOf(row) ?? this.#index.firstDate ?? 0,
      text: message.text || '(no text)',
      format: message.format,
      attachments: message.attachments,
      board: outline.board,
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
    const { source, parser, signal } = this.#options;
    const bytes = await source.read(place, length);
    const [outlined] = await parser.outline(this.#form, [bytes], signal);
    const outline = await this.#outlineOf(row, outlined, bytes);
    if (outline === null) throw problem('archive-changed');
    this.#remember(row, outline.messageId);
    return outline.messageId;
  }

  #remember(row: number, key: string): void {
    this.#keys.set(row, key);
    if (this.#keys.size <= CACHED_KEYS) return;
    const oldest = this.#keys.keys().next();
    if (oldest.done !== true) this.#keys.delete(oldest.value);
  }

  async #keepOriginals({ fresh }: LoadedBatch, posts: readonly PlannedPost[]): Promise<void> {
    const { keep } = this.#options;
    if (keep === undefined || posts.length === 0) return;
    const stored = new Set(posts.map(({ key }) => key));
    const originals = fresh.filter(({ outline }) => stored.has(outline.messageId));
    await keep(originals.map(({ outline, bytes }) => ({ key: outline.messageId, bytes })));
  }

  #loseRow(row: number, reason: string): void {
    this.#gone[row] = 1;
    const { place, number } = this.#index.placeOf(row);
    this.#notes.leaveOut(number, place, reason);
  }

  #report(meter: ProgressMeter, done: number, last = false): void {
    const { clock, onProgress } = this.#options;
    const now = clock.now();
    if (onProgress === undefined || (!last && now - this.#reportedAt < PROGRESS_MS)) return;
    this.#reportedAt = now;
    onProgress(meter.at(done, now), { ...this.#notes.counts });
  }
}
