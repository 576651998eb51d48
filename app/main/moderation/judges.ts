import type { Clock } from '../kernel/clock.ts';
import { toHex } from '../kernel/bytes.ts';
import type { Database } from '../kernel/database.ts';
import { share } from './metrics.ts';

/** The sysop’s decision about the judgements of a person. */
export type Choice = 'always' | 'never';
const CHOICES = ['always', 'never'] as const satisfies readonly Choice[];

/** [J29] From how many samples that disagree on, and from which share of all on, a person is not trusted any more. */
const LEAST_DISAGREED = 2;
const MOST_DISAGREED = 0.01;

/** A person whose node's judgements were taken over, or whom the sysop decided about. */
export interface JudgeRecord {
  readonly key: Uint8Array;
  /** Null while the sysop decided nothing. */
  readonly choice: Choice | null;
  /** Judgements that were compared with this node's own. */
  readonly sampled: number;
  readonly disagreed: number;
  /** Since when they are not trusted because they disagreed too often, in milliseconds; null if they are. */
  readonly distrustedAt: number | null;
}

interface Row {
  n: number;
  key: Uint8Array;
  choice: number | null;
  sampled: number;
  disagreed: number;
  distrusted_at: number | null;
}

/** The persons whose judgements this node took over, how often they were right, and which items they judged [J28]. */
export class Judges {
  readonly #clock: Clock;
  readonly #sql;
  /** By key, read from disk on first use. */
  #rows: Map<string, Row> | null = null;
  /** Whether any item was judged by somebody else; null until it is known. */
  #hasItems: boolean | null = null;

  constructor(db: Database, clock: Clock) {
    this.#clock = clock;
    this.#sql = {
      all: db.prepare<Row>('SELECT * FROM judge'),
      add: db.prepare<Row>('INSERT INTO judge (key) VALUES (?) RETURNING *'),
      put: db.prepare(
        'UPDATE judge SET choice = ?, sampled = ?, disagreed = ?, distrusted_at = ? WHERE n = ?',
      ),
      take: db.prepare('INSERT OR REPLACE INTO judged_by (n, judge) VALUES (?, ?)'),
      drop: db.prepare('DELETE FROM judged_by WHERE n = ?'),
      items: db.prepare<{ n: number }>(
        'SELECT n FROM judged_by WHERE judge = ? AND n > ? ORDER BY n LIMIT ?',
      ),
      counts: db.prepare<{ judge: number; count: number }>(
        'SELECT judge, COUNT(*) AS count FROM judged_by GROUP BY judge',
      ),
      any: db.prepare('SELECT 1 FROM judged_by LIMIT 1'),
    };
  }

  /** Null for a person of whom nothing is known. */
  of(key: Uint8Array): JudgeRecord | null {
    const row = this.#known().get(toHex(key));
    return row === undefined ? null : recordOf(row);
  }

  /** All of them, with how many items are shown by their judgements. */
  list(): (JudgeRecord & { readonly taken: number })[] {
    const counts = new Map(this.#sql.counts.all().map(({ judge, count }) => [judge, count]));
    return [...this.#known().values()].map((row) => ({ ...recordOf(row), taken: counts.get(row.n) ?? 0 }));
  }

  /** The sysop's choice; earlier samples count no more. */
  choose(key: Uint8Array, choice: Choice | null): void {
    this.#put(this.#row(key), {
      choice: choice === null ? null : CHOICES.indexOf(choice),
      sampled: 0,
      disagreed: 0,
      distrusted_at: null,
    });
  }

  /**
   * [J29] Counts a judgement of theirs that was compared with this node's own.
   * @returns whether they are not trusted any more because of it.
   */
  sampled(key: Uint8Array, agrees: boolean): boolean {
    const row = this.#row(key);
    const sampled = row.sampled + 1;
    const disagreed = row.disagreed + (agrees ? 0 : 1);
    const tooOften = disagreed >= LEAST_DISAGREED && share(disagreed, sampled).low > MOST_DISAGREED;
    const ends = tooOften && row.distrusted_at === null;
    this.#put(row, {
      choice: row.choice,
      sampled,
      disagreed,
      distrusted_at: ends ? this.#clock.now() : row.distrusted_at,
    });
    return ends;
  }

  /** In the transaction that applies a judgement: whose it was; null if it was this node's own. */
  judged(n: number, by: Uint8Array | null): void {
    if (by === null) return this.forget(n);
    this.#sql.take.run(n, this.#row(by).n);
    this.#hasItems = true;
  }

  /** The item is gone, or another judgement is to come. */
  forget(n: number): void {
    // Most nodes have no such row at any time, and every judgement asks.
    this.#hasItems ??= this.#sql.any.get() !== undefined;
    if (this.#hasItems) this.#sql.drop.run(n);
  }

  /** Rows of items that a person judged, in ascending order after a row. */
  itemsOf(key: Uint8Array, after: number, limit: number): number[] {
    const row = this.#known().get(toHex(key));
    return row === undefined ? [] : this.#sql.items.all(row.n, after, limit).map(({ n }) => n);
  }

  /** After a transaction was rolled back. */
  reload(): void {
    this.#rows = null;
    this.#hasItems = null;
  }

  #known(): Map<string, Row> {
    this.#rows ??= new Map(this.#sql.all.all().map((row) => [toHex(row.key), row]));
    return this.#rows;
  }

  #row(key: Uint8Array): Row {
    const known = this.#known();
    const name = toHex(key);
    const row = known.get(name) ?? this.#sql.add.get(key)!;
    known.set(name, row);
    return row;
  }

  #put(row: Row, values: Omit<Row, 'n' | 'key'>): void {
    const { choice, sampled, disagreed, distrusted_at: distrustedAt } = values;
    this.#sql.put.run(choice, sampled, disagreed, distrustedAt, row.n);
    Object.assign(row, values);
  }
}

function recordOf({ key, choice, sampled, disagreed, distrusted_at: distrustedAt }: Row): JudgeRecord {
  return { key, choice: choice === null ? null : CHOICES[choice]!, sampled, disagreed, distrustedAt };
}
