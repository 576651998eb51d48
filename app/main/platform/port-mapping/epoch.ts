/** A router's count of seconds since it last lost its mappings, and the time of reading. */
interface Reading {
  readonly epochSeconds: number;
  readonly atMs: number;
}

/**
 * Detects from a router's epoch whether it lost its mappings, for example by a restart: RFC 6887 section
 * 8.5, whose check covers RFC 6886 section 3.6 as well.
 */
export class EpochWatch {
  #last: Reading | null = null;

  /**
   * @param epochSeconds the epoch in the router's message.
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

  /** Resets the epoch for another router. */
  reset(): void {
    this.#last = null;
  }
}
