/** [CE6] How far behind the newest frame one may arrive. */
export const REPLAY_WINDOW = 2048;

/** Which counters have been seen: each is taken once, and none that lies too far behind (RFC 4303, 3.4.3). */
export class ReplayWindow {
  readonly #seen = new Uint8Array(REPLAY_WINDOW);
  #newest = -1;

  /** Whether a counter would be taken. */
  admits(counter: number): boolean {
    if (counter > this.#newest) return true;
    return this.#newest - counter < REPLAY_WINDOW && this.#seen[counter % REPLAY_WINDOW] === 0;
  }

  /** Takes a counter whose frame is genuine; false if it was seen or is too old. */
  take(counter: number): boolean {
    if (!this.admits(counter)) return false;
    if (counter - this.#newest >= REPLAY_WINDOW) this.#seen.fill(0);
    else for (let n = this.#newest + 1; n < counter; n += 1) this.#seen[n % REPLAY_WINDOW] = 0;
    this.#newest = Math.max(this.#newest, counter);
    this.#seen[counter % REPLAY_WINDOW] = 1;
    return true;
  }
}
