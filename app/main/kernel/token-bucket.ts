import type { Clock } from './clock.ts';

/** A token bucket that holds `burst` tokens and gains `perSecond`; taking from an empty one fails. */
export class TokenBucket {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #burst: number;
  readonly #perSecond: number;
  #tokens: number;
  #filledAt: number;

  constructor(clock: Pick<Clock, 'now'>, burst: number, perSecond: number) {
    this.#clock = clock;
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#tokens = burst;
    this.#filledAt = clock.now();
  }

  take(): boolean {
    this.#fill();
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Whether a token can be taken now. */
  get hasOne(): boolean {
    this.#fill();
    return this.#tokens >= 1;
  }

  get full(): boolean {
    this.#fill();
    return this.#tokens >= this.#burst;
  }

  #fill(): void {
    const now = this.#clock.now();
    const seconds = Math.max(0, now - this.#filledAt) / 1000;
    this.#tokens = Math.min(this.#burst, this.#tokens + seconds * this.#perSecond);
    this.#filledAt = now;
  }
}

/** Token buckets by name, such as a remote address. Full buckets are dropped to bound memory. */
export class TokenBuckets {
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #make: () => TokenBucket;
  readonly #maxNames: number;

  constructor(clock: Pick<Clock, 'now'>, burst: number, perSecond: number, maxNames = 10_000) {
    this.#make = () => new TokenBucket(clock, burst, perSecond);
    this.#maxNames = maxNames;
  }

  /** Takes one token; false if none is left for the name. */
  take(name: string): boolean {
    let bucket = this.#buckets.get(name);
    if (!bucket) {
      if (this.#buckets.size >= this.#maxNames) this.#forget();
      bucket = this.#make();
      this.#buckets.set(name, bucket);
    }
    return bucket.take();
  }

  /** Whether a token is left for the name. */
  has(name: string): boolean {
    return this.#buckets.get(name)?.hasOne ?? true;
  }

  #forget(): void {
    for (const [name, bucket] of this.#buckets) if (bucket.full) this.#buckets.delete(name);
    // With more names than fit, the oldest bucket is dropped whatever its state.
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined && this.#buckets.size >= this.#maxNames) this.#buckets.delete(oldest);
  }
}
