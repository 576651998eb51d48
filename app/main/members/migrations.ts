import type { Migration } from '../kernel/database.ts';

/** How this node judged the handles of members. */
export const memberMigrations: readonly Migration[] = [
  {
    feature: 'members',
    step: 1,
    release01: 50,
    name: 'handles that were judged',
    sql: 'CREATE TABLE handle_judged (handle TEXT PRIMARY KEY, hidden INTEGER NOT NULL) STRICT, WITHOUT ROWID;',
  },
];
