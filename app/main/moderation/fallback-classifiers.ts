import type { Clock } from '../kernel/clock.ts';
import { Classifier, type Judgement } from './classifier.ts';
import type { ModelStatus } from './manifest.ts';
import type { Classifiers } from './ports.ts';

/** Time between attempts to reach the classifiers again, in milliseconds: growing up to the last. */
const BACKOFF_MS = [1000, 5000, 30_000, 120_000];
/** A text that no sound classifier fails on. */
const HARMLESS = 'Good morning everybody.';

/**
 * [J19] Classifiers with a fallback. Whether the message or the classifiers are at fault is found by judging
 * a harmless text: if that fails as well, word lists judge until the classifiers answer again.
 */
export class FallbackClassifiers implements Classifiers {
  readonly #classifiers: Classifiers;
  readonly #clock: Clock;
  readonly #onDown: (down: boolean) => void;
  /** Called after the first judgement: the models are loaded. */
  readonly #onLoaded: () => void;
  #hasJudged = false;
  /** Made on first use. */
  #words: Classifier | null = null;
  #failures = 0;
  #retryAt = 0;

  constructor(
    classifiers: Classifiers,
    clock: Clock,
    onDown: (down: boolean) => void,
    onLoaded: () => void = () => {},
  ) {
    this.#classifiers = classifiers;
    this.#clock = clock;
    this.#onDown = onDown;
    this.#onLoaded = onLoaded;
  }

  get lanes(): number {
    return this.#classifiers.lanes;
  }

  /** Whether word lists judge because the classifiers do not answer. */
  get down(): boolean {
    return this.#failures > 0;
  }

  async judge(texts: readonly string[]): Promise<readonly Judgement[]> {
    if (this.#failures > 0 && this.#clock.now() < this.#retryAt) return this.#byWords(texts);
    try {
      const judgements = await this.#classifiers.judge(texts);
      this.#answered();
      return judgements;
    } catch (error) {
      if (await this.#answersAtAll()) throw error;
      this.#failed();
      return this.#byWords(texts);
    }
  }

  #byWords(texts: readonly string[]): Promise<Judgement[]> {
    this.#words ??= new Classifier({ languages: null, first: null, second: {}, calibration: null });
    return this.#words.judge(texts);
  }

  async #answersAtAll(): Promise<boolean> {
    try {
      await this.#classifiers.judge([HARMLESS]);
      this.#answered();
      return true;
    } catch {
      return false;
    }
  }

  #answered(): void {
    if (!this.#hasJudged) {
      this.#hasJudged = true;
      this.#onLoaded();
    }
    if (this.#failures === 0) return;
    this.#failures = 0;
    this.#onDown(false);
  }

  #failed(): void {
    this.#retryAt = this.#clock.now() + BACKOFF_MS[Math.min(this.#failures, BACKOFF_MS.length - 1)]!;
    this.#failures++;
    if (this.#failures === 1) this.#onDown(true);
  }

  status(): Promise<readonly ModelStatus[]> {
    return this.#classifiers.status();
  }

  files(): Promise<readonly ModelStatus[]> {
    return this.#classifiers.files();
  }

  identity(): Promise<Uint8Array | null> {
    return this.#classifiers.identity();
  }

  close(): Promise<void> {
    return this.#classifiers.close();
  }
}
