import type { Clock } from '../kernel/clock.ts';
import type { ReviewActs } from './acts.ts';

/** Items recomputed in one step: a few tens of milliseconds. */
const SLICE = 300;
const SLICE_AFTER_MS = 5;
/** Set while items remain, so that a node that stops meanwhile continues at its next start. */
const LEFT = 'review.refold';

/** The log's metadata of this node. */
interface Notes {
  meta<T extends string | number | Uint8Array>(key: string): T | null;
  setMeta(key: string, value: number): void;
}

/** [R8] Recomputes rulings: the newest at once and thousands of older ones in steps. */
export class Refolding {
  readonly #acts: ReviewActs;
  readonly #clock: Clock;
  readonly #notes: Notes;
  #left: Uint8Array[] = [];
  #cancel: (() => void) | null = null;

  constructor(acts: ReviewActs, clock: Clock, notes: Notes) {
    this.#acts = acts;
    this.#clock = clock;
    this.#notes = notes;
  }

  start(): void {
    if (this.#notes.meta<number>(LEFT) === 1) this.of(this.#acts.store.allItems());
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  /** Items in the order in which they are needed. */
  of(items: readonly Uint8Array[]): void {
    if (items.length > SLICE) this.#notes.setMeta(LEFT, 1);
    this.#acts.refold(items.slice(0, SLICE));
    this.#left.push(...items.slice(SLICE));
    this.#soon();
  }

  #soon(): void {
    if (this.#left.length > 0) this.#cancel ??= this.#clock.after(SLICE_AFTER_MS, () => this.#slice());
  }

  #slice(): void {
    this.#cancel = null;
    this.#acts.refold(this.#left.splice(0, SLICE));
    if (this.#left.length === 0) this.#notes.setMeta(LEFT, 0);
    this.#soon();
  }
}
