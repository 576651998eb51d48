import { toHex } from '../../kernel/bytes.ts';
import type { Database, Statement } from '../../kernel/database.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { placeOfKey, type OrderedState } from '../types/state.ts';
import { decodePage, encodePage } from './state-page.ts';
import { foldSlots, slotHash, updateMap, type Page, type PageSource, type Slot } from './state-map.ts';

/** The number of entries, and of pages, cached in memory. */
const CACHED = 50_000;

/** A state with its authenticated map: the final one, or one built on it. */
export interface ProvableState extends OrderedState, PageSource {}

export function rootOf(state: PageSource): Uint8Array {
  return slotHash(state.top);
}

/** [E5] The state after a block that is not final yet: its changes over the parent's state. */
export class Overlay implements ProvableState {
  readonly changes: ReadonlyMap<string, Uint8Array | null>;
  readonly top: Slot;
  readonly pages: ReadonlyMap<string, Page | null>;
  /** Replaced by the store once the block below is final. */
  base: ProvableState;

  constructor(base: ProvableState, changes: ReadonlyMap<string, Uint8Array | null>) {
    this.base = base;
    this.changes = changes;
    const places = new Map<string, Uint8Array | null>();
    for (const [key, value] of changes) places.set(toHex(placeOfKey(key)), value && sha256(value));
    const { top, pages } = updateMap(base, places);
    this.top = top;
    this.pages = pages;
  }

  get(key: string): Uint8Array | null {
    const changed = this.changes.get(key);
    return changed === undefined ? this.base.get(key) : changed;
  }

  keysBetween(from: string, to: string, limit: number): string[] {
    const changed = new Set([...this.changes.keys()].filter((key) => key >= from && key < to));
    const below = this.base.keysBetween(from, to, limit + changed.size);
    if (changed.size === 0) return below;
    const kept = below.filter((key) => !changed.has(key));
    for (const key of changed) if (this.changes.get(key) !== null) kept.push(key);
    return kept.sort().slice(0, limit);
  }

  page(path: string): Page | null {
    const changed = this.pages.get(path);
    return changed === undefined ? this.base.page(path) : changed;
  }
}

/** The final state in SQLite. */
export class StateStore implements ProvableState {
  readonly #db: Database;
  readonly #entries = new Map<string, Uint8Array | null>();
  readonly #pages = new Map<string, Page | null>();
  readonly #readEntry: Statement<{ value: Uint8Array }>;
  readonly #readKeys: Statement<{ key: string }>;
  readonly #readPage: Statement<{ slots: Uint8Array }>;
  #top: Slot | undefined;

  constructor(db: Database) {
    this.#db = db;
    this.#readEntry = db.prepare('SELECT value FROM ledger_entry WHERE key = ?');
    this.#readKeys = db.prepare(
      'SELECT key FROM ledger_entry WHERE key >= ? AND key < ? ORDER BY key LIMIT ?',
    );
    this.#readPage = db.prepare('SELECT slots FROM ledger_page WHERE path = ?');
  }

  get top(): Slot {
    return (this.#top ??= this.#readTop());
  }

  get(key: string): Uint8Array | null {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const value = this.#readEntry.get(key)?.value ?? null;
    remember(this.#entries, key, value);
    return value;
  }

  keysBetween(from: string, to: string, limit: number): string[] {
    const rows = this.#readKeys.all(from, to, limit);
    return rows.map(({ key }) => key);
  }

  page(path: string): Page | null {
    const known = this.#pages.get(path);
    if (known !== undefined) return known;
    const row = this.#readPage.get(path);
    const page = row ? decodePage(row.slots) : null;
    remember(this.#pages, path, page);
    return page;
  }

  /** Makes an overlay directly on this state final; inside the caller's transaction. */
  commit({ changes, pages, top }: Overlay): void {
    const putEntry = this.#db.prepare(
      'INSERT INTO ledger_entry (key, place, value) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    );
    const dropEntry = this.#db.prepare('DELETE FROM ledger_entry WHERE key = ?');
    const putPage = this.#db.prepare('INSERT OR REPLACE INTO ledger_page (path, slots) VALUES (?, ?)');
    const dropPage = this.#db.prepare('DELETE FROM ledger_page WHERE path = ?');
    for (const [key, value] of changes) {
      if (value === null) dropEntry.run(key);
      else putEntry.run(key, placeOfKey(key), value);
      remember(this.#entries, key, value);
    }
    for (const [path, page] of pages) {
      if (page === null) dropPage.run(path);
      else putPage.run(path, encodePage(page));
      remember(this.#pages, path, page);
    }
    this.#top = top;
  }

  /** Clears the caches after a transaction that was rolled back. */
  forget(): void {
    this.#entries.clear();
    this.#pages.clear();
    this.#top = undefined;
  }

  clear(): void {
    this.#db.exec('DELETE FROM ledger_entry; DELETE FROM ledger_page;');
    this.forget();
  }

  count(): number {
    return this.#db.prepare<{ n: number }>('SELECT COUNT(*) AS n FROM ledger_entry').get()!.n;
  }

  /** Entries whose place begins with some bits, in order of their places. */
  entriesBetween(from: Uint8Array, to: Uint8Array | null): { key: string; value: Uint8Array }[] {
    const rows = 'SELECT key, value FROM ledger_entry WHERE place >= ?';
    return to === null
      ? this.#db.prepare<{ key: string; value: Uint8Array }>(`${rows} ORDER BY place`).all(from)
      : this.#db
          .prepare<{ key: string; value: Uint8Array }>(`${rows} AND place < ? ORDER BY place`)
          .all(from, to);
  }

  /** Entries whose key begins with a prefix, in order of their keys. */
  entriesUnder(prefix: string): { key: string; value: Uint8Array }[] {
    return this.#db
      .prepare<{ key: string; value: Uint8Array }>(
        'SELECT key, value FROM ledger_entry WHERE key >= ? AND key < ? ORDER BY key',
      )
      .all(prefix, `${prefix.slice(0, -1)}${String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)}`);
  }

  /** A state of one entry has no page; with more entries, the root page is enough. */
  #readTop(): Slot {
    const page = this.page('');
    if (page) return foldSlots(page);
    const row = this.#db
      .prepare<{ place: Uint8Array; value: Uint8Array }>('SELECT place, value FROM ledger_entry LIMIT 1')
      .get();
    return row ? { place: row.place, value: sha256(row.value) } : null;
  }
}

function remember<T>(cache: Map<string, T>, key: string, value: T): void {
  if (cache.size >= CACHED) cache.clear();
  cache.set(key, value);
}
