import { compareBytes, toHex } from '../kernel/bytes.ts';
import { othersTurn } from '../kernel/clock.ts';
import type { Database } from '../kernel/database.ts';
import { problemOf } from '../kernel/errors.ts';
import type { Verifier } from '../kernel/signer.ts';
import { signingPayload, type LogEvent } from '../log/event.ts';
import { PROVED } from '../log/event-row.ts';
import type { Log } from '../log/log.ts';
import { problem } from './problems.ts';

const SLICE_EVENTS = 200;
const MAX_FAULTS = 20;

/** A summary of faults: the first in full and the number of the others. */
export class Faults {
  readonly #lines: string[] = [];
  #more = 0;

  add(line: string): void {
    if (this.#lines.length < MAX_FAULTS) this.#lines.push(line);
    else this.#more++;
  }

  list(): string[] {
    return this.#more === 0 ? [...this.#lines] : [...this.#lines, `and ${this.#more} more`];
  }
}

/**
 * Reads every event of the log and checks its hash, its place and its proof: a later event of the same author
 * that names it, or its own signature [L3]. Other work gets its turn after every slice.
 */
export async function examineEvents(
  log: Log,
  db: Database,
  verifier: Verifier,
  faults: Faults,
): Promise<void> {
  const names = db.prepare<{ n: number; key: Uint8Array }>('SELECT n, key FROM author');
  const authors = new Map(names.all().map(({ n, key }) => [n, key]));
  const columns = db.prepare<{
    id: Uint8Array;
    author: number;
    time: number;
    kind: string;
    proved: number;
  }>('SELECT id, author, time, kind, proved FROM event WHERE seq = ?');
  const awaited = new Set<string>();
  const upTo = log.store.latestSeq();
  for (const stratum of ['authority', 'content'] as const) {
    const batches = log.store.batches(SLICE_EVENTS, stratum);
    for (;;) {
      let batch: { seq: number; event: LogEvent }[];
      try {
        const next = batches.next();
        if (next.done === true) break;
        batch = next.value;
      } catch (error) {
        // A row that cannot be decoded ends the scan of its stratum: later rows are not checked.
        faults.add(problem.fields('unreadable-event', { stratum, reason: problemOf(error).message }).message);
        break;
      }
      const unvouched: LogEvent[] = [];
      for (const { seq, event } of batch) {
        if (seq > upTo) break;
        const row = columns.get(seq);
        const author = row && authors.get(row.author);
        if (!row || compareBytes(row.id, event.id) !== 0)
          faults.add(problem.fields('wrong-hash', { row: seq }).message);
        else if (
          !author ||
          compareBytes(author, event.author) !== 0 ||
          row.time !== event.time ||
          row.kind !== event.kind
        )
          faults.add(problem.fields('wrong-place', { row: seq }).message);
        const byAuthor = toHex(event.author);
        // [L14] The text of a redacted event is gone, and so is what its signature covered.
        const proved = row?.proved ?? PROVED.byAncestry;
        if (!awaited.delete(toHex(event.id) + byAuthor) && proved < PROVED.redacted) unvouched.push(event);
        if (proved === PROVED.storedRedacted) continue;
        for (const parent of event.parents) {
          if ((log.store.seqOf(parent) ?? 0) > seq) awaited.add(toHex(parent) + byAuthor);
        }
      }
      await checkSignatures(unvouched, verifier, faults);
      if (batch.at(-1)!.seq >= upTo) break;
      await othersTurn();
    }
  }
}

async function checkSignatures(
  events: readonly LogEvent[],
  verifier: Verifier,
  faults: Faults,
): Promise<void> {
  const signed = events.flatMap((event) => (event.signature ? [{ event, signature: event.signature }] : []));
  const valid = await verifier.verify(
    signed.map(({ event, signature }) => ({
      publicKey: event.author,
      message: signingPayload(event.bytes),
      signature,
    })),
  );
  const vouched = new Set(signed.filter((_, index) => valid[index]).map(({ event }) => event));
  for (const event of events) {
    if (!vouched.has(event)) faults.add(problem.fields('unproven-event', { event: toHex(event.id) }).message);
  }
}
