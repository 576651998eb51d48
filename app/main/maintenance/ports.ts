/** The folder of backups. Failures are Problems that name the path. Implemented by platform/disk. */
export interface BackupDisk {
  /** Plain files of a folder whose names end in `.db`; a missing folder has none. */
  list(
    folder: string,
  ): Promise<
    { readonly path: string; readonly name: string; readonly sizeBytes: number; readonly at: number }[]
  >;
  exists(path: string): Promise<boolean>;
  sizeOf(path: string): Promise<number>;
  /** Gives a finished file its final name. */
  move(from: string, to: string): Promise<void>;
  /** A missing file is no failure. */
  remove(path: string): Promise<void>;
  join(folder: string, name: string): string;
}

/** The ports of a node with a disk. */
export interface MaintenancePorts {
  /** The database file. */
  readonly path: string;
  /** The folder for backups. */
  readonly backups: string;
  /** How many backups are kept. */
  readonly keep: () => number;
  readonly database: {
    /** Writes a consistent copy of a database in use. */
    copy(path: string, target: string): Promise<void>;
    /** The faults of the file, as text; empty if it is sound. */
    check(path: string): string[] | Promise<string[]>;
  };
  readonly disk: BackupDisk;
  /** State digest of a copy with recomputed projections; without it, deep checks skip this comparison. */
  readonly rebuilt?: (copy: string) => Promise<Uint8Array>;
}
