import type { Kept } from './vote-store.ts';

/** How many votes were given, and the highest slot voted in. */
export interface Mark {
  readonly votes: number;
  readonly slot: number;
}

/**
 * [K10] A second place, beside the vote log and never restored with it, that knows how far the log must
 * reach. Written after the log and before the vote is sent. It is there for the day on which somebody puts
 * back an old log: a power cut, which costs the log nothing, may cost it the latest seconds.
 */
export interface SignStateStore {
  /** Null when there is none, or when it cannot be read. */
  read(): Promise<Mark | null>;
  /** Resolves once it would survive the end of the process. */
  write(mark: Mark): Promise<void>;
}

/** [K10] Through which slot a validator must be silent; infinity while only its peers can tell. */
export function silenceOf(kept: Pick<Kept, 'count'> | null, mark: Mark | null): number {
  if (!mark) return Infinity;
  return mark.votes > (kept?.count ?? -1) ? mark.slot : 0;
}

/**
 * [K10] How many of the other validators have to say how far the community is, so that one of them is
 * honest and voted in the slot before the last one this validator can have voted in.
 */
export function witnessesNeeded(count: number, quorum: number, model: 'byzantine' | 'crash'): number {
  const liars = model === 'byzantine' ? Math.floor((count - 1) / 3) : 0;
  return count - quorum + Math.max(1, liars);
}
