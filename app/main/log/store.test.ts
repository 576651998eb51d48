import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { equalBytes, toHex } from '../kernel/bytes.ts';
import type { Database } from '../kernel/database.ts';
import { sealEvent, type LogEvent } from './event.ts';
import { logMigrations } from './migrations.ts';
import { salvageEvents, type FoundRow } from './salvage.ts';
import { LogStore } from './store.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { signerOf } from '../platform/memory/test-community.ts';

const people = ['mara', 'ines'].map(signerOf);
const community = new Uint8Array(32);

interface Shape {
  readonly who: number;
  /** Which of their own earlier events it names. */
  readonly own: number[];
  /** Which of the other person's it names, as no honest node would. */
  readonly foreign: number[];
}

/** Events of two people that name up to two of their own earlier events, so that chains fork and join. */
const history = fc.array(
  fc.record<Shape>({
    who: fc.nat({ max: 1 }),
    own: fc.array(fc.nat(), { maxLength: 2 }),
    foreign: fc.array(fc.nat(), { maxLength: 1 }),
  }),
  { minLength: 1, maxLength: 150 },
);

function eventsOf(shape: readonly Shape[]): LogEvent[] {
  const written: LogEvent[][] = [[], []];
  return shape.map(({ who, own, foreign }, time) => {
    const [mine, theirs] = [written[who]!, written[1 - who]!];
    const named = (all: LogEvent[], places: number[]) =>
      all.length > 0 ? places.map((at) => all[at % all.length]!.id) : [];
    const parents = [...new Set([...named(mine, own), ...named(theirs, foreign)])];
    const event = sealEvent(
      {
        community,
        author: people[who]!.publicKey,
        time,
        parents: parents.toSorted((a, b) => Buffer.compare(a, b)),
        kind: 'note',
        body: {},
      },
      people[who]!,
    );
    mine.push(event);
    return event;
  });
}

/** The heads of a person by the rule: their events that none of their events names. */
function headsOf(events: readonly LogEvent[], person: Uint8Array): string[] {
  const own = events.filter(({ author }) => equalBytes(author, person));
  const named = new Set(own.flatMap(({ parents }) => parents.map(toHex)));
  return own
    .map(({ id }) => toHex(id))
    .filter((id) => !named.has(id))
    .toSorted();
}

const storedHeads = (store: LogStore) =>
  people.map(({ publicKey }) => store.headsOf(publicKey, 1000).map(toHex));

test('[L4] heads are the events that no other by their author names, also after a start that finds the last ones unwritten', () => {
  fc.assert(
    fc.property(history, fc.nat({ max: 40 }), fc.boolean(), (shape, batch, reversed) => {
      const events = eventsOf(shape);
      const db = openDatabase(':memory:', logMigrations);
      let store = new LogStore(db);
      const order = reversed ? events.toReversed() : events;
      for (let at = 0; at < order.length; at += batch + 1) {
        db.transaction(() => {
          for (const event of order.slice(at, at + batch + 1)) store.insert(event, 'content', true);
          store.settle();
        });
        if (at % 3 === 0) store = new LogStore(db);
      }
      const heads = people.map(({ publicKey }) => headsOf(events, publicKey));
      expect(storedHeads(store)).toEqual(heads);
      expect(storedHeads(new LogStore(db))).toEqual(heads);
      expect([store.gaps(), new LogStore(db).gaps()]).toEqual([0, 0]);
      db.close();
    }),
    { numRuns: 150 },
  );
});

test('[L4] an event that is filed in redacted form leaves the heads of other people', () => {
  const [first, last] = eventsOf([
    { who: 0, own: [], foreign: [] },
    { who: 1, own: [], foreign: [0] },
  ]);
  const store = new LogStore(openDatabase(':memory:', logMigrations));
  store.insert(first!, 'content', true);
  store.file({ ...last!, signature: null }, 'content');
  expect(storedHeads(store)).toEqual([[toHex(first!.id)], [toHex(last!.id)]]);
});

test('[L3] the heads and gaps of salvaged events are those of their authors', () => {
  fc.assert(
    fc.property(history, fc.infiniteStream(fc.boolean()), fc.boolean(), (shape, keep, reversed) => {
      const events = eventsOf(shape).filter(() => keep.next().value);
      // Catch-up stores the newest first.
      const held = reversed ? events.toReversed() : events;
      const [whole, salvaged] = [
        openDatabase(':memory:', logMigrations),
        openDatabase(':memory:', logMigrations),
      ];
      const store = new LogStore(whole);
      for (const event of held) store.insert(event, 'content', true);
      salvageEvents(salvaged, whole.prepare<FoundRow>('SELECT * FROM event ORDER BY seq').all());
      const after = new LogStore(salvaged);
      expect(storedHeads(after)).toEqual(storedHeads(store));
      expect(gapsOf(salvaged)).toEqual(gapsOf(whole));
      expect(after.gaps()).toBe(store.gaps());
      whole.close();
      salvaged.close();
    }),
    { numRuns: 50 },
  );
});

/** The missing events, each with the key of everybody who names it. */
const gapsOf = (db: Database) =>
  db
    .prepare<{ gap: string }>(
      "SELECT hex(gap.id) || ' ' || hex(key) AS gap FROM gap JOIN author ON n = gap.author ORDER BY 1",
    )
    .all()
    .map(({ gap }) => gap);
