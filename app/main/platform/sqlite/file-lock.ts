import Database from 'better-sqlite3';
import { problem } from './problems.ts';

/** A lock on a file that the operating system releases when the process ends in any way. */
export interface FileLock {
  release(): void;
}

/**
 * Takes the lock, or returns null if this or another process holds it.
 *
 * SQLite's exclusive lock is used because it is an operating system lock on all three platforms: a
 * killed process leaves no stale lock behind.
 * @throws Problem `lock-unopenable`
 */
export function lockFile(path: string): FileLock | null {
  const file = openLock(path);
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

function openLock(path: string): Database.Database {
  try {
    return new Database(path, { timeout: 0 });
  } catch (cause) {
    throw problem('lock-unopenable', { path }, { cause });
  }
}
