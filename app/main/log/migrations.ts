import type { Migration } from '../kernel/database.ts';

export const logMigrations: readonly Migration[] = [
  {
    version: 1,
    name: 'log',
    sql: `
      CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE author (n INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE) STRICT;
      CREATE TABLE event (
        seq INTEGER PRIMARY KEY,
        id BLOB NOT NULL UNIQUE,
        author INTEGER NOT NULL,
        time INTEGER NOT NULL,
        kind TEXT NOT NULL,
        stratum INTEGER NOT NULL,
        proved INTEGER NOT NULL,
        bytes BLOB NOT NULL,
        signature BLOB
      ) STRICT;
      CREATE INDEX event_order ON event (stratum, time);
      CREATE TABLE head (id BLOB PRIMARY KEY, author INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE gap (id BLOB PRIMARY KEY, author INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    `,
  },
  {
    version: 22,
    name: 'the order of events holds their ids, heads are written now and then',
    // What two nodes compare is read from the index alone, without touching a single event.
    sql: `
      DROP INDEX event_order;
      CREATE INDEX event_order ON event (stratum, time, id);
      INSERT OR REPLACE INTO meta (key, value) SELECT 'heads.upto', COALESCE(MAX(seq), 0) FROM event;
    `,
  },
];
