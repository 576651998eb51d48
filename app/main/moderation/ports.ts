import type { Judgement } from './judge.ts';
import type { ModelStatus } from './manifest.ts';

/** Judges texts away from the thread that asks. */
export interface Judges {
  /** How many batches run at once. */
  readonly lanes: number;
  /** Judgements in the order of the texts; rejects when they cannot be had, never answers in part. */
  judge(texts: readonly string[]): Promise<readonly Judgement[]>;
  /** What could be loaded. */
  status(): Promise<readonly ModelStatus[]>;
  close(): Promise<void>;
}
