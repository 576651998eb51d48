import type { Vote } from '../types/vote.ts';

export interface ValidatorView {
  readonly key: Uint8Array;
  readonly peer: string;
  /** Smoothed time from the first message of a slot to this validator's vote, in milliseconds. */
  readonly latencyMs: number | null;
  /** In how many of the latest settled slots it voted. */
  readonly signed: number;
  readonly missed: number;
  /** When its latest vote arrived, milliseconds since the epoch. */
  readonly lastSignedAt: number | null;
}

interface Seen {
  readonly slot: number;
  readonly startedMs: number;
  readonly voters: Set<number>;
  readonly votes: Set<string>;
}

/** Settled slots that count for `signed` and `missed`. */
const WINDOW = 100;
/** A slot is judged once this many later slots are settled, so that slow votes count. */
const GRACE = 4;
/** A validator that voted in none of this many latest slots counts as gone. */
const LATELY = 4;
/** Weight of the newest measurement in a smoothed latency. */
const WEIGHT = 0.2;

/** Follows the votes of one epoch. */
export class Watch {
  readonly #count: number;
  readonly #seen = new Map<number, Seen>();
  readonly #settled: Seen[] = [];
  readonly #latency: (number | null)[];
  readonly #last: (number | null)[];

  constructor(count: number) {
    this.#count = count;
    this.#latency = Array.from({ length: count }, () => null);
    this.#last = Array.from({ length: count }, () => null);
  }

  /** Whether a vote that no longer changes anything is still worth a check. */
  wants({ slot, kind, voter }: Vote): boolean {
    const seen = this.#seen.get(slot) ?? this.#settled.slice(-GRACE).find((one) => one.slot === slot);
    return seen !== undefined && !seen.votes.has(`${kind} ${voter}`);
  }

  /** An authentic vote arrived, possibly after its slot was settled. */
  voted({ slot, voter, kind }: Vote, nowMs: number): void {
    const seen =
      this.#seen.get(slot) ?? this.#settled.find((one) => one.slot === slot) ?? this.#begin(slot, nowMs);
    if (kind !== 'nullify' && !seen.voters.has(voter)) {
      const took = nowMs - seen.startedMs;
      const before = this.#latency[voter] ?? took;
      this.#latency[voter] = before + WEIGHT * (took - before);
    }
    seen.voters.add(voter);
    seen.votes.add(`${kind} ${voter}`);
    this.#last[voter] = nowMs;
  }

  /** Slots up to this one are settled. */
  settled(through: number): void {
    for (const [slot, seen] of [...this.#seen].sort(([a], [b]) => a - b)) {
      if (slot > through) continue;
      this.#seen.delete(slot);
      this.#settled.push(seen);
    }
    this.#settled.splice(0, this.#settled.length - WINDOW - GRACE);
  }

  view(place: number): Pick<ValidatorView, 'latencyMs' | 'signed' | 'missed' | 'lastSignedAt'> {
    const judged = this.#settled.slice(0, -GRACE);
    const signed = judged.filter(({ voters }) => voters.has(place)).length;
    return {
      latencyMs: this.#latency[place] ?? null,
      lastSignedAt: this.#last[place] ?? null,
      signed,
      missed: judged.length - signed,
    };
  }

  /** How many validators voted recently; null before there was anything to vote on. */
  get present(): number | null {
    const lately = this.#settled.slice(-LATELY);
    if (lately.length === 0) return null;
    const voters = new Set(lately.flatMap((seen) => [...seen.voters]));
    return voters.size;
  }

  #begin(slot: number, startedMs: number): Seen {
    const seen = { slot, startedMs, voters: new Set<number>(), votes: new Set<string>() };
    this.#seen.set(slot, seen);
    // Slots that never settle, like those of a closing epoch, must not pile up.
    if (this.#seen.size > 4 * this.#count + WINDOW) this.#seen.delete(this.#seen.keys().next().value!);
    return seen;
  }
}
