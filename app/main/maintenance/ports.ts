/** The folder of backups. Failures are Problems that name the path. Implemented by platform/disk. */
export interface BackupDisk {
  /** Plain files of a folder whose names end in `.db`; an absent folder has none. */
  list(
    folder: string,
  ): Promise<
    { readonly path: string; readonly name: string; readonly sizeBytes: number; readonly at: number }[]
  >;
  exists(path: string): Promise<boolean>;
  sizeOf(path: string): Promise<number>;
  /** Puts a finished file under its name. */
  move(from: string, to: string): Promise<void>;
  /** An absent file is no failure. */
  remove(path: string): Promise<void>;
  join(folder: string, name: string): string;
}

/** What a world with a disk to look after gives. */
export interface MaintenancePorts {
  /** The database file. */
  readonly path: string;
  /** The folder for backups. */
  readonly backups: string;
  /** Backups kept. */
  readonly keep: () => number;
  readonly database: {
    /** Writes a consistent copy of a database in use. */
    copy(path: string, target: string): Promise<void>;
    /** What is wrong with the file, in words; empty when it is sound. */
    check(path: string): string[] | Promise<string[]>;
  };
  readonly disk: BackupDisk;
  /** State digest of a copy whose projections were computed anew; left out, deep checks do without. */
  readonly rebuilt?: (copy: string) => Promise<Uint8Array>;
}
