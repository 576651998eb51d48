import type { Migration } from '../kernel/database.ts';

/** Lines are a projection of the log; callers are this node's own observations and survive a rebuild. */
export const chatMigrations: readonly Migration[] = [
  {
    feature: 'chat',
    step: 1,
    release01: 3,
    name: 'chat',
    sql: `
      CREATE TABLE chat_line (n INTEGER PRIMARY KEY, author INTEGER NOT NULL, at INTEGER NOT NULL, time INTEGER NOT NULL) STRICT;
      CREATE INDEX chat_line_order ON chat_line (time, n);
      CREATE TABLE caller (
        n INTEGER PRIMARY KEY,
        author BLOB NOT NULL,
        node TEXT NOT NULL,
        at INTEGER NOT NULL,
        heard_at INTEGER NOT NULL,
        left_at INTEGER
      ) STRICT;
      CREATE INDEX caller_by_author ON caller (author, n);
    `,
  },
];
