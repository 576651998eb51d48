import type * as contract from '../../contract/index.ts';
import { digestOf } from '../kernel/cid.ts';
import type { Cell, Database } from '../kernel/database.ts';
import { LABELS, HOLD_STATES, isKnownHold, type ItemSource } from '../moderation/index.ts';
import { problem } from './problems.ts';

/**
 * How many items are searched for words before a page is returned as it is, with a cursor to continue from.
 */
const MAX_LOOKED_AT = 1600;
const SLICE = 400;

/** A position in the queue. */
export interface Place {
  readonly n: number;
  /** The sort key: milliseconds, or a probability. */
  readonly key: number;
}

export interface Asking {
  readonly filter: contract.ReviewFilter;
  /** This node's person: a row of `author`. */
  readonly me: number;
  readonly nowMs: number;
  /** Row of the author in the filter, and whether they wrote so much that a scan of the queue finds it. */
  readonly author: { readonly row: number; readonly wroteMuch: boolean } | null;
}

const OPEN = 'h.state IN (1, 2) AND h.ruling IS NULL';

/** Parts of statements that depend on which features have items. */
interface ItemSql {
  /** Number of an item's kind, of an event `e` and its hold `h`, if any. */
  readonly kind: string;
  /** Whether the feature of a hold `h` is on. */
  readonly isKnown: string;
  /** Items that have acts. */
  readonly marked: string;
  /** Id of the board of an event `e` and its hold `h`, if any. */
  readonly board: string;
  readonly codes: ReadonlyMap<string, number>;
}

function itemSqlOf(db: Database, sources: readonly ItemSource[]): ItemSql {
  const quoted = (kinds: readonly string[]) => kinds.map((kind) => `'${kind}'`).join(', ');
  const cases = sources.map(({ code, kinds }) => `WHEN e.kind IN (${quoted(kinds)}) THEN ${code}`);
  const places = sources.flatMap(({ placeView }) =>
    placeView === undefined ? [] : [`(SELECT board FROM ${placeView} WHERE n = e.seq)`],
  );
  return {
    kind: `COALESCE(h.kind, CASE ${cases.join(' ')} END)`,
    isKnown: isKnownHold(db, sources, 'h.kind'),
    marked: `FROM review_item i CROSS JOIN event e ON e.id = i.item LEFT JOIN held_item h ON h.n = e.seq
      WHERE e.kind IN (${quoted(sources.flatMap(({ kinds }) => kinds))})`,
    board: places.length === 0 ? 'h.board' : `COALESCE(h.board, ${places.join(', ')})`,
    codes: new Map(sources.map(({ kind, code }) => [kind, code])),
  };
}

/** [R10] Items that wait for a person, in pages: two index scans, of held and of raised items, merged. */
export class Queue {
  readonly #db: Database;
  readonly #items: ItemSql;

  constructor(db: Database, sources: readonly ItemSource[]) {
    this.#db = db;
    this.#items = itemSqlOf(db, sources);
  }

  /** Positions after a cursor; `says` searches for the words of the filter. */
  page(
    asking: Asking,
    cursor: string | undefined,
    limit: number,
    says: (n: number) => boolean,
  ): { places: Place[]; next: string | null } {
    const from = cursor === undefined ? null : placeOf(cursor);
    if (asking.filter.words.trim() === '') return paged(this.#merged(asking, from, limit + 1), limit);
    const found: Place[] = [];
    let last = from;
    for (let looked = 0; looked < MAX_LOOKED_AT;) {
      const places = this.#merged(asking, last, SLICE);
      for (const place of places) {
        if (says(place.n)) found.push(place);
        if (found.length > limit) return paged(found, limit);
      }
      last = places.at(-1) ?? last;
      looked += places.length;
      if (places.length < SLICE) return paged(found, limit);
    }
    return { places: found, next: last && cursorOf(last) };
  }

  #merged(asking: Asking, from: Place | null, limit: number): Place[] {
    const oldestFirst = asking.filter.order === 'oldest';
    const [than, direction] = oldestFirst ? ['>', 'ASC'] : ['<', 'DESC'];
    const found = walksOf(asking, this.#items).flatMap(({ sql, key, n, values }) => {
      const after = from === null ? '' : ` AND (${key}, ${n}) ${than} (?, ?)`;
      return this.#db
        .prepare<Place>(
          `SELECT ${n} AS n, ${key} AS key ${sql}${after} ORDER BY ${key} ${direction}, ${n} ${direction} LIMIT ?`,
        )
        .all(...values, ...(from === null ? [] : [from.key, from.n]), limit);
    });
    const sign = oldestFirst ? 1 : -1;
    return found.toSorted((a, b) => sign * (a.key - b.key || a.n - b.n)).slice(0, limit);
  }

  counts(me: number, nowMs: number): contract.ReviewCounts {
    const one = (sql: string, ...values: Cell[]) =>
      this.#db.prepare<{ count: number }>(`SELECT COUNT(*) AS count ${sql}`).get(...values)!.count;
    const { isKnown, marked } = this.#items;
    const held = `FROM held_item h WHERE ${isKnown}`;
    const raised = `${marked} AND i.raised_at IS NOT NULL`;
    return {
      open: one(`${held} AND ${OPEN}`) + one(`${raised} AND (h.n IS NULL OR NOT (${OPEN}))`),
      mine: one('FROM review_item WHERE claim_author = ? AND claim_until > ?', me, nowMs),
      raised: one(raised),
      quarantined: one(`${held} AND h.state = 2 AND h.ruling IS NULL`),
      waiting: one(`${held} AND h.state = 0`),
    };
  }
}

interface Walk {
  readonly sql: string;
  readonly key: string;
  /** The row of the event, by its name in `sql`. */
  readonly n: string;
  readonly values: readonly Cell[];
}

/**
 * The index scans for a filter: held items, and raised ones beside them; or the few that are claimed or
 * raised.
 */
function walksOf(asking: Asking, items: ItemSql): Walk[] {
  const { filter, me, nowMs } = asking;
  const worst = filter.order === 'worst';
  const held = { open: OPEN, ruled: 'h.ruling IS NOT NULL', all: 'h.state > 0' }[filter.state];
  const marked = conditionsOf(asking, items, `(${items.kind})`, `(${items.board})`, 'e.author = ?');
  if (filter.claimed === 'me' || filter.raised) {
    const conditions = [
      filter.claimed === 'me' ? 'i.claim_author = ? AND i.claim_until > ?' : null,
      filter.raised ? 'i.raised_at IS NOT NULL' : null,
      filter.state === 'open' ? `(${held} OR i.raised_at IS NOT NULL)` : null,
      filter.state === 'ruled' ? held : null,
    ].filter((one) => one !== null);
    return [
      {
        sql: `${items.marked} AND ${[...conditions, ...marked.sql].join(' AND ')}`,
        key: worst ? 'COALESCE(h.worst, 0)' : 'COALESCE(i.raised_at, h.since, 0)',
        n: 'e.seq',
        values: [...(filter.claimed === 'me' ? [me, nowMs] : []), ...marked.values],
      },
    ];
  }
  const plain = conditionsOf(
    asking,
    items,
    'h.kind',
    filter.state === 'open' ? 'h.board' : `(${items.board})`,
    asking.author?.wroteMuch
      ? 'EXISTS (SELECT 1 FROM review_author w WHERE w.n = h.n AND w.author = ?)'
      : 'h.n IN (SELECT n FROM review_author WHERE author = ?)',
  );
  const walks: Walk[] = [
    {
      sql: `FROM held_item h CROSS JOIN event e ON e.seq = h.n WHERE ${[items.isKnown, held, ...plain.sql].join(' AND ')}`,
      key: worst ? 'h.worst' : 'h.since',
      n: 'h.n',
      values: plain.values,
    },
  ];
  if (filter.state !== 'ruled') {
    const beside = ['i.raised_at IS NOT NULL', `(h.n IS NULL OR NOT (${held}))`];
    walks.push({
      sql: `${items.marked} AND ${[...beside, ...marked.sql].join(' AND ')}`,
      key: worst ? 'COALESCE(h.worst, 0)' : 'i.raised_at',
      n: 'e.seq',
      values: marked.values,
    });
  }
  return walks;
}

function conditionsOf(
  { filter, nowMs, author }: Asking,
  { codes }: ItemSql,
  kind: string,
  board: string,
  by: string,
) {
  const sql: string[] = [];
  const values: Cell[] = [];
  const add = (condition: string, ...given: Cell[]) => {
    sql.push(condition);
    values.push(...given);
  };
  const places = (all: readonly string[], chosen: readonly string[]) =>
    chosen.map((one) => all.indexOf(one)).join(', ');
  if (filter.kinds.length > 0)
    add(`${kind} IN (${filter.kinds.map((one) => codes.get(one) ?? -1).join(', ')})`);
  if (filter.held.length > 0) add(`h.state IN (${places(HOLD_STATES, filter.held)})`);
  if (filter.labels.length > 0) {
    const mask = filter.labels.reduce((bits, label) => bits | (1 << LABELS.indexOf(label)), 0);
    add('(h.labels & ?) <> 0', mask);
  }
  if (filter.board !== null) add(`${board} = ?`, digestOf(filter.board));
  if (author !== null) add(by, author.row);
  if (filter.claimed === 'nobody') {
    add('NOT EXISTS (SELECT 1 FROM review_item c WHERE c.item = e.id AND c.claim_until > ?)', nowMs);
  }
  return { sql, values };
}

function paged(places: readonly Place[], limit: number): { places: Place[]; next: string | null } {
  const page = places.slice(0, limit);
  const last = page.at(-1);
  return { places: page, next: places.length > limit && last ? cursorOf(last) : null };
}

const cursorOf = ({ key, n }: Place) => `${key}_${n}`;

function placeOf(cursor: string): Place {
  const match = /^(\d{1,16}(?:\.\d{1,20})?(?:e-\d{1,3})?)_(\d{1,16})$/.exec(cursor);
  if (!match) throw problem('bad-cursor');
  return { key: Number(match[1]), n: Number(match[2]) };
}
