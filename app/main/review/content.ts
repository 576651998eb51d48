import type * as contract from '../../contract/index.ts';
import { cidOf } from '../kernel/cid.ts';
import type { Database } from '../kernel/database.ts';
import type { ItemSource, ItemText } from '../moderation/index.ts';

/** An item's text and place. */
export interface ItemContent extends Omit<ItemText, 'text'> {
  readonly n: number;
  readonly id: Uint8Array;
  readonly kind: string;
  readonly author: Uint8Array;
  /** Null once it is purged. */
  readonly text: string | null;
}

export type Neighbour = contract.Outputs['review']['item']['before'][number];

interface EventRow {
  seq: number;
  id: Uint8Array;
  kind: string;
  author: Uint8Array;
  time: number;
  proved: number;
}

const EVENT =
  'SELECT e.seq, e.id, e.kind, a.key AS author, e.time, e.proved FROM event e JOIN author a ON a.n = e.author';
/** How many neighbours are read on each side of an item. */
const AROUND = 5;

/** The author of an item; null while the event is not here. */
export function authorOfItem(db: Database, item: Uint8Array): Uint8Array | null {
  return db.prepare<EventRow>(`${EVENT} WHERE e.id = ?`).get(item)?.author ?? null;
}

/** The source of each event kind that is an item. */
export const sourcesByKind = (sources: readonly ItemSource[]): ReadonlyMap<string, ItemSource> =>
  new Map(sources.flatMap((source) => source.kinds.map((kind) => [kind, source] as const)));

/** Reads items through the sources that features provide. */
export class ItemReader {
  readonly #db: Database;
  readonly #sources: ReadonlyMap<string, ItemSource>;

  constructor(db: Database, sources: readonly ItemSource[]) {
    this.#db = db;
    this.#sources = sourcesByKind(sources);
  }

  byId(id: Uint8Array): ItemContent | null {
    return this.#contentOf(this.#db.prepare<EventRow>(`${EVENT} WHERE e.id = ?`).get(id));
  }

  byRow(n: number): ItemContent | null {
    return this.#contentOf(this.#db.prepare<EventRow>(`${EVENT} WHERE e.seq = ?`).get(n));
  }

  #contentOf(row: EventRow | undefined): ItemContent | null {
    const source = row && this.#sources.get(row.kind);
    const shown = source?.show(row!.seq);
    if (!source || !shown) return null;
    const { seq: n, id, author, proved } = row!;
    return { ...shown, n, id, kind: source.kind, author, text: proved > 1 ? null : shown.text };
  }

  /** The messages directly before and after an item in the same place, oldest first. */
  around(item: ItemContent, person: (key: Uint8Array) => contract.Person) {
    const source = [...this.#sources.values()].find(({ kind }) => kind === item.kind)!;
    const side = (before: boolean): Neighbour[] => {
      const said = source
        .around(item.n, before, AROUND)
        .map(({ id, author, sourceName = null, at, text }) => ({
          id: cidOf(id),
          author: person(author),
          sourceName,
          at,
          text,
        }));
      return before ? said.reverse() : said;
    };
    return { before: side(true), after: side(false) };
  }
}
