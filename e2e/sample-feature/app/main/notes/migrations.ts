import type { Migration } from '../kernel/database.ts';

export const noteMigrations: readonly Migration[] = [
  {
    feature: 'notes',
    step: 1,
    name: 'notes',
    sql: `
      CREATE TABLE note (n INTEGER PRIMARY KEY, author INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;
      CREATE TABLE note_pin (note BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
      CREATE TABLE note_seen (one INTEGER PRIMARY KEY, upto INTEGER NOT NULL) STRICT;
    `,
  },
];
