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

/** Judges images away from the thread that asks, whatever is in the bytes. */
export interface ImageJudges {
  /**
   * Judges a JPEG, PNG, GIF or WebP: `nsfw` is its score, all other heads are 0, and the stage is `image`,
   * so that `decide` takes it as it takes a text's.
   *
   * @throws Problem `image-unknown`, `image-broken`, `image-too-large` or `image-not-judged`: a person must look.
   */
  judgeImage(image: Uint8Array): Promise<Judgement>;
}
