import type { Kept } from './vote-store.ts';

/** How many votes were cast, and the highest slot voted in. */
export interface SignState {
  readonly votes: number;
  readonly slot: number;
}

/**
 * [K10] A second record, beside the vote log and never restored with it, of how far the log must reach. It is
 * written after the log and before the vote is sent. It guards against the restore of an old log: a power
 * cut, which costs the log nothing, may cost this record the latest seconds.
 */
export interface SignStateStore {
  /** Null if there is none, or if it cannot be read. */
  read(): Promise<SignState | null>;
  /** Resolves once the sign state survives the end of the process. */
  write(signState: SignState): Promise<void>;
}

/** [K10] The slot through which a validator must be silent; infinity while only its peers can tell. */
export function silenceOf(kept: Pick<Kept, 'count'> | null, signState: SignState | null): number {
  if (!signState) return Infinity;
  return signState.votes > (kept?.count ?? -1) ? signState.slot : 0;
}

/**
 * [K10] How many other validators must report how far the community is, so that one of them is honest and
 * voted in the slot before the last one in which this validator can have voted.
 */
export function witnessesNeeded(count: number, quorum: number, model: 'byzantine' | 'crash'): number {
  const liars = model === 'byzantine' ? Math.floor((count - 1) / 3) : 0;
  return count - quorum + Math.max(1, liars);
}
