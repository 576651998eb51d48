import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { equalBytes, fromHex, toHex } from '../kernel/bytes.ts';
import { VoteLog, type VoteJournal, type SignState, type SignStateStore } from '../ledger/index.ts';
import { DiskLogFile } from '../platform/disk/log-file.ts';
import type { CommunityDirectory } from './data-directory.ts';

/**
 * The size of each record in the file; two records take turns, so that one is complete whenever the other is
 * being written.
 */
const RECORD_BYTES = 256;

/** The vote log of this node and its sign state, open. */
export interface OpenVoteJournal extends VoteJournal {
  close(): Promise<void>;
}

/**
 * [K10] Opens the vote log of this node and the sign state beside it.
 * @param key the BLS key that votes.
 * @param isNew whether the key cannot have voted in this community: it was just founded or joined.
 */
export async function openVoteJournal(
  { votes, signState }: Pick<CommunityDirectory, 'votes' | 'signState'>,
  key: Uint8Array,
  isNew: boolean,
): Promise<OpenVoteJournal> {
  const paths = [`${votes}.0`, `${votes}.1`] as const;
  if (isNew) {
    // The files here belong to a key that no longer exists.
    for (const file of [signState, ...paths]) await rm(file, { force: true });
  }
  const files = [new DiskLogFile(paths[0]), new DiskLogFile(paths[1])] as const;
  const log = new VoteLog(files);
  const state = new SignStateFile(signState, key);
  if (isNew) await state.write({ votes: 0, slot: 0 });
  return {
    votes: log,
    signState: state,
    async close() {
      state.close();
      for (const file of files) file.close();
    },
  };
}

/**
 * The sign state as a small file: for each of two turns the key, how many votes it gave and the highest slot.
 * It is written synchronously rather than by other threads, which takes microseconds: a vote waits for it.
 */
class SignStateFile implements SignStateStore {
  readonly #path: string;
  readonly #key: Uint8Array;
  #file: number | null = null;
  #turn = 0;

  constructor(path: string, key: Uint8Array) {
    this.#path = path;
    this.#key = key;
  }

  async read(): Promise<SignState | null> {
    return this.#known();
  }

  async write({ votes, slot }: SignState): Promise<void> {
    this.#file ??= this.#open();
    writeRecord(this.#file, `${toHex(this.#key)} ${votes} ${slot}`, this.#turn);
    this.#turn = 1 - this.#turn;
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  #known(): SignState | null {
    const text = this.#text();
    const states = [text.slice(0, RECORD_BYTES), text.slice(RECORD_BYTES)].flatMap((record) => {
      const [, hex, votes, slot] = /^([0-9a-f]{96}) (\d{1,15}) (\d{1,15})\n *$/.exec(record) ?? [];
      return hex && equalBytes(fromHex(hex), this.#key) ? [{ votes: Number(votes), slot: Number(slot) }] : [];
    });
    return states.sort((a, b) => b.votes - a.votes)[0] ?? null;
  }

  #text(): string {
    try {
      return readFileSync(this.#path, 'latin1');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    }
  }

  /** Writes both turns of a missing file, the newest of an old one first, so that none is lost. */
  #open(): number {
    const known = this.#known();
    const file = openSync(this.#path, known ? 'r+' : 'w', 0o600);
    if (known) {
      writeRecord(file, `${toHex(this.#key)} ${known.votes} ${known.slot}`, 1);
      this.#turn = 0;
    }
    return file;
  }
}

function writeRecord(file: number, text: string, turn: number): void {
  const record = Buffer.from(`${text}\n`.padEnd(RECORD_BYTES));
  for (let at = 0; at < RECORD_BYTES;) {
    at += writeSync(file, record, at, RECORD_BYTES - at, turn * RECORD_BYTES + at);
  }
}
