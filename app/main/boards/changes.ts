import type * as contract from '../../contract/index.ts';
import { fromHex, toHex } from '../kernel/bytes.ts';
import { cidOf } from '../kernel/cid.ts';
import { throttled, type Clock } from '../kernel/clock.ts';

/** How long changes are collected before listeners are called, in milliseconds. */
const TELL_AFTER_MS = 60;
/**
 * The most threads named in one change: beyond a few hundred, a view fetches everything it shows again
 * anyway.
 */
export const MAX_TOLD_THREADS = 500;

/** One change: a board, a thread in it, a new post. */
export interface Change {
  readonly board?: Uint8Array;
  readonly thread?: Uint8Array;
  readonly newPost?: boolean;
}

/** Changes in boards, collected and passed to listeners. */
export class Changes {
  readonly #tellSoon: () => void;
  readonly #listeners = new Set<(change: contract.BoardsChange) => void>();
  /** By hexadecimal id: text forms are made when listeners are called. */
  readonly #boards = new Set<string>();
  readonly #threads = new Set<string>();
  #newPosts = 0;

  constructor(clock: Clock) {
    this.#tellSoon = throttled(clock, TELL_AFTER_MS, () => this.#tell());
  }

  /** Whether anybody hears of changes. */
  get isWatched(): boolean {
    return this.#listeners.size > 0;
  }

  /** Calls the listener for changes from now on; returns how to stop. */
  onChange(listener: (change: contract.BoardsChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  note({ board, thread, newPost = false }: Change): void {
    if (board) this.#boards.add(toHex(board));
    if (thread && this.#threads.size < MAX_TOLD_THREADS) this.#threads.add(toHex(thread));
    if (newPost) this.#newPosts += 1;
    this.#tellSoon();
  }

  #tell(): void {
    const change = {
      boards: Array.from(this.#boards, (key) => cidOf(fromHex(key))),
      threads: Array.from(this.#threads, (key) => cidOf(fromHex(key))),
      newPosts: this.#newPosts,
    };
    this.#boards.clear();
    this.#threads.clear();
    this.#newPosts = 0;
    for (const listener of this.#listeners) listener(change);
  }
}
