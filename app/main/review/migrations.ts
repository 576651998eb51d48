import type { Migration } from '../kernel/database.ts';

/**
 * `review_act` and `review_husk` (the events that a purge names) follow from the log; `review_item` from the
 * log and from whom this node follows; `review_author` (who wrote held items) from the holds. The other
 * tables are this node's own. Open items are found by partial indexes over the holds.
 */
export const reviewMigrations: readonly Migration[] = [
  {
    feature: 'review',
    step: 1,
    release01: 45,
    name: 'review',
    sql: `
      CREATE TABLE review_act (
        n INTEGER PRIMARY KEY,
        item BLOB NOT NULL,
        act INTEGER NOT NULL,
        author INTEGER NOT NULL,
        time INTEGER NOT NULL,
        ruling INTEGER,
        target BLOB
      ) STRICT;
      CREATE INDEX review_act_by_item ON review_act (item);
      CREATE INDEX review_act_by_time ON review_act (time, n);
      CREATE INDEX review_act_by_author ON review_act (author, time, n);
      CREATE INDEX review_act_by_target ON review_act (target) WHERE target IS NOT NULL;
      CREATE INDEX review_act_purges ON review_act (n) WHERE act = 7;
      CREATE TABLE review_husk (id BLOB NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (id, n)) STRICT, WITHOUT ROWID;
      CREATE INDEX review_husk_by_purge ON review_husk (n);
      CREATE TABLE review_item (
        item BLOB PRIMARY KEY,
        ruling INTEGER,
        ruled_time INTEGER,
        raised_at INTEGER,
        claim_author INTEGER,
        claim_until INTEGER,
        appealed INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX review_item_raised ON review_item (raised_at) WHERE raised_at IS NOT NULL;
      CREATE INDEX review_item_claimed ON review_item (claim_author, claim_until) WHERE claim_author IS NOT NULL;
      CREATE TABLE review_author (n INTEGER PRIMARY KEY, author INTEGER NOT NULL) STRICT;
      CREATE INDEX review_author_by_author ON review_author (author, n);
      CREATE TABLE review_follow (author BLOB PRIMARY KEY, following INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE review_override (item BLOB PRIMARY KEY, show INTEGER NOT NULL, time INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE review_filter (id TEXT PRIMARY KEY, name TEXT NOT NULL, filter TEXT NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE review_receipt (
        purge BLOB PRIMARY KEY,
        answer INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        files INTEGER NOT NULL,
        at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX hold_open ON hold (since, n, state, ruling) WHERE state IN (1, 2) AND ruling IS NULL;
      CREATE INDEX hold_open_worst ON hold (worst, n) WHERE state IN (1, 2) AND ruling IS NULL;
      CREATE INDEX hold_open_board ON hold (board, since, n) WHERE state IN (1, 2) AND ruling IS NULL;
      CREATE INDEX hold_own ON hold (n) WHERE own = 1 AND hidden = 1;
      CREATE INDEX hold_open_quarantined ON hold (n, state, ruling) WHERE state = 2 AND ruling IS NULL;
      CREATE INDEX hold_ruled ON hold (since, n) WHERE ruling IS NOT NULL;
    `,
  },
];
