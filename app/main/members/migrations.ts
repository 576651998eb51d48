import type { Migration } from '../kernel/database.ts';

/** What this node's judges said of what people call themselves. */
export const memberMigrations: readonly Migration[] = [
  {
    feature: 'members',
    step: 1,
    release01: 50,
    name: 'handles that were judged',
    sql: 'CREATE TABLE handle_judged (handle TEXT PRIMARY KEY, hidden INTEGER NOT NULL) STRICT, WITHOUT ROWID;',
  },
];
