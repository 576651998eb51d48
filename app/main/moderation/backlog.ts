import type { Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/database.ts';
import { problemOf } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Assessor, Judged } from './assessor.ts';
import type { HoldRow, Holds } from './holds.ts';
import type { Item, ItemKind, ItemSource, Words } from './ports.ts';

/** Items that are read, judged and settled together. */
const BATCH = 64;
/** Wait after the disk refused, in milliseconds. */
const AGAIN_MS = 5000;

/** An item with what was said of it. */
export interface JudgedItem extends Item, Pick<Words, 'shownAt'> {
  readonly judged: Judged;
  readonly board: Uint8Array | null;
  /** Ticks of the text that was judged, where that may change. */
  readonly textTime?: number | undefined;
}

export interface BacklogInit {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly holds: Holds;
  readonly assessor: Assessor;
  readonly sources: readonly ItemSource[];
  /** Puts judgements into effect, in a transaction. */
  readonly settle: (items: readonly JudgedItem[]) => void;
}

/** Judges what waits, newest first, a batch at a time [J12]. What the disk refuses is tried again later. */
export class Backlog {
  readonly #init: BacklogInit;
  readonly #sources: ReadonlyMap<ItemKind, ItemSource>;
  #running = false;
  #working = false;
  #more = false;
  #cancel: () => void = () => {};
  #done = 0;

  constructor(init: BacklogInit) {
    this.#init = init;
    this.#sources = new Map(init.sources.map((source) => [source.kind, source]));
  }

  /** Items judged since something began to wait. */
  get done(): number {
    return this.#done;
  }

  /** Returns how to stop: at once, whatever is being judged. */
  start(): () => void {
    this.#running = true;
    this.soon();
    return () => {
      this.#running = false;
      this.#cancel();
    };
  }

  /** Something waits, or will once the transaction under way is through. */
  soon(): void {
    this.#more = true;
    if (!this.#running || this.#working) return;
    this.#working = true;
    queueMicrotask(() => void this.#work());
  }

  async #work(): Promise<void> {
    try {
      while (this.#running && this.#more) {
        this.#more = false;
        while (this.#running && (await this.#step()));
      }
      this.#working = false;
    } catch (error) {
      this.#init.logger.warn('judging-not-kept', { code: problemOf(error).code });
      this.#cancel = this.#init.clock.after(AGAIN_MS, () => {
        this.#working = false;
        this.soon();
      });
    }
  }

  async #step(): Promise<boolean> {
    const { holds, db, settle } = this.#init;
    const rows = holds.waiting(BATCH);
    if (rows.length === 0) {
      this.#done = 0;
      return false;
    }
    const judged = await Promise.all(rows.map((row) => this.#judge(row)));
    if (!this.#running) return false;
    db.transaction(() => settle(judged.flatMap((one) => (one && this.#isStill(one) ? [one] : []))));
    this.#done += rows.length;
    holds.tell();
    return true;
  }

  async #judge(row: HoldRow): Promise<JudgedItem | null> {
    const { n, kind, time, live } = row;
    const source = this.#sources.get(kind)!;
    const content = source.read(n);
    if (!content) {
      this.#init.holds.removed(n);
      return null;
    }
    const textTime = source.textTime?.(n);
    const judged = await this.#init.assessor.remote(content, { kind, time, live });
    return { n, kind, time, judged, board: content.board, shownAt: content.shownAt, textTime };
  }

  /** Ruled on, changed or removed in between: what was judged is no longer what would be shown. */
  #isStill({ n, kind, textTime }: JudgedItem): boolean {
    const isWaiting = this.#init.holds.of(n)?.state === 'waiting';
    return isWaiting && this.#sources.get(kind)!.textTime?.(n) === textTime;
  }
}
