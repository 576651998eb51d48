import type { Clock } from '../../kernel/clock.ts';
import { VoteLog } from '../../ledger/consensus/vote-log.ts';
import type { SignState, SignStateStore } from '../../ledger/consensus/sign-state.ts';
import type { Keep, VoteStore } from '../../ledger/consensus/vote-store.ts';
import { MemoryLogFile } from '../../platform/memory/log-file.ts';
import type { Rng } from '../rng.ts';

/** Where a validator writes its votes. */
export interface VotePorts {
  readonly votes: VoteStore;
  readonly signState: SignStateStore;
}

interface Write {
  /** Which of the log's two files it is. */
  readonly turn: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** The longest duration of a write, in milliseconds. */
const WRITE_MS = 8;
/** Short files, so that they switch often. */
const ROOM_BYTES = 16 * 1024;

/**
 * The vote log on slow files: a crash hits writes that were not acknowledged yet, and keeps, tears or loses
 * them. The disk is stored as the list of writes, so a backup is a length.
 */
export class VoteDisk {
  readonly #rng: Rng;
  #written: Write[] = [];
  /** Completes the write in progress at once. */
  #underway: (() => void) | null = null;
  #signState: SignState | null = { votes: 0, slot: 0 };
  #backup: number | null = null;
  #lives = 0;

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  /** The log and its sign state, as one life of the node sees them. */
  open(clock: Clock): VotePorts {
    const store = new VoteLog([this.#file(0), this.#file(1)]);
    const life = ++this.#lives;
    const votes: VoteStore = {
      load: (key) => store.load(key),
      begin: (key) => store.begin(key),
      put: async (keep: Keep) => {
        // Writes of a life that is over are never written.
        if (life === this.#lives) this.#underway = () => void store.put(keep);
        await pause(clock, this.#rng.between(0, WRITE_MS));
        this.#underway = null;
        await store.put(keep);
      },
      settle: (epoch, slot) => store.settle(epoch, slot),
    };
    const signState: SignStateStore = {
      read: async () => this.#signState,
      write: async (next) => {
        await pause(clock, this.#rng.between(0, 2));
        this.#signState = next;
      },
    };
    return { votes, signState };
  }

  /** Writes in progress may be on the disk, in part, or not at all. */
  crash(): void {
    const write = this.#underway;
    this.#underway = null;
    if (!write || !this.#rng.chance(0.5)) return;
    write();
    const last = this.#written.at(-1);
    if (!last || !this.#rng.chance(0.5)) return;
    const length = this.#rng.between(0, last.bytes.length - 1);
    this.#written[this.#written.length - 1] = { ...last, bytes: last.bytes.slice(0, length) };
  }

  backup(): void {
    this.#backup = this.#written.length;
  }

  /** Restores the log from the backup; the sign state beside it stays, or is lost with the machine. */
  restore(keepsSignState: boolean): void {
    this.#cut(this.#backup ?? 0, keepsSignState);
  }

  /** Restores the log to its state that many writes ago, as from a snapshot of the machine. */
  setBack(writes: number, keepsSignState: boolean): void {
    this.#cut(Math.max(0, this.#written.length - writes), keepsSignState);
  }

  #cut(length: number, keepsSignState: boolean): void {
    this.#written = this.#written.slice(0, length);
    if (!keepsSignState) this.#signState = null;
  }

  #file(turn: number): MemoryLogFile {
    const file = new MemoryLogFile(ROOM_BYTES, (offset, bytes) => {
      this.#written.push({ turn, offset, bytes });
    });
    file.fill(this.#written.filter((write) => write.turn === turn));
    return file;
  }
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve));
}
