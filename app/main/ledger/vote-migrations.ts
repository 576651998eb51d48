import type { Migration } from '../kernel/database.ts';

/** [K10] The vote log is a file of its own: it is in no backup, and every commit waits for the disk. */
export const voteMigrations: readonly Migration[] = [
  {
    version: 1,
    name: 'votes',
    sql: `
      CREATE TABLE voter (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        key BLOB NOT NULL,
        votes INTEGER NOT NULL,
        slot INTEGER NOT NULL,
        settled_epoch INTEGER NOT NULL,
        settled_slot INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE vote (
        epoch INTEGER NOT NULL,
        slot INTEGER NOT NULL,
        kind TEXT NOT NULL,
        bytes BLOB NOT NULL,
        PRIMARY KEY (epoch, slot, kind)
      ) STRICT, WITHOUT ROWID;
      CREATE TRIGGER no_both BEFORE INSERT ON vote
        WHEN EXISTS (
          SELECT 1 FROM vote WHERE epoch = NEW.epoch AND slot = NEW.slot
            AND ((kind = 'nullify' AND NEW.kind = 'finalise') OR (kind = 'finalise' AND NEW.kind = 'nullify'))
        )
        BEGIN SELECT RAISE(ABORT, 'nullify and finalise exclude each other'); END;
      CREATE TABLE certificate (
        epoch INTEGER NOT NULL,
        slot INTEGER NOT NULL,
        kind TEXT NOT NULL,
        bytes BLOB NOT NULL,
        PRIMARY KEY (epoch, slot, kind)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE proposal (
        hash BLOB PRIMARY KEY,
        epoch INTEGER NOT NULL,
        slot INTEGER NOT NULL,
        block BLOB NOT NULL,
        vote BLOB NOT NULL
      ) STRICT, WITHOUT ROWID;
    `,
  },
];
