import type { Database } from '../../kernel/database.ts';
import { Problem, type ProblemFields } from '../../kernel/errors.ts';
import type { Quota } from '../../kernel/quota.ts';
import { problem } from '../problems.ts';

/** After how many bytes of new events the database is measured again. */
const STEP_BYTES = 64 * 1024;
/** [CM12] The share of the quota that copies of files leave to what members write. */
const RESERVED = 1 / 10;
/** [CM11] The share that must be free before a full community takes something again. */
const FREE = 1 / 50;
const MEBIBYTE = 1024 ** 2;

export interface CommunityQuotaInit {
  readonly db: Pick<Database, 'prepare'>;
  /** The most bytes that the community may take; null for no limit. Read on each use. */
  readonly limitBytes: () => number | null;
  /** Counts the bytes of its files. */
  readonly filesBytes: () => number;
}

/**
 * [CM10–CM12] The space that a community takes and may take. Its database is asked for its pages and its tables for
 * the files: nothing is read from the disk.
 */
export class CommunityQuota implements Quota {
  readonly #init: CommunityQuotaInit;
  readonly #pages;
  readonly #tightListeners = new Set<() => void>();
  readonly #fullListeners = new Set<(full: ProblemFields | null) => void>();
  #usedBytes = 0;
  /** Bytes of events since the last measurement. */
  #newBytes = 0;
  #filesBytes: number | null = null;
  #isFull = false;

  constructor(init: CommunityQuotaInit) {
    this.#init = init;
    // Free pages are inside the file; what is written next takes them first.
    this.#pages = init.db.prepare<{ bytes: number }>(
      `SELECT (p.page_count - f.freelist_count) * s.page_size AS bytes
       FROM pragma_page_count() p, pragma_freelist_count() f, pragma_page_size() s`,
    );
    this.measure();
  }

  /** As last measured. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** The limit in bytes; null without one. */
  get limitBytes(): number | null {
    return this.#init.limitBytes();
  }

  /** Why the community takes nothing now, or null. */
  get full(): ProblemFields | null {
    const { limitBytes } = this;
    if (!this.#isFull || limitBytes === null) return null;
    return problem.fields('quota-full', { quota: Math.round(limitBytes / MEBIBYTE) });
  }

  /** Throws a Problem `quota-full` while the community takes nothing. */
  mustHaveRoom(): void {
    const { full } = this;
    if (full !== null) throw Problem.of(full);
  }

  leftBytes(): number {
    if (this.limitBytes === null) return Infinity;
    this.measure();
    return this.#left();
  }

  spareBytes(): number {
    return this.leftBytes() - (this.limitBytes ?? 0) * RESERVED;
  }

  admit(bytes: number): void {
    if (this.limitBytes === null) return;
    this.#newBytes += bytes;
    if (this.#isFull || this.#newBytes >= STEP_BYTES) this.measure();
    this.mustHaveRoom();
  }

  filesChanged(byBytes?: number): void {
    this.#filesBytes = this.#filesBytes === null || byBytes === undefined ? null : this.#filesBytes + byBytes;
  }

  onTight(listener: () => void): () => void {
    this.#tightListeners.add(listener);
    return () => this.#tightListeners.delete(listener);
  }

  /** Calls back when the community is full, with the reason, and when it no longer is. */
  onFull(listener: (full: ProblemFields | null) => void): void {
    this.#fullListeners.add(listener);
  }

  /** Compares the space that is taken with the limit, which may have changed. */
  measure(): void {
    this.#newBytes = 0;
    this.#filesBytes ??= this.#init.filesBytes();
    this.#usedBytes = this.#pages.get()!.bytes + this.#filesBytes;
    const limit = this.limitBytes;
    const left = this.#left();
    const isFull = limit !== null && left <= (this.#isFull ? limit * FREE : 0);
    if (isFull !== this.#isFull) {
      this.#isFull = isFull;
      for (const listener of this.#fullListeners) listener(this.full);
    }
    if (limit !== null && left < limit * RESERVED) for (const listener of this.#tightListeners) listener();
  }

  #left(): number {
    return (this.limitBytes ?? Infinity) - this.#usedBytes;
  }
}
