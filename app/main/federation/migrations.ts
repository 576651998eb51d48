import type { Migration } from '../kernel/database.ts';

export const federationMigrations: readonly Migration[] = [
  {
    feature: 'federation',
    step: 1,
    release01: 20,
    name: 'federation',
    sql: `
      CREATE TABLE invite (
        id BLOB PRIMARY KEY,
        secret_hash BLOB NOT NULL,
        role TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        uses_left INTEGER NOT NULL,
        issued_by BLOB NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE invite_use (
        invite BLOB NOT NULL REFERENCES invite (id) ON DELETE CASCADE,
        member BLOB NOT NULL,
        handle TEXT NOT NULL,
        used_at INTEGER NOT NULL,
        PRIMARY KEY (invite, member)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE peer_address (
        address TEXT PRIMARY KEY,
        peer TEXT,
        name TEXT,
        last_ok_at INTEGER,
        failures INTEGER NOT NULL DEFAULT 0
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    feature: 'federation',
    step: 2,
    release01: 52,
    name: 'node records',
    sql: `
      CREATE TABLE node_record (
        peer TEXT PRIMARY KEY,
        time INTEGER NOT NULL,
        bytes BLOB NOT NULL,
        member_signature BLOB NOT NULL,
        node_signature BLOB NOT NULL
      ) STRICT, WITHOUT ROWID;
    `,
  },
];
