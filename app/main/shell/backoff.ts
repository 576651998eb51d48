/** How the node process is started again after it ended unasked. */
export const restartPolicy = {
  firstDelayMs: 500,
  maxDelayMs: 30_000,
  /** A node that ran this long before it ended counts as healthy: its past crashes are forgotten. */
  healthyAfterMs: 5 * 60_000,
  /** So many crashes without a healthy run between them are a loop. */
  maxCrashes: 6,
};

type Restart = { readonly kind: 'again'; readonly delayMs: number } | { readonly kind: 'give-up' };

/** Remembers crashes and decides when to try again: at doubling delays, and not at all in a crash loop. */
export class Backoff {
  #crashes = 0;

  /** Crashes in a row without a healthy run between them. */
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

  /** A person asked to try again: the count starts anew. */
  reset(): void {
    this.#crashes = 0;
  }
}
