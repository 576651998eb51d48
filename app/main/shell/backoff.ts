/** The decision after the node process ended unexpectedly. */
export const restartPolicy = {
  firstDelayMs: 500,
  maxDelayMs: 30_000,
  /** A node that ran this long before it ended counts as healthy, and earlier crashes are forgotten. */
  healthyAfterMs: 5 * 60_000,
  /** This many crashes without a healthy run between them are a crash loop. */
  maxCrashes: 6,
};

type Restart = { readonly kind: 'again'; readonly delayMs: number } | { readonly kind: 'give-up' };

/** Counts crashes and decides when to start again: after doubling delays, and not at all in a crash loop. */
export class Backoff {
  #crashes = 0;

  /** Crashes without a healthy run between them. */
  get crashes(): number {
    return this.#crashes;
  }

  /** @param ranForMs how long the process had run when it ended, in milliseconds. */
  crashed(ranForMs: number): Restart {
    if (ranForMs >= restartPolicy.healthyAfterMs) this.#crashes = 0;
    this.#crashes += 1;
    if (this.#crashes >= restartPolicy.maxCrashes) return { kind: 'give-up' };
    const delayMs = restartPolicy.firstDelayMs * 2 ** (this.#crashes - 1);
    return { kind: 'again', delayMs: Math.min(delayMs, restartPolicy.maxDelayMs) };
  }

  /** Resets the count when a person asked to try again. */
  reset(): void {
    this.#crashes = 0;
  }
}
