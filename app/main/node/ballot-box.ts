import { open, readFile, rm, type FileHandle } from 'node:fs/promises';
import { equalBytes, fromHex, toHex } from '../kernel/bytes.ts';
import {
  createVoteStore,
  voteMigrations,
  type BallotBox,
  type Mark,
  type VoteMark,
} from '../ledger/index.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import type { DataDirectory } from './data-directory.ts';

/** Each record of the mark's file; two take turns, so that one is whole whenever the other is being written. */
const RECORD_BYTES = 256;

/** The vote log of this node and its mark, open. */
export interface OpenBallotBox extends BallotBox {
  /** Begins anew, for a community that was founded just now: nobody can have voted in it. */
  renew(): Promise<void>;
  close(): Promise<void>;
}

/**
 * [K10] Opens the vote log of this node and the mark beside it.
 *
 * @param key the BLS key that votes.
 * @param isNew whether the key was made just now, so that it cannot have voted anywhere.
 */
export async function openBallotBox(
  { votes, voteMark }: Pick<DataDirectory, 'votes' | 'voteMark'>,
  key: Uint8Array,
  isNew: boolean,
): Promise<OpenBallotBox> {
  if (isNew) {
    // What lies here belongs to a key that is no more.
    for (const file of [voteMark, votes, `${votes}-wal`, `${votes}-shm`]) await rm(file, { force: true });
  }
  const db = openDatabase(votes, voteMigrations, { durability: 'power-cut' });
  const mark = new MarkFile(voteMark, key);
  if (isNew) await mark.write({ votes: 0, slot: 0 });
  return {
    votes: createVoteStore(db),
    mark,
    async renew() {
      db.transaction(() => {
        for (const table of ['voter', 'vote', 'certificate', 'proposal']) db.exec(`DELETE FROM ${table}`);
      });
      await mark.write({ votes: 0, slot: 0 }, 'anew');
    },
    async close() {
      await mark.close();
      db.close();
    },
  };
}

/** The mark as a small file: for each of two turns the key, how many votes it gave and the highest slot. */
class MarkFile implements VoteMark {
  readonly #path: string;
  readonly #key: Uint8Array;
  #file: FileHandle | null = null;
  #turn = 0;

  constructor(path: string, key: Uint8Array) {
    this.#path = path;
    this.#key = key;
  }

  async read(): Promise<Mark | null> {
    const text = await readFile(this.#path, 'latin1').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    const marks = [text.slice(0, RECORD_BYTES), text.slice(RECORD_BYTES)].flatMap((record) => {
      const [, hex, votes, slot] = /^([0-9a-f]{96}) (\d{1,15}) (\d{1,15})\n *$/.exec(record) ?? [];
      return hex && equalBytes(fromHex(hex), this.#key) ? [{ votes: Number(votes), slot: Number(slot) }] : [];
    });
    return marks.sort((a, b) => b.votes - a.votes)[0] ?? null;
  }

  async write({ votes, slot }: Mark, how: 'onward' | 'anew' = 'onward'): Promise<void> {
    this.#file ??= await this.#open();
    if (how === 'anew') await this.#file.truncate();
    const record = `${toHex(this.#key)} ${votes} ${slot}\n`.padEnd(RECORD_BYTES);
    await this.#file.write(Buffer.from(record), 0, RECORD_BYTES, this.#turn * RECORD_BYTES);
    this.#turn = 1 - this.#turn;
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = null;
  }

  /** Writes both turns of a file that is not there yet, the newest of an old one first, so that none is lost. */
  async #open(): Promise<FileHandle> {
    const known = await this.read();
    const file = await open(this.#path, known ? 'r+' : 'w', 0o600);
    if (known) {
      const record = `${toHex(this.#key)} ${known.votes} ${known.slot}\n`.padEnd(RECORD_BYTES);
      await file.write(Buffer.from(record), 0, RECORD_BYTES, RECORD_BYTES);
      this.#turn = 0;
    }
    return file;
  }
}
