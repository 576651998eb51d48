import { fromHex, toHex } from '../kernel/bytes.ts';
import type { Cell, Database } from '../kernel/database.ts';
import { openEvent, type LogEvent } from './event.ts';
import { PROVED } from './event-row.ts';
import { forgetKnownKinds } from './opaque-events.ts';
import { openRedacted } from './redacted-event.ts';
import { HEADS_UPTO, LogStore } from './store.ts';

/** A row of the events table from a damaged file: none of it is trusted. */
export type FoundRow = Readonly<Record<string, Cell>>;

/**
 * Fills the log of an empty database with events found in a damaged one. Author, id, time and kind are read
 * from the event itself; heads and gaps follow from the events that are there, so that peers are asked for
 * the rest.
 *
 * @returns the number of salvaged events.
 */
export function salvageEvents(db: Database, found: Iterable<FoundRow>): number {
  const insert = db.prepare(
    'INSERT OR IGNORE INTO event (seq, id, author, time, kind, stratum, proved, bytes, signature) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  return db.transaction(() => {
    const store = new LogStore(db);
    const authors = new Map<string, number>();
    const claims: { parent: string; author: number }[] = [];
    for (const row of found) {
      const event = readable(row);
      if (event === null) continue;
      const author = store.authorOf(event.author);
      const { seq, stratum, proved } = row;
      const { changes } = insert.run(
        seq!,
        event.id,
        author,
        event.time,
        event.kind,
        stratum!,
        proved!,
        event.bytes,
        event.signature,
      );
      if (changes === 0) continue;
      authors.set(toHex(event.id), author);
      for (const parent of event.parents) claims.push({ parent: toHex(parent), author });
    }
    link(db, authors, claims);
    store.setMeta(HEADS_UPTO, store.latestSeq());
    forgetKnownKinds(db);
    return authors.size;
  });
}

/** The event of a row, or null if it does not match its signature. */
function readable({ seq, stratum, proved, bytes, signature, id }: FoundRow): LogEvent | null {
  const whole =
    typeof seq === 'number' &&
    (stratum === 0 || stratum === 1) &&
    typeof proved === 'number' &&
    proved >= PROVED.byAncestry &&
    proved <= PROVED.storedRedacted &&
    bytes instanceof Uint8Array &&
    (signature === null || signature instanceof Uint8Array);
  if (!whole) return null;
  try {
    // [L14] Only its purge can tell whether a redacted event is correct; without the purge the text would
    // come back.
    if (proved >= PROVED.redacted)
      return id instanceof Uint8Array && id.length === 32 ? openRedacted(id, bytes) : null;
    const event = openEvent({ bytes, signature: signature ?? null });
    return id instanceof Uint8Array && toHex(id) === toHex(event.id) ? event : null;
  } catch {
    // Malformed events are lost here; a peer that has them brings them back.
    return null;
  }
}

/**
 * [L3] Heads are events that no later event of the same author names; gaps are parents that are named but not
 * here.
 */
function link(
  db: Database,
  authors: ReadonlyMap<string, number>,
  claims: readonly { parent: string; author: number }[],
): void {
  const addHead = db.prepare('INSERT OR IGNORE INTO head (id, author) VALUES (?, ?)');
  const addGap = db.prepare('INSERT OR IGNORE INTO gap (id, author) VALUES (?, ?)');
  const heads = new Map(authors);
  for (const { parent, author } of claims) {
    const known = authors.get(parent);
    if (known === undefined) addGap.run(fromHex(parent), author);
    else if (known === author) heads.delete(parent);
  }
  for (const [id, author] of heads) addHead.run(fromHex(id), author);
}
