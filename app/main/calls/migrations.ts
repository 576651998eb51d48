import type { Migration } from '../kernel/database.ts';

/** Rows are a projection of the log, one for each event, so that the order of arrival does not matter. */
export const callMigrations: readonly Migration[] = [
  {
    feature: 'calls',
    step: 1,
    name: 'rooms of calls',
    sql: `
      CREATE TABLE call_room (
        n INTEGER PRIMARY KEY, author INTEGER NOT NULL, at INTEGER NOT NULL, time INTEGER NOT NULL, board BLOB
      ) STRICT;
      CREATE TABLE call_act (
        n INTEGER PRIMARY KEY, room BLOB NOT NULL, author INTEGER NOT NULL, act TEXT NOT NULL, time INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX call_act_by_room ON call_act (room, act, time);
    `,
  },
  {
    feature: 'calls',
    step: 2,
    name: 'recordings of calls',
    // `details` is JSON: the tracks, the people and the lines.
    sql: `
      CREATE TABLE call_recording (
        id TEXT PRIMARY KEY, room BLOB NOT NULL, title TEXT NOT NULL, started_at INTEGER NOT NULL,
        ended_at INTEGER, state TEXT NOT NULL, bytes INTEGER NOT NULL, problem TEXT, details TEXT NOT NULL
      ) STRICT;
    `,
  },
];
