import type { Clock } from '../kernel/clock.ts';
import type { Database, Statement } from '../kernel/database.ts';

/** How old counts may be, in milliseconds: every judged post asks for them. */
const FRESH_MS = 1000;
/** Posts counted at a time: a few milliseconds of work. */
const SLICE = 20_000;
/**
 * Time after which everything is recounted, in milliseconds: incremental counting does not notice deleted
 * posts.
 */
const RECOUNT_AFTER_MS = 600_000;

/**
 * Posts per author. Counting resumes where it stopped, in slices, so that no list waits for a million rows.
 */
export class PostCounts {
  readonly #clock: Clock;
  readonly #slice: Statement<{ n: number; author: number }>;
  #counts = new Map<number, number>();
  /** The recount in progress; the old counts are shown meanwhile. */
  #next: Map<number, number> | null = null;
  #upTo = 0;
  #startedAt: number;
  #countedAt = 0;
  #isPlanned = false;
  #isCounting = false;
  readonly #listeners = new Set<() => void>();

  constructor(db: Database, clock: Clock) {
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#slice = db.prepare(
      'SELECT n, author FROM post WHERE n > ? AND deleted_seq IS NULL ORDER BY n LIMIT ?',
    );
  }

  /** Calls back when a later slice changed the counts; returns how to stop. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Posts by row of the author, as far as they have been counted; up to a second old. */
  current(): ReadonlyMap<number, number> {
    const age = this.#clock.now() - this.#countedAt;
    if (this.#isCounting) return this.#counts;
    if (age >= 0 && age < FRESH_MS) {
      this.#countLater(FRESH_MS - age);
      return this.#counts;
    }
    this.#countedAt = this.#clock.now();
    if (this.#clock.now() - this.#startedAt > RECOUNT_AFTER_MS) {
      this.#startedAt = this.#clock.now();
      this.#next = new Map();
      this.#upTo = 0;
    }
    this.#count();
    return this.#counts;
  }

  /** Counts once the counts are no longer fresh, and tells those who were given them. */
  #countLater(delayMs: number): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    this.#clock.after(delayMs, () => {
      this.#isPlanned = false;
      const upTo = this.#upTo;
      this.current();
      if (this.#upTo !== upTo) for (const listener of this.#listeners) listener();
    });
  }

  #count(): void {
    const counts = this.#next ?? this.#counts;
    const rows = this.#slice.all(this.#upTo, SLICE);
    for (const { author } of rows) counts.set(author, (counts.get(author) ?? 0) + 1);
    this.#upTo = rows.at(-1)?.n ?? this.#upTo;
    if (rows.length < SLICE) {
      this.#counts = counts;
      this.#next = null;
      return;
    }
    this.#isCounting = true;
    this.#clock.after(5, () => {
      this.#isCounting = false;
      this.#count();
      if (this.#isCounting) return;
      for (const listener of this.#listeners) listener();
    });
  }
}
