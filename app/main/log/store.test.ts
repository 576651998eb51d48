import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { toHex } from '../kernel/bytes.ts';
import { sealEvent, type LogEvent } from './event.ts';
import { logMigrations } from './migrations.ts';
import { LogStore } from './store.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { signerOf } from '../platform/memory/test-community.ts';

const people = ['mara', 'ines'].map(signerOf);
const community = new Uint8Array(32);

/** Events of two people that name up to two of their own earlier events, so that chains fork and join. */
const history = fc.array(fc.tuple(fc.nat({ max: 1 }), fc.array(fc.nat(), { maxLength: 2 })), {
  minLength: 1,
  maxLength: 150,
});

function eventsOf(shape: readonly (readonly [number, number[]])[]): LogEvent[] {
  const own: LogEvent[][] = [[], []];
  return shape.map(([who, above], time) => {
    const mine = own[who]!;
    const parents = [...new Set(above.filter(() => mine.length > 0).map((at) => mine[at % mine.length]!.id))];
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

test('[L4] heads are the events that no other names, also after a start that finds the last ones unwritten', () => {
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
      const named = new Set(events.flatMap(({ parents }) => parents.map(toHex)));
      for (const { publicKey } of people) {
        const heads = events
          .filter(({ id, author }) => Buffer.compare(author, publicKey) === 0 && !named.has(toHex(id)))
          .map(({ id }) => toHex(id))
          .toSorted();
        expect(store.headsOf(publicKey, 1000).map(toHex)).toEqual(heads);
        expect(new LogStore(db).headsOf(publicKey, 1000).map(toHex)).toEqual(heads);
      }
      expect(new LogStore(db).gaps()).toBe(0);
      db.close();
    }),
    { numRuns: 150 },
  );
});
