import type { Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/database.ts';
import { problemOf } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Ahead } from './ahead.ts';
import type { Arrival, Assessor, Foreseen, Judged } from './assessor.ts';
import type { HoldRow, Holds } from './holds.ts';
import type { Content, Item, ItemKind, ItemSource, Words } from './ports.ts';
import type { SharedJudgements } from './shared-judgements.ts';

/** Items that are read, judged and settled together. */
const BATCH = 64;
/** Pause after the disk refused a write, in milliseconds. */
const AGAIN_MS = 5000;

/** An item and its judgement. */
export interface JudgedItem extends Item, Pick<Words, 'text' | 'shownAt'> {
  readonly judged: Judged;
  readonly board: Uint8Array | null;
  /** By its author's own word. */
  readonly imported: boolean;
  /** [J28] Whose node judged it; left out if it was this one. */
  readonly by?: Uint8Array | undefined;
  /** Ticks of the text that was judged, if the text can change. */
  readonly textTime?: number | undefined;
  /** It is stored in this transaction: written here, or by somebody else. */
  readonly isNew?: 'own' | 'live' | 'history';
}

export interface BacklogInit {
  readonly db: Pick<Database, 'transaction'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly holds: Pick<Holds, 'waiting' | 'of' | 'removed' | 'tell' | 'idOf'>;
  readonly assessor: Pick<Assessor, 'lanes' | 'remote' | 'conclude' | 'isClear'>;
  readonly shared: Pick<SharedJudgements, 'foresee'>;
  readonly sources: readonly ItemSource[];
  /** Applies judgements, in a transaction. */
  readonly settle: (items: readonly JudgedItem[]) => void;
}

interface WaitingItem {
  readonly row: HoldRow;
  readonly content: Content;
  readonly textTime: number | undefined;
  readonly ahead: Ahead | undefined;
}

const isStillText = (ahead: Ahead, { text }: Content): boolean => ahead.content.text === text;

/**
 * Judges waiting items, newest first [J12]: several batches at once, so that no classifier is idle while the
 * results of another are applied. When the disk refuses a write, it is retried later.
 */
export class Backlog {
  readonly #init: BacklogInit;
  readonly #sources: ReadonlyMap<ItemKind, ItemSource>;
  /** Rows that are being judged. */
  readonly #taken = new Set<number>();
  /** Rows whose texts the models were judging when they were stored. */
  readonly #expected = new Map<number, Ahead>();
  #running = false;
  #resting = false;
  #asked = false;
  #streams = 0;
  #cancel: () => void = () => {};
  #done = 0;

  constructor(init: BacklogInit) {
    this.#init = init;
    this.#sources = new Map(init.sources.map((source) => [source.kind, source]));
  }

  /** Items judged since the backlog began. */
  get done(): number {
    return this.#done;
  }

  /** Returns how to stop: immediately, whatever is being judged. */
  start(): () => void {
    this.#running = true;
    this.soon();
    return () => {
      this.#running = false;
      this.#cancel();
    };
  }

  /** A row is about to be stored with a hold, and the models are judging its text already. */
  expect(n: number, ahead: Ahead): void {
    this.#expected.set(n, ahead);
  }

  /** After a transaction was rolled back. */
  reload(): void {
    this.#expected.clear();
  }

  /** Something waits, or will once the current transaction commits. */
  soon(): void {
    if (this.#asked) return;
    this.#asked = true;
    queueMicrotask(() => {
      this.#asked = false;
      // A running stream takes it with its next batch: fewer, larger transactions cost a busy node less.
      if (this.#streams === 0) this.#open();
    });
  }

  get #mayGoOn(): boolean {
    return this.#running && !this.#resting;
  }

  /**
   * Starts another stream of batches, unless there are enough: as many as may be judged at once, and one that
   * is being applied.
   */
  #open(): void {
    if (this.#mayGoOn && this.#streams <= this.#init.assessor.lanes) void this.#stream();
  }

  async #stream(): Promise<void> {
    this.#streams += 1;
    try {
      for (let rows = this.#take(); rows.length > 0; rows = this.#take()) {
        const work = this.#work(rows);
        if (rows.length === BATCH) this.#open();
        await work;
      }
    } catch (error) {
      this.#rest(error);
    }
    this.#streams -= 1;
    if (this.#streams === 0 && !this.#resting) this.#done = 0;
  }

  /** The newest rows that no stream has taken; the caller releases them again. */
  #take(): HoldRow[] {
    if (!this.#mayGoOn) return [];
    const waiting = this.#init.holds.waiting(BATCH + this.#taken.size);
    const rows = waiting.filter(({ n }) => !this.#taken.has(n)).slice(0, BATCH);
    for (const { n } of rows) this.#taken.add(n);
    return rows;
  }

  async #work(rows: readonly HoldRow[]): Promise<void> {
    const { holds, db, settle } = this.#init;
    try {
      const judged = await Promise.all(this.#judgements(rows));
      if (!this.#running) return;
      db.transaction(() => settle(judged.flatMap((one) => (one && this.#isStill(one) ? [one] : []))));
      this.#done += rows.length;
      holds.tell();
    } finally {
      for (const { n } of rows) this.#taken.delete(n);
    }
  }

  #rest(error: unknown): void {
    if (this.#resting) return;
    this.#resting = true;
    this.#init.logger.warn('judging-not-kept', { code: problemOf(error).code });
    this.#cancel = this.#init.clock.after(AGAIN_MS, () => {
      this.#resting = false;
      this.soon();
    });
  }

  #judgements(rows: readonly HoldRow[]): Promise<JudgedItem | null>[] {
    const items = rows.flatMap((row) => this.#read(row) ?? []);
    const given = this.#givenByOthers(items);
    return items.map(async (item) => {
      const { row, content, textTime, ahead } = item;
      const { n, kind, time, live } = row;
      const { board, text, shownAt, imported } = content;
      const judging = ahead ? isStillText(ahead, content) && ahead.judging : given.get(item);
      const { judged, by } = await this.#judge(content, { kind, time, live }, (await judging) || null);
      return { n, kind, time, judged, by, board, text, shownAt, imported, textTime };
    });
  }

  #read(row: HoldRow): WaitingItem | null {
    const source = this.#sources.get(row.kind)!;
    const content = source.read(row.n);
    if (content) return { row, content, textTime: source.textTime?.(row.n), ahead: this.#ahead(row.n) };
    this.#init.holds.removed(row.n);
    return null;
  }

  /** [J28] Old items that nobody was asked about yet are asked about together. */
  #givenByOthers(items: readonly WaitingItem[]): ReadonlyMap<WaitingItem, Promise<Foreseen | null> | null> {
    const { holds, shared } = this.#init;
    const old = items.filter(({ row, ahead }) => !row.live && ahead === undefined);
    const asked = old.map(({ row, content }) => ({ id: holds.idOf(row.n)!, content }));
    const given = asked.length > 0 ? shared.foresee(asked) : null;
    return new Map(old.map((item, at) => [item, given?.[at] ?? null]));
  }

  async #judge(
    content: Content,
    arrival: Arrival,
    foreseen: Foreseen | null,
  ): Promise<{ readonly judged: Judged; readonly by?: Uint8Array }> {
    const { assessor } = this.#init;
    const known = foreseen && { ...foreseen, content };
    if (known === null || (known.by && !assessor.isClear(known))) {
      return { judged: await assessor.remote(content, arrival) };
    }
    const judged = assessor.conclude(known, arrival);
    return known.by ? { judged, by: known.by } : { judged };
  }

  /** The judgement that the models or other nodes gave or are giving. */
  #ahead(n: number): Ahead | undefined {
    const ahead = this.#expected.get(n);
    this.#expected.delete(n);
    return ahead;
  }

  /** Ruled on, changed or removed meanwhile: the judged text is no longer the one that would be shown. */
  #isStill({ n, kind, textTime }: JudgedItem): boolean {
    const isWaiting = this.#init.holds.of(n)?.state === 'waiting';
    return isWaiting && this.#sources.get(kind)!.textTime?.(n) === textTime;
  }
}
