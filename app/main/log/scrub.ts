import type { Database } from '../kernel/database.ts';

/** The number of zeros written at a time. */
const PIECE_BYTES = 16 * 1024 * 1024;

/** Runs work whose deletions leave nothing readable in the pages they free. */
export function deletingForGood<T>(db: Database, work: () => T): T {
  db.exec('PRAGMA secure_delete = ON');
  try {
    return work();
  } finally {
    db.exec('PRAGMA secure_delete = FAST');
  }
}

/**
 * Overwrites the remains of earlier deletions in free pages of the file, and empties the write-ahead log.
 *
 * @returns false if a reader holds the log open, so that it must be tried again.
 */
export function scrubFile(db: Database): boolean {
  const fillFree = () => {
    let free = numberOf(db, 'freelist_count');
    if (free === 0) return;
    const pageBytes = numberOf(db, 'page_size');
    db.exec('CREATE TABLE scrub (zeros BLOB) STRICT');
    const fill = db.prepare('INSERT INTO scrub (zeros) VALUES (zeroblob(?))');
    for (; free > 0; free = numberOf(db, 'freelist_count')) fill.run(Math.min(free * pageBytes, PIECE_BYTES));
    db.exec('DROP TABLE scrub');
  };
  deletingForGood(db, () => db.transaction(fillFree));
  const log = db.prepare<{ busy: number }>('PRAGMA wal_checkpoint(TRUNCATE)').get();
  return log?.busy !== 1;
}

function numberOf(db: Database, pragma: string): number {
  return Number(Object.values(db.prepare<Record<string, number>>(`PRAGMA ${pragma}`).get()!)[0]);
}
