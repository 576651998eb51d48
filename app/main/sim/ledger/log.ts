import { toHex } from '../../kernel/bytes.ts';
import { ticksOf } from '../../kernel/hybrid-time.ts';
import type { AnchoredLog } from '../../ledger/chain/anchored-log.ts';

/** An event of a simulated log: only a name and a time. */
export interface SimEvent {
  readonly id: Uint8Array;
  readonly timeMs: number;
}

/** The log of one validator, on a disk that loses nothing. */
export class SimLog implements AnchoredLog {
  readonly #events: SimEvent[] = [];
  readonly #ids = new Set<string>();
  readonly #heights = new Map<string, number>();
  readonly #listeners = new Set<() => void>();
  readonly #ask: () => void;

  constructor(ask: () => void) {
    this.#ask = ask;
  }

  /** Starts a new life: listed events are recorded again, and there are no listeners yet. */
  restart(): void {
    this.#heights.clear();
    this.#listeners.clear();
  }

  get events(): readonly SimEvent[] {
    return this.#events;
  }

  holds(id: Uint8Array): boolean {
    return this.#ids.has(toHex(id));
  }

  put(event: SimEvent): void {
    if (this.holds(event.id)) return;
    this.#events.push(event);
    this.#ids.add(toHex(event.id));
    for (const listener of this.#listeners) listener();
  }

  latestSeq(): number {
    return this.#events.length;
  }

  unanchored(upToSeq: number, upToTicks: number, limit: number) {
    return this.#events
      .slice(0, upToSeq)
      .filter(({ id, timeMs }) => !this.#heights.has(toHex(id)) && ticksOf(timeMs) <= upToTicks)
      .slice(0, limit)
      .map(({ id, timeMs }) => ({ id, time: ticksOf(timeMs) }));
  }

  find(id: Uint8Array) {
    const event = this.#events.find((one) => toHex(one.id) === toHex(id));
    return event ? { time: ticksOf(event.timeMs), height: this.#heights.get(toHex(id)) ?? null } : null;
  }

  awaits(id: Uint8Array): boolean {
    return !this.holds(id) && this.#heights.has(toHex(id));
  }

  mark(height: number, ids: readonly Uint8Array[]): void {
    for (const id of ids) {
      const key = toHex(id);
      this.#heights.set(key, Math.min(height, this.#heights.get(key) ?? height));
    }
  }

  /** The database of these worlds is never repaired. */
  readonly blank = false;

  /** Calls back after an event arrived, during this life. */
  onStored(listener: () => void): void {
    this.#listeners.add(listener);
  }

  ask(): void {
    this.#ask();
  }
}
