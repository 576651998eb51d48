/** What one column holds. Blobs are plain Uint8Arrays, integers are safe JavaScript numbers. */
export type Cell = null | number | string | Uint8Array;

/** A prepared statement. `T` is the shape of a row, by the column names of the query. */
export interface Statement<T = unknown> {
  run(...values: Cell[]): { changes: number; lastInsertRowid: number | bigint };
  get(...values: Cell[]): T | undefined;
  all(...values: Cell[]): T[];
  iterate(...values: Cell[]): IterableIterator<T>;
}

/**
 * One SQLite database as the rooms see it. A community's file has one writer, and a local database
 * answers in microseconds, so this port alone is synchronous; what feature services offer is not.
 */
export interface Database {
  prepare<T = unknown>(sql: string): Statement<T>;
  exec(sql: string): void;
  /** Runs `work` in one transaction: all of it is durable, or none. Nested calls join the outer one. */
  transaction<T>(work: () => T): T;
  /** Resolves once all that was committed survives a power cut too; costs one wait for the disk, off this thread. */
  secure(): Promise<void>;
  /** Size of the file in bytes. */
  sizeBytes(): number;
  close(): void;
}

/** One step in the making of a feature's tables. A step that shipped is never edited. */
export interface Migration {
  readonly feature: string;
  /** Counted from 1 within the feature. */
  readonly step: number;
  readonly name: string;
  readonly sql: string;
  /** The step's number in files of release 0.1, which numbered the steps of all features in one row. */
  readonly release01?: number;
}
