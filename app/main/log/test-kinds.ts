import * as z from 'zod';
import { toHex } from '../kernel/bytes.ts';
import type { Database } from '../kernel/database.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import type { Role } from '../kernel/roles.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { personOf, verifier } from '../sim/test-world.ts';
import { VirtualClock } from '../platform/memory/clock.ts';
import { sealEvent, type LogEvent } from './event.ts';
import type { AdmissionHook, Kind, Projection } from './kinds.ts';
import { Log } from './log.ts';
import { logMigrations } from './migrations.ts';
import { LogStore } from './store.ts';

const text = z.strictObject({ text: z.string().max(20) });
const redacted = () => ({ text: '' });
export const KINDS: readonly Kind[] = [
  { name: 'test.note', stratum: 'content', body: text, leastRole: 'member', redacted },
  { name: 'poll.open', stratum: 'content', body: text, leastRole: 'moderator', redacted },
  { name: 'poll.vote', stratum: 'content', body: text, leastRole: 'guest', redacted },
  { name: 'authority/poll.rule', stratum: 'authority', body: text, leastRole: 'co-sysop' },
];
export const ALL = KINDS.map(({ name }) => name);
export const FIRST = ALL.slice(0, 1);

export const NOW = 1_700_000_000_000;
export const community = new Uint8Array(32).fill(7);
export const people: Record<string, Role> = {
  sysop: 'sysop',
  moderator: 'moderator',
  member: 'member',
  guest: 'guest',
};
export const roleOf = new Map(
  Object.entries(people).map(([name, role]) => [toHex(personOf(name).publicKey), role]),
);
/** When somebody's role ends, in ticks. */
export const roleEnds = new Map<string, number>();

/** Rows of a table, and a second table that follows them by row number, as counters and the search index do. */
class Shown implements Projection {
  readonly kinds: readonly Kind[];
  readonly #db: Database;

  constructor(db: Database, known: readonly string[]) {
    this.#db = db;
    this.kinds = KINDS.filter(({ name }) => known.includes(name));
  }

  apply(event: LogEvent, seq: number): void {
    this.#db.prepare('INSERT INTO shown (n, id, kind) VALUES (?, ?, ?)').run(seq, event.id, event.kind);
  }

  revoke(_event: LogEvent, seq: number): void {
    const { changes } = this.#db.prepare('DELETE FROM shown WHERE n = ?').run(seq);
    if (changes !== 1) throw new Error('an event was revoked that was not applied');
    this.#db.prepare('DELETE FROM followed WHERE n = ?').run(seq);
  }

  settle(): void {
    this.#db
      .exec(`INSERT INTO followed SELECT n FROM shown WHERE kind NOT LIKE 'authority/%' AND n > (SELECT n FROM upto);
      UPDATE upto SET n = MAX(n, (SELECT COALESCE(MAX(n), 0) FROM followed))`);
  }

  clear(): void {
    this.#db.exec('DELETE FROM shown; DELETE FROM followed; UPDATE upto SET n = 0');
  }

  dump(): Iterable<unknown> {
    return this.#db
      .prepare<{ id: Uint8Array; kind: string; followed: number }>(
        'SELECT id, kind, n IN (SELECT n FROM followed) AS followed FROM shown ORDER BY id',
      )
      .all()
      .map(({ id, kind, followed }) => [id, kind, followed]);
  }
}

/** A node that can be opened again with other kinds. */
export class Node {
  readonly db = openDatabase(':memory:', logMigrations);
  readonly hooked: string[] = [];
  readonly unhooked: string[] = [];
  readonly clock = new VirtualClock(NOW);
  log!: Log;

  constructor(known: readonly string[] = ALL) {
    this.db.exec(
      'CREATE TABLE shown (n INTEGER PRIMARY KEY, id BLOB, kind TEXT); CREATE TABLE followed (n INTEGER PRIMARY KEY); CREATE TABLE upto (n INTEGER); INSERT INTO upto VALUES (0)',
    );
    this.open(known);
  }

  open(known: readonly string[]): void {
    const admissionHook: AdmissionHook = {
      stored: (event) => void this.hooked.push(toHex(event.id)),
      removed: (event) => void this.unhooked.push(toHex(event.id)),
      reload() {},
    };
    this.log = new Log({
      db: this.db,
      store: new LogStore(this.db),
      clock: this.clock,
      verifier,
      community,
      genesisTime: ticksOf(NOW - 1000),
      projections: [new Shown(this.db, known)],
      authority: {
        roleAt: (key, time) => {
          const hex = toHex(key);
          return time < (roleEnds.get(hex) ?? Infinity) ? (roleOf.get(hex) ?? null) : null;
        },
        knows: (key) => roleOf.has(toHex(key)),
      },
      admissionHook,
    });
    this.log.opened();
  }

  async take(...events: LogEvent[]): Promise<string[]> {
    const { refusals } = await this.log.admit(events, 'live');
    return refusals.map((refusal) => (refusal ? `${refusal.verdict} ${refusal.code}` : 'stored'));
  }

  get digests(): string[] {
    return [toHex(this.log.digest()), toHex(this.log.stateDigest())];
  }
}

let ticks = ticksOf(NOW);
export const write = (
  by: string,
  kind: string,
  body: object = { text: 'x' },
  parents: readonly LogEvent[] = [],
) =>
  sealEvent(
    {
      community,
      author: personOf(by).publicKey,
      time: ticks++,
      parents: parents.map(({ id }) => id),
      kind,
      body,
    },
    personOf(by),
  );
