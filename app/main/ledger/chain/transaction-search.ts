import type { Cell, Database } from '../../kernel/database.ts';
import type { PlacedTransaction } from './chain-store.ts';

/** The filters of a search; an omitted filter does not apply. */
export interface Sought {
  readonly account?: Uint8Array | undefined;
  readonly kind?: string | undefined;
  readonly height?: number | undefined;
}

/** A place in the chain: a block and a transaction in it. */
export type ChainPlace = readonly [height: number, place: number];

/** Finds final transactions by their properties. Each page costs a walk down an index and its own rows. */
export class TransactionSearch {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Newest first, below a place. */
  find(sought: Sought, below: ChainPlace, limit: number): PlacedTransaction[] {
    const { sql, cells } = queryOf(sought, below);
    return this.#db.prepare<PlacedTransaction>(sql).all(...cells, limit);
  }

  /** The database's query plan; for tests that no query reads a whole table. */
  plan(sought: Sought, below: ChainPlace): string[] {
    const { sql, cells } = queryOf(sought, below);
    return this.#db
      .prepare<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...cells, 1)
      .map(({ detail }) => detail);
  }

  /** How many transactions stand from a place on up to before another. */
  countBetween([height, place]: ChainPlace, [toHeight, toPlace]: ChainPlace): number {
    return this.#db
      .prepare<{ n: number }>(
        'SELECT COUNT(*) AS n FROM ledger_transaction WHERE (height, place) >= (?, ?) AND (height, place) < (?, ?)',
      )
      .get(height, place, toHeight, toPlace)!.n;
  }

  /** Transactions from a place on, in order of the chain. */
  following([height, place]: ChainPlace, limit: number): PlacedTransaction[] {
    return this.#db
      .prepare<PlacedTransaction>(
        'SELECT height, place, sealed FROM ledger_transaction WHERE (height, place) >= (?, ?) ORDER BY height, place LIMIT ?',
      )
      .all(height, place, limit);
  }
}

function queryOf({ account, kind, height }: Sought, below: ChainPlace): { sql: string; cells: Cell[] } {
  const conditions: [sql: string, cell: Cell][] = [];
  if (account !== undefined) conditions.push(['account = ?', account]);
  if (kind !== undefined) conditions.push(['kind = ?', kind]);
  if (height !== undefined) conditions.push(['height = ?', height]);
  const where = ['(height, place) < (?, ?)', ...conditions.map(([sql]) => sql)].join(' AND ');
  return {
    sql: `SELECT height, place, sealed FROM ledger_transaction WHERE ${where} ORDER BY height DESC, place DESC LIMIT ?`,
    cells: [...below, ...conditions.map(([, cell]) => cell)],
  };
}
