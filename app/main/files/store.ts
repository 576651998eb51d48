import { equalBytes } from '../kernel/bytes.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/database.ts';
import type { Quota } from '../kernel/quota.ts';
import { sha256 } from '../kernel/sha256.ts';
import type { ChunkDisk } from './ports.ts';
import { chunkBytes, openManifest, type SealedManifest } from './manifest.ts';
import { problem } from './problems.ts';

export interface FileRow {
  readonly id: Uint8Array;
  readonly size: number;
  readonly manifest: Uint8Array | null;
  readonly name: string;
  readonly type: string;
  readonly own: number;
  readonly attached: number;
  readonly complete: number;
  readonly private: number;
}

export interface FileStoreInit {
  readonly db: Database;
  readonly disk: ChunkDisk;
  readonly clock: Clock;
  /** The limit for all chunks of this community, in bytes. */
  readonly fileBudgetBytes: () => number;
  /** The space that the whole community may take. */
  readonly quota: Quota;
}

/** The size of all chunks on disk, in bytes, as the tables of a database tell. */
export const chunkBytesIn = (db: Database): number =>
  db
    .prepare<{ used: number }>(
      'SELECT COALESCE(SUM(bytes), 0) AS used FROM (SELECT hash, bytes FROM chunk WHERE here = 1 GROUP BY hash)',
    )
    .get()!.used;

/**
 * Files in tables, their chunks on disk. A chunk that several files share is stored once.
 * Callers change one file at a time; see `exclusively`.
 */
export class FileStore {
  readonly #db: Database;
  readonly #disk: ChunkDisk;
  readonly #clock: Clock;
  readonly #budget: () => number;
  readonly #quota: Quota;
  #last: Promise<unknown> = Promise.resolve();

  constructor({ db, disk, clock, fileBudgetBytes, quota }: FileStoreInit) {
    this.#db = db;
    this.#disk = disk;
    this.#clock = clock;
    this.#budget = fileBudgetBytes;
    this.#quota = quota;
  }

  /**
   * Runs work on disk and tables after all earlier work, so that two files do not conflict over a shared
   * chunk.
   */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work, work);
    this.#last = next.catch(() => {});
    return next;
  }

  row(id: Uint8Array): FileRow | null {
    return (
      this.#db
        .prepare<FileRow>(
          'SELECT id, size, manifest, name, type, own, attached, complete, private FROM file WHERE id = ?',
        )
        .get(id) ?? null
    );
  }

  isComplete(id: Uint8Array): boolean {
    return this.row(id)?.complete === 1;
  }

  /** Stores a post’s name for a file; the file itself may not be here. */
  attached(id: Uint8Array, { name, type, size }: { name: string; type: string; size: number }): void {
    const now = this.#clock.now();
    this.#db
      .prepare(
        `INSERT INTO file (id, size, name, type, own, attached, complete, created_at, last_used_at)
         VALUES (?, ?, ?, ?, 0, 1, 0, ?, ?) ON CONFLICT (id) DO UPDATE SET attached = 1`,
      )
      .run(id, size, name, type, now, now);
  }

  /** Keeps a stored file for this node alone: it is not stale although no post names it, and no peer gets it. */
  keep(id: Uint8Array): void {
    this.#db.prepare('UPDATE file SET attached = 1, private = 1 WHERE id = ?').run(id);
  }

  /** Whether a file of this size fits without a copy having to go. */
  hasRoom(sizeBytes: number): boolean {
    return this.usedBytes() + sizeBytes <= this.#budget() && sizeBytes <= this.#quota.spareBytes();
  }

  /** Records that no post names a file any more. */
  detached(id: Uint8Array): void {
    this.#db.prepare('UPDATE file SET attached = 0 WHERE id = ?').run(id);
  }

  /** Stores the manifest of a file before its chunks arrive. `own` is the name of an upload. */
  expect(manifest: SealedManifest, own: { name: string; type: string } | null): void {
    const now = this.#clock.now();
    this.#db.transaction(() => {
      this.#db
        .prepare(
          `INSERT INTO file (id, size, manifest, name, type, own, attached, complete, created_at, last_used_at)
           VALUES (?, ?, ?, ?, ?, ?, 0, 0, ?, ?)
           ON CONFLICT (id) DO UPDATE SET size = excluded.size, manifest = excluded.manifest,
             own = MAX(own, excluded.own), created_at = excluded.created_at, last_used_at = excluded.last_used_at,
             name = CASE excluded.own WHEN 1 THEN excluded.name ELSE name END,
             type = CASE excluded.own WHEN 1 THEN excluded.type ELSE type END`,
        )
        .run(
          manifest.id,
          manifest.size,
          manifest.bytes,
          own?.name ?? 'file',
          own?.type ?? 'application/octet-stream',
          own ? 1 : 0,
          now,
          now,
        );
      const insert = this.#db.prepare(
        `INSERT OR IGNORE INTO chunk (file, n, hash, bytes, here)
         VALUES (?, ?, ?, ?, EXISTS (SELECT 1 FROM chunk WHERE hash = ? AND here = 1))`,
      );
      for (const [n, hash] of manifest.chunks.entries()) {
        insert.run(manifest.id, n, hash, chunkBytes(manifest.size, n), hash);
      }
      this.#settle(manifest.id);
    });
  }

  /** The first missing chunk, or null. */
  firstMissing(id: Uint8Array): number | null {
    return (
      this.#db
        .prepare<{ n: number }>('SELECT n FROM chunk WHERE file = ? AND here = 0 ORDER BY n LIMIT 1')
        .get(id)?.n ?? null
    );
  }

  /** Stores one chunk, whose hash the caller checked. Throws a Problem `file-budget`, `file-quota` or `disk-full`. */
  async addChunk(id: Uint8Array, n: number, hash: Uint8Array, bytes: Uint8Array): Promise<void> {
    if (this.#isHere(hash)) return this.#mark(id, n, hash);
    await this.#makeRoom(bytes.length, id);
    await this.#disk.write(hash, bytes);
    this.#mark(id, n, hash);
    this.#quota.filesChanged(bytes.length);
  }

  #mark(id: Uint8Array, n: number, hash: Uint8Array): void {
    this.#db.transaction(() => {
      this.#db.prepare('UPDATE chunk SET here = 1 WHERE file = ? AND n = ? AND hash = ?').run(id, n, hash);
      this.#settle(id);
    });
  }

  #settle(id: Uint8Array): void {
    this.#db
      .prepare(
        `UPDATE file SET complete = manifest IS NOT NULL AND NOT EXISTS (SELECT 1 FROM chunk WHERE chunk.file = file.id AND here = 0)
         WHERE id = ?`,
      )
      .run(id);
  }

  #isHere(hash: Uint8Array): boolean {
    return (
      this.#db.prepare('SELECT 1 FROM chunk WHERE hash = ? AND here = 1 LIMIT 1').get(hash) !== undefined
    );
  }

  /** One chunk, or null if it is missing. A chunk damaged on disk counts as missing from then on. */
  async readChunk(hash: Uint8Array): Promise<Uint8Array | null> {
    if (!this.#isHere(hash)) return null;
    const bytes = await this.#disk.read(hash);
    if (bytes && equalBytes(sha256(bytes), hash)) return bytes;
    this.#db.transaction(() => {
      this.#db
        .prepare('UPDATE file SET complete = 0 WHERE id IN (SELECT file FROM chunk WHERE hash = ?)')
        .run(hash);
      this.#db.prepare('UPDATE chunk SET here = 0 WHERE hash = ?').run(hash);
    });
    this.#quota.filesChanged();
    return null;
  }

  /** The whole file, or null if a chunk is missing. */
  async read(id: Uint8Array): Promise<Uint8Array | null> {
    const row = this.row(id);
    if (!row?.manifest) return null;
    const { size, chunks } = openManifest(row.manifest, row.size);
    const file = new Uint8Array(size);
    let at = 0;
    for (const hash of chunks) {
      const bytes = await this.readChunk(hash);
      if (!bytes) return null;
      file.set(bytes, at);
      at += bytes.length;
    }
    this.#db.prepare('UPDATE file SET last_used_at = ? WHERE id = ?').run(this.#clock.now(), id);
    return file;
  }

  /** The size of all chunks, in bytes. */
  usedBytes(): number {
    return chunkBytesIn(this.#db);
  }

  /** Drops files that peers can serve again until there is room; `keep` is the file that needs it. */
  async #makeRoom(needed: number, keep: Uint8Array): Promise<void> {
    const isOwn = this.row(keep)?.own === 1;
    const lack = () => {
      if (this.usedBytes() + needed > this.#budget()) return 'file-budget';
      return needed > (isOwn ? this.#quota.leftBytes() : this.#quota.spareBytes()) ? 'file-quota' : null;
    };
    for (let lacks = lack(); lacks !== null; lacks = lack()) {
      if (await this.#dropOldest(keep)) continue;
      throw lacks === 'file-budget' ? problem('file-budget') : problem('file-quota');
    }
  }

  /** [CM12] Drops copies until they leave the community the space that is kept for what members write. */
  async makeWay(): Promise<void> {
    while (this.#quota.spareBytes() < 0 && (await this.#dropOldest(null)));
  }

  /** Drops the least recently used file that peers can serve again; false if only own uploads are left. */
  async #dropOldest(keep: Uint8Array | null): Promise<boolean> {
    const victim = this.#db
      .prepare<{ id: Uint8Array }>(
        'SELECT id FROM file WHERE complete = 1 AND own = 0 AND id IS NOT ? ORDER BY last_used_at LIMIT 1',
      )
      .get(keep);
    if (victim) await this.drop(victim.id);
    return victim !== undefined;
  }

  /** Removes a file's chunks that no other file uses; the name of a file that a post names is kept. */
  async drop(id: Uint8Array): Promise<void> {
    const orphans = this.#db
      .prepare<{ hash: Uint8Array }>(
        `SELECT DISTINCT hash FROM chunk c WHERE file = ?
         AND NOT EXISTS (SELECT 1 FROM chunk o WHERE o.hash = c.hash AND o.file <> c.file)`,
      )
      .all(id);
    this.#db.transaction(() => {
      this.#db.prepare('DELETE FROM chunk WHERE file = ?').run(id);
      this.#db.prepare('DELETE FROM file WHERE id = ? AND attached = 0').run(id);
      this.#db.prepare('UPDATE file SET manifest = NULL, complete = 0, own = 0 WHERE id = ?').run(id);
    });
    this.#quota.filesChanged();
    for (const { hash } of orphans) await this.#disk.remove(hash);
  }

  /** Uploads that no post names and incompletely fetched files, last used before `before`. */
  stale(before: number): Uint8Array[] {
    return this.#db
      .prepare<{ id: Uint8Array }>(
        `SELECT id FROM file WHERE manifest IS NOT NULL AND last_used_at < ?
         AND ((own = 1 AND attached = 0) OR (own = 0 AND complete = 0))`,
      )
      .all(before)
      .map(({ id }) => id);
  }
}
