import type { Clock } from '../../kernel/clock.ts';
import type { Database } from '../../kernel/database.ts';
import { voteMigrations } from '../../ledger/vote-migrations.ts';
import type { Mark, VoteMark } from '../../ledger/vote-mark.ts';
import { createVoteStore, type VoteStore } from '../../ledger/vote-store.ts';
import type { Keep } from '../../ledger/vote-store.ts';
import { openDatabase } from '../../platform/sqlite/database.ts';
import type { Dice } from '../dice.ts';

/** Where a validator writes what it votes. */
export interface VotePorts {
  readonly votes: VoteStore;
  readonly mark: VoteMark;
}

type Write =
  | { readonly kind: 'put'; readonly keep: Keep }
  | { readonly kind: 'settle'; readonly epoch: number; readonly slot: number };

/** The most that a write takes, in milliseconds. */
const WRITE_MS = 8;

/**
 * A vote log on a real SQLite database that takes its time: a crash meets writes that nobody was told of,
 * and leaves or loses them. What is on disk is the list of writes, so that a backup is a length.
 */
export class VoteDisk {
  readonly #key: Uint8Array;
  readonly #dice: Dice;
  #written: Write[] = [];
  #underway: Write | null = null;
  #mark: Mark | null = { votes: 0, slot: 0 };
  #backup: number | null = null;
  #db: Database | null = null;

  constructor(key: Uint8Array, dice: Dice) {
    this.#key = key;
    this.#dice = dice;
  }

  /** The log and its mark, as one life of the node sees them. */
  async open(clock: Clock): Promise<VotePorts> {
    this.#db?.close();
    this.#db = openDatabase(':memory:', voteMigrations);
    const store = createVoteStore(this.#db);
    await store.begin(this.#key);
    for (const write of this.#written) await apply(store, write);
    const durable = async (write: Write) => {
      this.#underway = write;
      await pause(clock, this.#dice.between(0, WRITE_MS));
      this.#underway = null;
      await apply(store, write);
      this.#written.push(write);
    };
    const votes: VoteStore = {
      load: (key) => store.load(key),
      begin: (key) => store.begin(key),
      put: (keep) => durable({ kind: 'put', keep }),
      settle: (epoch, slot) => durable({ kind: 'settle', epoch, slot }),
    };
    const mark: VoteMark = {
      read: async () => this.#mark,
      write: async (next) => {
        await pause(clock, this.#dice.between(0, 2));
        this.#mark = next;
      },
    };
    return { votes, mark };
  }

  /** What was under way may be on the disk or not. */
  crash(): void {
    if (this.#underway && this.#dice.chance(0.5)) this.#written.push(this.#underway);
    this.#underway = null;
  }

  backup(): void {
    this.#backup = this.#written.length;
  }

  /** The log is as it was at the backup; the mark beside it stays, or is lost with the machine. */
  restore(keepsMark: boolean): void {
    this.#cut(this.#backup ?? 0, keepsMark);
  }

  /** The log is as it was so many writes ago, as from a snapshot of the machine. */
  setBack(writes: number, keepsMark: boolean): void {
    this.#cut(Math.max(0, this.#written.length - writes), keepsMark);
  }

  #cut(length: number, keepsMark: boolean): void {
    this.#written = this.#written.slice(0, length);
    if (!keepsMark) this.#mark = null;
  }

  close(): void {
    this.#db?.close();
    this.#db = null;
  }
}

async function apply(store: VoteStore, write: Write): Promise<void> {
  if (write.kind === 'put') await store.put(write.keep);
  else await store.settle(write.epoch, write.slot);
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve));
}
