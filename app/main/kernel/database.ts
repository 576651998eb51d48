/** The content of one column. Blobs are plain Uint8Arrays, integers are safe JavaScript numbers. */
export type Cell = null | number | string | Uint8Array;

/** A prepared statement. `T` is the shape of a row, by the column names of the query. */
export interface Statement<T = unknown> {
  run(...values: Cell[]): { changes: number; lastInsertRowid: number | bigint };
  get(...values: Cell[]): T | undefined;
  all(...values: Cell[]): T[];
  iterate(...values: Cell[]): IterableIterator<T>;
}

/**
 * One SQLite database as the rooms use it. A community's file has one writer, and a local database answers in
 * microseconds, so only this port is synchronous; the feature services are not.
 */
export interface Database {
  prepare<T = unknown>(sql: string): Statement<T>;
  exec(sql: string): void;
  /** Runs `work` in one transaction: all of it is durable, or none. Nested calls join the outer one. */
  transaction<T>(work: () => T): T;
  /** Resolves once everything committed also survives a power cut; costs one disk sync, off this thread. */
  secure(): Promise<void>;
  /** Size of the file in bytes. */
  sizeBytes(): number;
  close(): void;
}

/** One step in the creation of a feature's tables. A released step is never edited. */
export interface Migration {
  readonly feature: string;
  /** Counted from 1 within the feature. */
  readonly step: number;
  readonly name: string;
  readonly sql: string;
  /** The step's number in files of release 0.1, which numbered the steps of all features in one row. */
  readonly release01?: number;
}
