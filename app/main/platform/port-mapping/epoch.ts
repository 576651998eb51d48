/** A router's count of seconds since it lost its mappings last, and when that was read. */
interface Reading {
  readonly epochSeconds: number;
  readonly atMs: number;
}

/**
 * Finds out from a router's epoch whether it lost its mappings, for example by a restart: RFC 6887 section
 * 8.5, whose check covers RFC 6886 section 3.6 as well.
 */
export class EpochWatch {
  #last: Reading | null = null;

  /**
   * @param epochSeconds as the router's message holds it.
   * @param nowMs this machine's time.
   * @returns true if the mappings made before this message are lost.
   */
  lost(epochSeconds: number, nowMs: number): boolean {
    const last = this.#last;
    this.#last = { epochSeconds, atMs: nowMs };
    if (last === null) return false;
    if (epochSeconds < last.epochSeconds - 1) return true;
    const here = (nowMs - last.atMs) / 1000;
    const there = epochSeconds - last.epochSeconds;
    return here + 2 < there - there / 16 || there + 2 < here - here / 16;
  }

  /** Another router counts on its own. */
  reset(): void {
    this.#last = null;
  }
}
