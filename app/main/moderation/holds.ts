import type { Hold as ContractHold } from '../../contract/index.ts';
import type { Database } from '../kernel/database.ts';
import type { Decision } from './decision.ts';
import { Judgements } from './judgements.ts';
import type { Content, HoldChange, Item, ItemKind, ItemSource, Rulings, RulingInEffect } from './ports.ts';

/** The columns of table `hold` as numbers: indexes into these lists. */
export const HOLD_STATES = ['waiting', 'queued', 'quarantined', 'removed', 'shown'] as const;
export type HoldState = (typeof HOLD_STATES)[number];
export const RULINGS = ['publish', 'quarantine', 'remove'] as const;

const STATE_OF = { publish: 'shown', queue: 'queued', quarantine: 'quarantined' } as const;
const RULED = { publish: 'shown', quarantine: 'quarantined', remove: 'removed' } as const;

/** An item that is, or once was, held. */
export interface HoldRow {
  /** Row of the event of the item. */
  readonly n: number;
  readonly kind: ItemKind;
  readonly state: HoldState;
  readonly hidden: boolean;
  /** Written here by this node's person, not imported. */
  readonly own: boolean;
  /** Arrived live, not by catch-up. */
  readonly live: boolean;
  /** Ticks that the event claims. */
  readonly time: number;
  /** When it entered the queue here, in milliseconds; 0 while it waits. */
  readonly since: number;
  readonly ruling: (typeof RULINGS)[number] | null;
}

interface Row {
  n: number;
  state: number;
  hidden: number;
  kind: number;
  own: number;
  live: number;
  time: number;
  since: number;
  ruling: number | null;
}

/** The decision of models and rules on an item, as far as holds need it. */
export interface Settled {
  readonly n: number;
  readonly decision: Decision;
  /** The probability of the worst label, 0 to 1; orders the queue. */
  readonly worst: number;
  /** Bits by the index in `LABELS`. */
  readonly labels: number;
  readonly board: Uint8Array | null;
  readonly kind: ItemKind;
  /** Ticks of the text that was judged, if the room does not show it yet. */
  readonly textTime?: number;
  /** It is stored in this transaction: written here, or by somebody else. */
  readonly isNew?: 'own' | 'live' | 'history';
}

/**
 * SQL: the condition for holds of these sources. Holds stay while the feature of their items is off, and nobody can read
 * those items then. Most databases have none, and a count without conditions is a hundred times as fast.
 *
 * @param column the name of the column `kind` in the statement.
 */
export function isKnownHold(db: Database, sources: readonly ItemSource[], column = 'kind'): string {
  const codes = sources.map(({ code }) => code).join(', ');
  const others = db.prepare(`SELECT 1 FROM held_item WHERE kind NOT IN (${codes}) LIMIT 1`).get();
  return others ? `${column} IN (${codes})` : 'TRUE';
}

/**
 * The items that are not shown here, and why [J11]. All changes run in the caller's transaction; {@link tell}
 * calls the listeners after it.
 */
export class Holds {
  readonly judgements: Judgements;
  readonly #db: Database;
  readonly #sources: ReadonlyMap<ItemKind, ItemSource>;
  readonly #kindOf: ReadonlyMap<number, ItemKind>;
  readonly #byEvent: ReadonlyMap<string, ItemSource>;
  readonly #rulings: Rulings;
  readonly #now: () => number;
  readonly #listeners = new Set<(changes: readonly HoldChange[]) => void>();
  #changed = new Map<number, HoldChange>();
  readonly #sql;

  constructor(init: {
    db: Database;
    sources: readonly ItemSource[];
    rulings: Rulings;
    /** Milliseconds since the epoch. */
    now: () => number;
  }) {
    const { db } = init;
    const isKnown = isKnownHold(db, init.sources);
    this.#db = db;
    this.#sources = new Map(init.sources.map((source) => [source.kind, source]));
    this.#kindOf = new Map(init.sources.map(({ code, kind }) => [code, kind]));
    this.#byEvent = new Map(
      init.sources.flatMap((source) => source.kinds.map((kind) => [kind, source] as const)),
    );
    this.#rulings = init.rulings;
    this.#now = init.now;
    this.judgements = new Judgements(db);
    // [J14] Part of the transaction that changed rulings.
    init.rulings.onChange((items) => this.reconsider(items));
    this.#sql = {
      of: db.prepare<Row>('SELECT * FROM hold WHERE n = ?'),
      put: db.prepare(
        'INSERT OR REPLACE INTO hold (n, state, hidden, kind, own, live, time) VALUES (?, 0, 1, ?, ?, ?, ?)',
      ),
      wait: db.prepare('UPDATE hold SET state = 0, hidden = 1, ruling = NULL WHERE n = ?'),
      settle: db.prepare(
        `UPDATE hold SET state = ?, hidden = ?, since = CASE since WHEN 0 THEN ? ELSE since END, board = ?, worst = ?,
           labels = ?, ruling = ?, kind = ? WHERE n = ?`,
      ),
      rule: db.prepare(
        'UPDATE hold SET state = ?, hidden = ?, ruling = ?, since = CASE since WHEN 0 THEN ? ELSE since END WHERE n = ?',
      ),
      drop: db.prepare('DELETE FROM hold WHERE n = ?'),
      waiting: db.prepare<Row>(
        `SELECT * FROM hold WHERE state = 0 AND ${isKnown} ORDER BY time DESC, n DESC LIMIT ?`,
      ),
      countWaiting: db.prepare<{ count: number }>(
        `SELECT COUNT(*) AS count FROM hold WHERE state = 0 AND ${isKnown}`,
      ),
      heldOf: db.prepare<{ count: number }>(
        `SELECT COUNT(*) AS count FROM hold h JOIN event e ON e.seq = h.n JOIN author a ON a.n = e.author
         WHERE h.state IN (2, 3) AND a.key = ?`,
      ),
      countOpen: db.prepare<{ count: number }>(
        `SELECT COUNT(*) AS count FROM hold WHERE state > 0 AND hidden = 1 AND ruling IS NULL AND ${isKnown}`,
      ),
      openSince: db.prepare<{ since: number }>(
        `SELECT since FROM hold WHERE state > 0 AND hidden = 1 AND ruling IS NULL AND ${isKnown} ORDER BY since`,
      ),
      eventOf: db.prepare<{ seq: number; kind: string; time: number }>(
        'SELECT seq, kind, time FROM event WHERE id = ?',
      ),
      idOf: db.prepare<{ id: Uint8Array; kind: string }>('SELECT id, kind FROM event WHERE seq = ?'),
    };
  }

  /** Kinds of events that are items. */
  get kinds(): readonly string[] {
    return [...this.#byEvent.keys()];
  }

  of(n: number): HoldRow | null {
    const row = this.#sql.of.get(n);
    return row ? this.#holdOf(row) : null;
  }

  /** Why an item is not shown to everybody, as the contract has it; null if it is. */
  holdOf(n: number): ContractHold | null {
    const row = this.of(n);
    if (!row?.hidden || row.state === 'shown') return null;
    const id = this.#sql.idOf.get(n)?.id;
    return {
      state: row.state,
      reasons: row.state === 'waiting' ? [] : [...(this.judgements.of(n)?.detail?.reasons ?? [])],
      appealed: id !== undefined && this.#rulings.appealed(id),
    };
  }

  /** An item's current text and its id; null if it is gone. */
  item(n: number): (Content & { readonly id: Uint8Array }) | null {
    const event = this.#sql.idOf.get(n);
    const source = event && this.#sourceOf(event.kind);
    const content = source?.read(n);
    return event && content ? { ...content, id: event.id } : null;
  }

  #sourceOf(eventKind: string): ItemSource | undefined {
    return this.#byEvent.get(eventKind);
  }

  #codeOf(kind: ItemKind): number {
    return this.#sources.get(kind)!.code;
  }

  #holdOf(row: Row): HoldRow {
    return {
      n: row.n,
      kind: this.#kindOf.get(row.kind) ?? 'unknown',
      state: HOLD_STATES[row.state]!,
      hidden: row.hidden === 1,
      own: row.own === 1,
      live: row.live === 1,
      time: row.time,
      since: row.since,
      ruling: row.ruling === null ? null : RULINGS[row.ruling]!,
    };
  }

  /** Items that wait for their judgement, newest first [J12]. */
  waiting(limit: number): HoldRow[] {
    return this.#sql.waiting.all(limit).map((row) => this.#holdOf(row));
  }

  /** Held items that no person has reviewed yet. */
  countOpen(): number {
    return this.#sql.countOpen.get()!.count;
  }

  /** When each of them entered the queue, in milliseconds, the oldest first. */
  openSince(): number[] {
    return this.#sql.openSince.all().map(({ since }) => since);
  }

  countWaiting(): number {
    return this.#sql.countWaiting.get()!.count;
  }

  /** [J11] A new item: hidden until it is judged. Called before anything shows it. */
  arrived({ n, kind, own, live, time }: Pick<HoldRow, 'n' | 'kind' | 'own' | 'live' | 'time'>): void {
    this.#sql.put.run(n, this.#codeOf(kind), own ? 1 : 0, live ? 1 : 0, time);
  }

  /** [J15] An edited item is judged again; hidden until then. */
  again(item: Pick<HoldRow, 'n' | 'kind' | 'own' | 'live' | 'time'>): void {
    const row = this.of(item.n);
    if (row?.state === 'waiting') return;
    if (row?.hidden !== true) this.#sources.get(item.kind)?.beforeChange?.();
    // The judgement was of another text, and must not take effect when a ruling ends.
    this.judgements.drop(item.n);
    if (row) this.#sql.wait.run(item.n);
    else this.arrived(item);
    if (row?.hidden !== true) this.#sources.get(item.kind)?.hidden?.([item.n]);
    this.#changed.set(item.n, { n: item.n, kind: item.kind, shown: false, live: item.live });
  }

  /** The id of the event of an item; null if it is gone. */
  idOf(n: number): Uint8Array | null {
    return this.#sql.idOf.get(n)?.id ?? null;
  }

  /** Applies decisions to waiting or new items; rulings override them [J14]. */
  settle(settled: readonly Settled[]): void {
    const known = settled.filter(({ isNew }) => isNew === undefined);
    this.#changing(known, () => {
      for (const one of known) this.#settle(one);
    });
    for (const one of settled) if (one.isNew !== undefined) this.#settleNew(one, one.isNew);
  }

  /** Nothing counts or shows the item yet: the rest of the transaction does. */
  #settleNew(one: Settled, from: NonNullable<Settled['isNew']>): void {
    this.#settle(one);
    const { n, kind } = one;
    const shown = from !== 'own' && this.of(n)?.hidden !== true;
    this.#changed.set(n, { n, kind, shown, live: from !== 'history' });
  }

  #settle({ n, decision, worst, labels, board, kind, textTime = 0 }: Settled): void {
    const row = this.of(n);
    const ruling = this.#standing(n, kind, textTime);
    // A row is kept only for items that were once held or ruled on: most items are neither.
    if (decision === 'publish' && ruling === null && (row === null || row.since === 0)) {
      if (row) this.#sql.drop.run(n);
      return;
    }
    const state = ruling === null ? STATE_OF[decision] : RULED[ruling];
    this.#sql.settle.run(
      HOLD_STATES.indexOf(state),
      state === 'shown' ? 0 : 1,
      this.#now(),
      board,
      worst,
      labels,
      ruling === null ? null : RULINGS.indexOf(ruling),
      this.#codeOf(kind),
      n,
    );
  }

  /**
   * The rulings in effect on these items changed, or may have: visibility follows [J14]. An item whose ruling
   * ended and whose text was never judged waits to be judged [J11]. Items that are not here yet get their
   * ruling when they arrive.
   */
  reconsider(ids: readonly Uint8Array[]): void {
    const items = ids.flatMap((id) => {
      const found = this.#itemOf(id);
      return found === null ? [] : [found];
    });
    this.#changing(items, () => {
      for (const item of items) this.#reconsider(item);
    });
  }

  #reconsider({ n, kind, time }: Item): void {
    const ruling = this.#standing(n, kind);
    let row = this.of(n);
    if (!row && ruling === null) return;
    if (!row) {
      this.arrived({ n, kind, own: false, live: false, time });
      row = this.of(n)!;
    }
    if (ruling === null && row.state === 'waiting') return;
    const decision = this.judgements.of(n)?.decision;
    if (ruling === null && decision === undefined) {
      this.#sql.wait.run(n);
      return;
    }
    const state = ruling === null ? STATE_OF[decision!] : RULED[ruling];
    this.#sql.rule.run(
      HOLD_STATES.indexOf(state),
      state === 'shown' ? 0 : 1,
      ruling === null ? null : RULINGS.indexOf(ruling),
      this.#now(),
      n,
    );
  }

  /** Discards pending notifications, after a transaction was rolled back. */
  reload(): void {
    this.judgements.reload();
    this.#changed = new Map();
  }

  /** How many of an author's items are held back or were removed. */
  heldOf(author: Uint8Array): number {
    return this.#sql.heldOf.get(author)!.count;
  }

  /** The event or its bytes were removed: nothing is left to hold. */
  removed(n: number): void {
    this.#sql.drop.run(n);
    this.judgements.drop(n);
  }

  /** Changes many rows, and tells their rooms which of them are now shown or hidden. */
  #changing(items: readonly { readonly n: number; readonly kind: ItemKind }[], change: () => void): void {
    if (items.length === 0) return;
    this.#db.transaction(() => {
      for (const source of this.#sources.values()) source.beforeChange?.();
      const before = new Map(items.map(({ n }) => [n, this.of(n)]));
      change();
      const shown = new Map<ItemKind, number[]>();
      const hidden = new Map<ItemKind, number[]>();
      for (const { n, kind } of items) {
        const was = before.get(n) ?? null;
        const now = this.of(n)?.hidden === true;
        const turned = now !== (was?.hidden === true);
        if (turned) {
          const side = now ? hidden : shown;
          const rows = side.get(kind);
          if (rows) rows.push(n);
          else side.set(kind, [n]);
        }
        this.#changed.set(n, { n, kind, shown: turned && !now, live: was?.live ?? false });
      }
      for (const [kind, rows] of shown) this.#sources.get(kind)?.shown?.(rows);
      for (const [kind, rows] of hidden) this.#sources.get(kind)?.hidden?.(rows);
    });
  }

  /** [J14] The ruling that counts for the current text of an item. */
  #standing(n: number, kind: ItemKind, newTextTime = 0): RulingInEffect['ruling'] | null {
    const id = this.#sql.idOf.get(n)?.id;
    const found = id && this.#rulings.of(id);
    if (!found) return null;
    const textTime = Math.max(newTextTime, this.#sources.get(kind)?.textTime?.(n) ?? 0);
    return found.ruling === 'publish' && textTime > found.time ? null : found.ruling;
  }

  #itemOf(id: Uint8Array): Item | null {
    const event = this.#sql.eventOf.get(id);
    if (!event) return null;
    const source = this.#sourceOf(event.kind);
    return source ? { n: event.seq, kind: source.kind, time: event.time } : null;
  }

  /** Calls back when holds changed, after the change is on disk; returns how to stop listening. */
  onChange(listener: (changes: readonly HoldChange[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reports the changes since the last call; called once the transaction has committed. */
  tell(): void {
    if (this.#changed.size === 0) return;
    const changes = [...this.#changed.values()];
    this.#changed = new Map();
    for (const listener of this.#listeners) listener(changes);
  }
}
