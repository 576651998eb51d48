import Database from 'better-sqlite3';

/** A lock on a file that the operating system releases when the process ends in any way. */
export interface FileLock {
  release(): void;
}

/**
 * Takes the lock, or returns null if this or another process holds it.
 *
 * SQLite's exclusive lock is used because it is an operating system lock on all three platforms: a
 * killed process leaves no stale lock behind.
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
