import type { Database } from '../kernel/database.ts';
import type { HoldRow } from './holds.ts';
import type { ItemSource } from './ports.ts';

/** An item whose text is not that of its own event. */
interface Altered extends Pick<HoldRow, 'n' | 'kind' | 'time'> {
  readonly author: Uint8Array;
  /** Ticks of its current text; 0 if it has none. */
  readonly textTime: number;
}

/** The items that were edited or are gone, by row. Looks at every item. */
export function alteredItems(db: Database, sources: readonly ItemSource[]): Map<number, Altered> {
  const items = db.prepare<{ n: number; time: number; author: Uint8Array }>(
    `SELECT e.seq AS n, e.time, a.key AS author FROM event e JOIN author a ON a.n = e.author
     WHERE e.kind IN (SELECT value FROM json_each(?))`,
  );
  const found = new Map<number, Altered>();
  for (const { kind, kinds, read, textTime } of sources) {
    const textTimeOf = textTime ?? ((n: number, time: number) => (read(n) === null ? 0 : time));
    for (const item of items.iterate(JSON.stringify(kinds))) {
      const current = textTimeOf(item.n, item.time);
      if (current !== item.time) found.set(item.n, { ...item, kind, textTime: current });
    }
  }
  return found;
}

/** [L17] The items that have a text now, and had another or none before. */
export function restoredItems(
  before: ReadonlyMap<number, Altered>,
  after: ReadonlyMap<number, Altered>,
): Altered[] {
  return [...new Map([...before, ...after]).values()].filter(({ n, time }) => {
    const textTime = after.get(n)?.textTime ?? time;
    return textTime > 0 && textTime !== (before.get(n)?.textTime ?? time);
  });
}
