import type { Migration } from '../kernel/database.ts';

/**
 * Files that this node holds or that posts name. The bytes of chunks are stored beside the database, by hash.
 */
export const filesMigrations: readonly Migration[] = [
  {
    feature: 'files',
    step: 1,
    release01: 4,
    name: 'files',
    sql: `
      CREATE TABLE file (
        id BLOB PRIMARY KEY,
        size INTEGER NOT NULL,
        manifest BLOB,
        name TEXT NOT NULL,
        type TEXT NOT NULL,
        own INTEGER NOT NULL,
        attached INTEGER NOT NULL,
        complete INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        last_used_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX file_by_use ON file (complete, own, last_used_at);
      CREATE TABLE chunk (
        file BLOB NOT NULL,
        n INTEGER NOT NULL,
        hash BLOB NOT NULL,
        bytes INTEGER NOT NULL,
        here INTEGER NOT NULL,
        PRIMARY KEY (file, n)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX chunk_by_hash ON chunk (hash, here, bytes);
    `,
  },
  {
    feature: 'files',
    step: 2,
    name: 'files that never leave this node',
    sql: 'ALTER TABLE file ADD COLUMN private INTEGER NOT NULL DEFAULT 0;',
  },
];
