import type { Certificate } from '../types/certificate.ts';
import type { Vote } from '../types/vote.ts';

/** A block with its leader's vote for it, in the form in which it is sent and stored [K3]. */
export interface Proposal {
  readonly hash: Uint8Array;
  readonly epoch: number;
  readonly slot: number;
  /** The encoded block. */
  readonly block: Uint8Array;
  readonly vote: Vote;
}

/** Data that must be on disk before any of it is acted on. */
export interface Keep {
  readonly votes: readonly Vote[];
  readonly certificates: readonly Certificate[];
  readonly proposals: readonly Proposal[];
}

export interface Kept extends Keep {
  /** How many votes were ever written here. */
  readonly count: number;
  /** The highest slot that was ever voted in; 0 for none. */
  readonly slot: number;
  /** Forgotten are the slots up to this one in its epoch, and all earlier epochs. */
  readonly settled: { readonly epoch: number; readonly slot: number };
}

/** [K6] Stores own votes before they are sent, with the data needed to act on them after a restart. */
export interface VoteStore {
  /** The content for a key; null if this log belongs to another, so that it proves nothing [K10]. */
  load(key: Uint8Array): Promise<Kept | null>;
  /** Begins a log for a key that has never voted. Throws a Problem `votes-exist` if there is one already. */
  begin(key: Uint8Array): Promise<void>;
  /** Resolves once everything survives a power cut. Rejects a vote that contradicts a stored one. */
  put(keep: Keep): Promise<void>;
  /** Forgets data of slots up to `slot`, and of epochs before `epoch`. */
  settle(epoch: number, slot: number): Promise<void>;
}
