import type { Database } from '../kernel/database.ts';
import { openEvent, type LogEvent } from './event.ts';
import { openRedacted } from './redacted-event.ts';

/**
 * Column `proved`: proven by a later event or by its signature; redacted from an event that was here, or
 * filed by a purge.
 */
export const PROVED = { byAncestry: 0, bySignature: 1, redacted: 2, storedRedacted: 3 } as const;

/** The columns of a row that make up the event. */
export interface EventRow {
  seq: number;
  id: Uint8Array;
  proved: number;
  bytes: Uint8Array;
  signature: Uint8Array | null;
}

/** A row of the table of events, decoded. */
export function opened({ id, proved, bytes, signature }: Omit<EventRow, 'seq'>): LogEvent {
  return proved >= PROVED.redacted ? openRedacted(id, bytes) : openEvent({ bytes, signature });
}

/** [L14] Replaces a stored event by its redacted form. Returns how many bytes were removed. */
export function purgeRow(db: Database, seq: number, redacted: Uint8Array): number {
  const row = db
    .prepare<{ size: number }>(
      'SELECT LENGTH(bytes) + COALESCE(LENGTH(signature), 0) AS size FROM event WHERE seq = ?',
    )
    .get(seq)!;
  db.prepare(`UPDATE event SET bytes = ?, signature = NULL, proved = ${PROVED.redacted} WHERE seq = ?`).run(
    redacted,
    seq,
  );
  return row.size - redacted.length;
}

/** Those of the given events that are proven by ancestry alone although their signature is here. */
export function uncheckedOf(db: Database, ids: readonly Uint8Array[]): LogEvent[] {
  const byId = db.prepare<Omit<EventRow, 'seq'>>(
    `SELECT id, proved, bytes, signature FROM event WHERE id = ? AND proved = ${PROVED.byAncestry} AND signature IS NOT NULL`,
  );
  return ids.flatMap((id) => {
    const row = byId.get(id);
    return row ? [opened(row)] : [];
  });
}

/** The signature of an event was checked and is valid: from now on it is passed on [L3]. */
export function markChecked(db: Database, id: Uint8Array): void {
  db.prepare(
    `UPDATE event SET proved = ${PROVED.bySignature} WHERE id = ? AND proved = ${PROVED.byAncestry}`,
  ).run(id);
}
