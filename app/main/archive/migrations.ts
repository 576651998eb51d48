import type { Migration } from '../kernel/database.ts';

/** Where this node keeps the mails of imports as they came: a piece of a packed file of the file store. */
export const archiveMigrations: readonly Migration[] = [
  {
    feature: 'archive',
    step: 1,
    name: 'originals of imported mails',
    sql: `
      CREATE TABLE archive_original (
        message TEXT PRIMARY KEY,
        pack BLOB NOT NULL,
        start INTEGER NOT NULL,
        length INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX archive_original_by_pack ON archive_original (pack, start);
    `,
  },
];
