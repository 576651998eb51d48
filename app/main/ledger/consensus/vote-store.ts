import type { Certificate } from '../types/certificate.ts';
import type { Vote } from '../types/vote.ts';

/** A block with its leader's vote for it, as it travels and is stored [K3]. */
export interface Proposal {
  readonly hash: Uint8Array;
  readonly epoch: number;
  readonly slot: number;
  /** The encoded block. */
  readonly block: Uint8Array;
  readonly vote: Vote;
}

/** What has to be on the disk before any of it is acted on. */
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
  /** What was forgotten: slots up to this one in its epoch, and all epochs before. */
  readonly settled: { readonly epoch: number; readonly slot: number };
}

/** [K6] Where own votes are written before they are sent, with what is needed to stand by them. */
export interface VoteStore {
  /** What is kept for a key; null when this log was not begun for it, so that it proves nothing [K10]. */
  load(key: Uint8Array): Promise<Kept | null>;
  /** Begins a log for a key that has never voted. Throws a Problem `votes-exist` when there is one already. */
  begin(key: Uint8Array): Promise<void>;
  /** Resolves once all of it would survive a power cut. Rejects a vote that contradicts one that is kept. */
  put(keep: Keep): Promise<void>;
  /** Forgets what belongs to slots up to `slot`, and to epochs before `epoch`. */
  settle(epoch: number, slot: number): Promise<void>;
}
