import type * as contract from '../../contract/index.ts';
import { fromHex, toHex } from '../kernel/bytes.ts';
import { cidOf } from '../kernel/cid.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/database.ts';

/** How long changes are collected before the console is told, in milliseconds. */
const TELL_AFTER_MS = 60;
/** The most items named in one change; beyond that, a view reloads everything it shows. */
const MAX_NAMED = 500;

type Change = { counts: contract.ReviewCounts; items: string[] };

export type Changes = ReturnType<typeof createChanges>;

/** Reports items that changed, in batches. */
export function createChanges({
  db,
  clock,
  counts,
}: {
  db: Database;
  clock: Clock;
  counts: () => contract.ReviewCounts;
}) {
  const listeners = new Set<(change: Change) => void>();
  const items = new Set<string>();
  const idOf = db.prepare<{ id: Uint8Array }>('SELECT id FROM event WHERE seq = ?');
  let cancel: (() => void) | null = null;

  const tell = () => {
    cancel = null;
    const change = { counts: counts(), items: Array.from(items, (hex) => cidOf(fromHex(hex))) };
    items.clear();
    for (const listener of listeners) listener(change);
  };
  const soon = () => {
    if (listeners.size > 0) cancel ??= clock.after(TELL_AFTER_MS, tell);
  };
  const note = (id: Uint8Array) => {
    if (listeners.size > 0 && items.size < MAX_NAMED) items.add(toHex(id));
  };

  return {
    /** An item has a new act. */
    acted(item: Uint8Array): void {
      note(item);
      soon();
    },
    /** Holds of these rows changed. */
    held(rows: readonly number[]): void {
      if (listeners.size === 0) return;
      for (const n of rows.slice(0, MAX_NAMED)) {
        const row = idOf.get(n);
        if (row) note(row.id);
      }
      soon();
    },
    all: soon,
    on(listener: (change: Change) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop(): void {
      cancel?.();
      listeners.clear();
    },
  };
}
