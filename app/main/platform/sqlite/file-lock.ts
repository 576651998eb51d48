import Database from 'better-sqlite3';

/** A lock on a file that the operating system drops when the process ends, in whatever way it ends. */
export interface FileLock {
  release(): void;
}

/**
 * Takes the lock, or returns null where another process, or this one, holds it.
 *
 * SQLite's exclusive lock is used because it is an operating system lock on all three platforms: a
 * killed process leaves nothing behind that would have to be judged stale.
 */
export function lockFile(path: string): FileLock | null {
  const file = new Database(path, { timeout: 0 });
  try {
    file.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    file.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return null;
    throw error;
  }
  return {
    release() {
      if (file.open) file.close();
    },
  };
}
