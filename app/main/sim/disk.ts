import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '../kernel/database.ts';
import type { Genesis } from '../community/index.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import { foundCommunity, migrations } from '../node/community.ts';
import { openDatabase } from '../platform/sqlite/database.ts';

/** The effect of a sudden stop on a disk. */
export interface Tear {
  /**
   * `kill`: the process dies; everything written is there, followed by the beginning of a write that was
   * never committed. `power`: only part of the newest writes is there, and its end is garbled.
   */
  readonly how: 'kill' | 'power';
  /** Where the write-ahead log is cut, as a share of its length; only for `power`. */
  readonly cut: number;
  /** Bytes of the torn write. */
  readonly junk: Uint8Array;
}

const RAM_DISK = '/dev/shm';

/** The directory of this process's worlds; on a disk in memory if the system has one. */
export function makeRoot(): string {
  return mkdtempSync(join(existsSync(RAM_DISK) ? RAM_DISK : tmpdir(), 'impulse-sim-'));
}

/** Makes the file that every node of one world starts with; returns its path. */
export function makeFirstFile(root: string, genesis: Genesis): string {
  const path = join(root, 'first.sqlite');
  const db = openDatabase(path, migrations);
  foundCommunity(db, genesis, ticksOf(genesis.createdAt));
  db.close();
  return path;
}

/** One node's disk: a real SQLite file, its write-ahead log, and perhaps a backup. */
export class SimDisk {
  readonly #root: string;
  #life = 0;
  #db: Database | null = null;

  constructor(root: string, name: string, firstFile: string) {
    this.#root = join(root, name);
    mkdirSync(this.#root);
    copyDatabaseFiles(firstFile, this.#path);
  }

  get #path(): string {
    return join(this.#root, `${this.#life}.sqlite`);
  }

  open(): Database {
    this.#db = openDatabase(this.#path, migrations);
    return this.#db;
  }

  /** Moves the content of the write-ahead log into the database file. */
  checkpoint(): void {
    this.#db?.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  /** Copies the disk as it is now. */
  backup(): void {
    this.#copyTo(join(this.#root, 'backup.sqlite'));
  }

  /** Puts the disk into its state after a crash; writes of the dying process are lost. */
  tear({ how, cut, junk }: Tear): void {
    const next = join(this.#root, `${this.#life + 1}.sqlite`);
    this.#copyTo(next);
    const wal = existsSync(`${next}-wal`) ? readFileSync(`${next}-wal`) : Buffer.alloc(0);
    const kept = how === 'kill' ? wal : wal.subarray(0, Math.floor(wal.length * cut));
    if (how === 'power') {
      const end = Math.max(0, kept.length - junk.length);
      for (let at = end; at < kept.length; at++) kept[at]! ^= junk[at - end]!;
    }
    if (wal.length > 0) writeFileSync(`${next}-wal`, how === 'kill' ? Buffer.concat([kept, junk]) : kept);
  }

  /** The next life starts from the backup instead of the state after the crash. */
  restore(): void {
    copyDatabaseFiles(join(this.#root, 'backup.sqlite'), join(this.#root, `${this.#life + 1}.sqlite`));
  }

  /** Closes the file of the life that ended. */
  bury(): void {
    this.#db?.close();
    this.#db = null;
    for (const end of ['', '-wal', '-shm']) rmSync(this.#path + end, { force: true });
    this.#life++;
  }

  /** SQLite's complaints about the open file; there should be none, whatever was torn. */
  check(): string[] {
    const rows = this.#db?.prepare<{ quick_check: string }>('PRAGMA quick_check(5)').all() ?? [];
    return rows.map((row) => row.quick_check).filter((line) => line !== 'ok');
  }

  close(): void {
    this.#db?.close();
    this.#db = null;
  }

  #copyTo(target: string): void {
    copyDatabaseFiles(this.#path, target);
  }
}

function copyDatabaseFiles(from: string, to: string): void {
  rmSync(`${to}-wal`, { force: true });
  copyFileSync(from, to);
  if (existsSync(`${from}-wal`)) copyFileSync(`${from}-wal`, `${to}-wal`);
}
