import type { Migration } from '../kernel/database.ts';

/**
 * This node's judgements of messages by others. They do not follow from the log and are kept through rebuilds
 * and repairs.
 */
export const moderationMigrations: readonly Migration[] = [
  {
    feature: 'moderation',
    step: 1,
    release01: 40,
    name: 'moderation',
    // `hold`: one row for every item that is, or once was, held; see holds.ts for the numbers. `judgement`:
    // the results of models and rules, for all held items and the latest published ones.
    sql: `
      CREATE TABLE hold (
        n INTEGER PRIMARY KEY,
        state INTEGER NOT NULL,
        hidden INTEGER NOT NULL,
        kind INTEGER NOT NULL,
        own INTEGER NOT NULL,
        live INTEGER NOT NULL,
        time INTEGER NOT NULL,
        since INTEGER NOT NULL DEFAULT 0,
        board BLOB,
        worst REAL NOT NULL DEFAULT 0,
        labels INTEGER NOT NULL DEFAULT 0,
        ruling INTEGER
      ) STRICT;
      CREATE INDEX hold_waiting ON hold (time) WHERE state = 0;
      CREATE INDEX hold_held ON hold (since) WHERE state > 0;
      CREATE TABLE judgement (
        n INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        time INTEGER NOT NULL,
        board BLOB,
        decision INTEGER NOT NULL,
        stage INTEGER NOT NULL,
        scrutiny INTEGER NOT NULL,
        found INTEGER NOT NULL,
        cut INTEGER NOT NULL,
        language TEXT,
        scores BLOB,
        detail TEXT
      ) STRICT;
      CREATE INDEX judgement_published ON judgement (time) WHERE detail IS NULL;
      CREATE TABLE moderation_scope (
        board BLOB PRIMARY KEY,
        bounds TEXT,
        calibration TEXT,
        calibrated_at INTEGER
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE moderation_list (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        decision TEXT NOT NULL,
        active INTEGER NOT NULL,
        added_at INTEGER NOT NULL,
        entries TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE moderation_hour (
        hour INTEGER PRIMARY KEY,
        publish INTEGER NOT NULL DEFAULT 0,
        queue INTEGER NOT NULL DEFAULT 0,
        quarantine INTEGER NOT NULL DEFAULT 0,
        latency BLOB NOT NULL,
        scores BLOB NOT NULL
      ) STRICT;
    `,
  },
  {
    feature: 'moderation',
    step: 2,
    release01: 51,
    name: 'pictures that were not here when their post was judged',
    sql: 'CREATE TABLE picture_unseen (file BLOB NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (file, n)) STRICT, WITHOUT ROWID;',
  },
  {
    feature: 'moderation',
    step: 3,
    name: 'calibrations by label',
    sql: `UPDATE moderation_scope SET calibration = replace(calibration, '"heads":', '"labels":') WHERE calibration IS NOT NULL;`,
  },
  {
    feature: 'moderation',
    step: 4,
    name: 'a view of holds for other features',
    sql: `CREATE VIEW held_item AS
      SELECT n, state, hidden, kind, own, live, time, since, board, worst, labels, ruling FROM hold;`,
  },
  {
    feature: 'moderation',
    step: 5,
    name: 'judgements of other nodes',
    // `judge`: whose judgements were taken over, and how often they were right. `judged_by`: the items that are shown by a
    // judgement of somebody else. `key`: what a judgement is bound to, if others may have it.
    sql: `
      ALTER TABLE judgement ADD COLUMN key BLOB;
      CREATE TABLE judge (
        n INTEGER PRIMARY KEY,
        key BLOB NOT NULL UNIQUE,
        choice INTEGER,
        sampled INTEGER NOT NULL DEFAULT 0,
        disagreed INTEGER NOT NULL DEFAULT 0,
        distrusted_at INTEGER
      ) STRICT;
      CREATE TABLE judged_by (n INTEGER PRIMARY KEY, judge INTEGER NOT NULL) STRICT;
    `,
  },
  {
    feature: 'moderation',
    step: 6,
    name: 'imported posts among the figures',
    sql: 'ALTER TABLE moderation_hour ADD COLUMN imported INTEGER NOT NULL DEFAULT 0;',
  },
];
