import type { Migration } from '../kernel/database.ts';

export const logMigrations: readonly Migration[] = [
  {
    feature: 'log',
    step: 1,
    release01: 1,
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
    feature: 'log',
    step: 2,
    release01: 22,
    name: 'the order of events holds their ids, heads are written now and then',
    // The comparison of two nodes reads this index alone and no event.
    sql: `
      DROP INDEX event_order;
      CREATE INDEX event_order ON event (stratum, time, id);
      INSERT OR REPLACE INTO meta (key, value) SELECT 'heads.upto', COALESCE(MAX(seq), 0) FROM event;
    `,
  },
  {
    feature: 'log',
    step: 3,
    release01: 34,
    name: 'which events the ledger has anchored',
    // Triggers keep it correct: a row that was removed may come back with another number.
    sql: `
      CREATE TABLE event_anchor (seq INTEGER PRIMARY KEY, height INTEGER NOT NULL) STRICT;
      CREATE TABLE anchor_awaited (id BLOB PRIMARY KEY, height INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TRIGGER event_came AFTER INSERT ON event
        WHEN EXISTS (SELECT 1 FROM anchor_awaited WHERE id = NEW.id)
      BEGIN
        INSERT INTO event_anchor (seq, height) SELECT NEW.seq, height FROM anchor_awaited WHERE id = NEW.id;
        DELETE FROM anchor_awaited WHERE id = NEW.id;
      END;
      CREATE TRIGGER event_went AFTER DELETE ON event
      BEGIN
        INSERT OR REPLACE INTO anchor_awaited (id, height)
          SELECT OLD.id, height FROM event_anchor WHERE seq = OLD.seq;
        DELETE FROM event_anchor WHERE seq = OLD.seq;
        UPDATE meta SET value = MIN(value, OLD.seq - 1) WHERE key = 'anchors.upto';
      END;
    `,
  },
  {
    feature: 'log',
    step: 4,
    name: 'which events no projection takes',
    sql: `
      CREATE TABLE opaque_event (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL) STRICT;
      CREATE INDEX opaque_event_kind ON opaque_event (kind);
      CREATE TRIGGER opaque_event_went AFTER DELETE ON event
        WHEN EXISTS (SELECT 1 FROM opaque_event WHERE seq = OLD.seq)
      BEGIN
        DELETE FROM opaque_event WHERE seq = OLD.seq;
      END;
    `,
  },
  {
    feature: 'log',
    step: 5,
    name: 'which of those were applied before their kind was lost',
    sql: 'ALTER TABLE opaque_event ADD COLUMN applied INTEGER NOT NULL DEFAULT 0;',
  },
  {
    feature: 'log',
    step: 6,
    name: 'a missing event may be named by several authors',
    // Whom the old table left out is not recovered: what they name needs its own signature, as before.
    sql: `
      ALTER TABLE gap RENAME TO gap_before;
      CREATE TABLE gap (id BLOB NOT NULL, author INTEGER NOT NULL, PRIMARY KEY (id, author)) STRICT, WITHOUT ROWID;
      INSERT INTO gap SELECT id, author FROM gap_before;
      DROP TABLE gap_before;
    `,
  },
];
