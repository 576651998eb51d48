import type { Timers } from '../../../bridge/connection.ts';
import { fresh, MAX_STEP, ratcheted, type Epoch } from './epoch.ts';

/** [CE8] How soon changes lead to a new secret, and the least time between two, in milliseconds. */
const SOON_MS = 150;
const BETWEEN_MS = 1000;
/** A new generation is a letter to everybody: the time between two grows with their number. */
const BETWEEN_EACH_MS = 100;
/** [CE7] How long the old secret is used after everybody has been sent the new one, and at most. */
const SWITCH_MS = 500;
const SWITCH_AT_MOST_MS = 5000;

export interface OwnEpochsParts {
  readonly timers: Timers;
  readonly now: () => number;
  /** How many others hold the secret. */
  readonly others: () => number;
  /** The secret to encrypt with from now on. */
  readonly use: (epoch: Epoch) => void;
  /** `latest` has moved on for those who joined: nobody else needs a letter. */
  readonly onStep: () => void;
  /** `latest` is of a new generation: everybody needs a letter. */
  readonly onGeneration: () => void;
}

/** [CE4] The secrets of this participant over time: a step when somebody joins, a new generation when somebody leaves. */
export class OwnEpochs {
  readonly #parts: OwnEpochsParts;
  #latest: Epoch = fresh(1);
  #steppedAt = -Infinity;
  #renewedAt = -Infinity;
  #cancelStep: (() => void) | null = null;
  #cancelRenew: (() => void) | null = null;
  #cancelSwitch: (() => void) | null = null;
  #isDelivered = false;
  #isClosed = false;

  constructor(parts: OwnEpochsParts) {
    this.#parts = parts;
    parts.use(this.#latest);
  }

  /** The newest secret; what newcomers get. */
  get latest(): Epoch {
    return this.#latest;
  }

  /** Somebody will get the secret who must not read what came before. */
  stepSoon(): void {
    const { timers, now } = this.#parts;
    if (this.#isClosed) return;
    this.#cancelStep ??= timers.after(Math.max(SOON_MS, this.#steppedAt + BETWEEN_MS - now()), () => {
      void this.#step();
    });
  }

  /** Somebody has the secret who must not read what comes. */
  renewSoon(): void {
    const { timers, now, others } = this.#parts;
    if (this.#isClosed) return;
    const between = BETWEEN_MS + BETWEEN_EACH_MS * others();
    this.#cancelRenew ??= timers.after(Math.max(SOON_MS, this.#renewedAt + between - now()), () => {
      this.#renew();
    });
  }

  /** All letters are on their way: the new generation is used a little later. */
  delivered(): void {
    if (this.#cancelSwitch === null || this.#isDelivered) return;
    this.#isDelivered = true;
    this.#switchIn(SWITCH_MS);
  }

  close(): void {
    this.#isClosed = true;
    for (const cancel of [this.#cancelStep, this.#cancelRenew, this.#cancelSwitch]) cancel?.();
  }

  async #step(): Promise<void> {
    const before = this.#latest;
    if (before.step >= MAX_STEP) this.#renew();
    else {
      const next = await ratcheted(before);
      if (this.#isClosed) return;
      // A generation that was made in the meantime is as good as a step.
      if (this.#latest === before) this.#latest = next;
    }
    this.#cancelStep = null;
    this.#steppedAt = this.#parts.now();
    if (this.#cancelSwitch === null) this.#parts.use(this.#latest);
    this.#parts.onStep();
  }

  #renew(): void {
    this.#cancelRenew?.();
    this.#cancelRenew = null;
    this.#renewedAt = this.#parts.now();
    this.#latest = fresh(this.#latest.generation + 1);
    this.#isDelivered = false;
    this.#switchIn(SWITCH_AT_MOST_MS);
    this.#parts.onGeneration();
  }

  #switchIn(delayMs: number): void {
    this.#cancelSwitch?.();
    this.#cancelSwitch = this.#parts.timers.after(delayMs, () => {
      this.#cancelSwitch = null;
      this.#parts.use(this.#latest);
    });
  }
}
