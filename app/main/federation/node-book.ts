import { toHex } from '../kernel/bytes.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/database.ts';
import { readRecord, type NodeRecord } from './node-record.ts';

/** [N3] The most records kept, in all and of one member's nodes. */
export const MAX_RECORDS = 1000;
export const MAX_PER_MEMBER = 4;
/** [N3] Older records are dropped. */
const MAX_AGE_MS = 14 * 86_400_000;

interface Row {
  readonly bytes: Uint8Array;
  readonly member_signature: Uint8Array;
  readonly node_signature: Uint8Array;
}

/** The newest record of each node, in memory and on disk. Callers verify records before they store them. */
export class NodeBook {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #records = new Map<string, NodeRecord>();
  readonly #listeners = new Set<(record: NodeRecord) => void>();

  constructor(db: Database, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
    const rows = db
      .prepare<Row>('SELECT bytes, member_signature, node_signature FROM node_record ORDER BY time')
      .all();
    for (const { bytes, member_signature, node_signature } of rows) {
      const record = readRecord([bytes, member_signature, node_signature]);
      this.#records.set(record.peer, record);
    }
    this.#dropOld();
  }

  get(peer: string): NodeRecord | null {
    return this.#records.get(peer) ?? null;
  }

  /** All records within the age limit, the most recently signed first. */
  list(): NodeRecord[] {
    const oldest = this.#clock.now() - MAX_AGE_MS;
    return [...this.#records.values()]
      .filter(({ time }) => time >= oldest)
      .toSorted((a, b) => b.time - a.time);
  }

  /**
   * [N3] Stores a genuine record if it is the newest of its node and within the limits; returns whether it
   * was stored.
   */
  put(record: NodeRecord): boolean {
    const known = this.#records.get(record.peer);
    if (known !== undefined && known.sequence >= record.sequence) return false;
    if (record.time < this.#clock.now() - MAX_AGE_MS) return false;
    this.#records.set(record.peer, record);
    const [bytes, ofMember, ofNode] = record.sealed;
    this.#db.transaction(() => {
      this.#db
        .prepare(
          'INSERT OR REPLACE INTO node_record (peer, time, bytes, member_signature, node_signature) VALUES (?, ?, ?, ?, ?)',
        )
        .run(record.peer, record.time, bytes, ofMember, ofNode);
      const member = toHex(record.publicKey);
      this.#limit(
        this.list().filter((one) => toHex(one.publicKey) === member),
        MAX_PER_MEMBER,
      );
      this.#limit(this.list(), MAX_RECORDS);
      this.#dropOld();
    });
    if (this.#records.get(record.peer) !== record) return false;
    for (const listener of this.#listeners) listener(record);
    return true;
  }

  /**
   * Calls back with each record that is new or replaced an older one; returns a function that unsubscribes.
   */
  onRecord(listener: (record: NodeRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #limit(newestFirst: readonly NodeRecord[], limit: number): void {
    for (const { peer } of newestFirst.slice(limit)) this.#drop(peer);
  }

  #dropOld(): void {
    const oldest = this.#clock.now() - MAX_AGE_MS;
    for (const { peer, time } of this.#records.values()) if (time < oldest) this.#drop(peer);
  }

  #drop(peer: string): void {
    this.#records.delete(peer);
    this.#db.prepare('DELETE FROM node_record WHERE peer = ?').run(peer);
  }
}
