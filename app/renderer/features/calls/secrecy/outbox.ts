import type { Timers } from '../../../bridge/connection.ts';

/** [CE8] Half of what a host accepts of a participant: the rest is for everything else [CA14]. */
const BURST = 100;
const PER_SECOND = 10;
const RETRY_MS = 1000;

export interface OutboxParts {
  readonly timers: Timers;
  readonly now: () => number;
  /** Writes and sends the newest letter for somebody; false if it has to be tried again. */
  readonly send: (to: string) => Promise<boolean>;
  /** Everything is on its way. */
  readonly onDrained: () => void;
}

/** Who is owed a letter. Letters are written when they are sent, so that a newer one takes the place of an older. */
export class Outbox {
  readonly #parts: OutboxParts;
  readonly #owed = new Set<string>();
  #tokens = BURST;
  #filledAt: number;
  #cancel: (() => void) | null = null;
  #isSending = false;
  #isClosed = false;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
    this.#filledAt = parts.now();
  }

  get isEmpty(): boolean {
    return this.#owed.size === 0 && !this.#isSending;
  }

  add(to: string): void {
    this.#owed.add(to);
    void this.#run();
  }

  forget(to: string): void {
    this.#owed.delete(to);
  }

  close(): void {
    this.#isClosed = true;
    this.#owed.clear();
    this.#cancel?.();
  }

  async #run(): Promise<void> {
    if (this.#isSending || this.#cancel !== null) return;
    this.#isSending = true;
    try {
      for (const to of this.#owed) {
        if (!this.#take()) return this.#later(1000 / PER_SECOND);
        this.#owed.delete(to);
        if (await this.#parts.send(to)) continue;
        if (this.#isClosed) return;
        this.#owed.add(to);
        return this.#later(RETRY_MS);
      }
    } finally {
      this.#isSending = false;
    }
    if (!this.#isClosed) this.#parts.onDrained();
  }

  #later(delayMs: number): void {
    this.#cancel = this.#parts.timers.after(delayMs, () => {
      this.#cancel = null;
      void this.#run();
    });
  }

  #take(): boolean {
    const now = this.#parts.now();
    this.#tokens = Math.min(BURST, this.#tokens + ((now - this.#filledAt) / 1000) * PER_SECOND);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
