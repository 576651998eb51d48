import type { Migration } from '../kernel/database.ts';

export const ledgerMigrations: readonly Migration[] = [
  {
    feature: 'ledger',
    step: 1,
    release01: 30,
    name: 'ledger',
    sql: `
      CREATE TABLE ledger_entry (
        key TEXT PRIMARY KEY,
        place BLOB NOT NULL UNIQUE,
        value BLOB NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE ledger_page (path TEXT PRIMARY KEY, slots BLOB NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE ledger_block (
        height INTEGER PRIMARY KEY,
        hash BLOB NOT NULL UNIQUE,
        header BLOB NOT NULL,
        tail BLOB,
        certificate BLOB
      ) STRICT;
      CREATE TABLE ledger_transaction (
        height INTEGER NOT NULL,
        place INTEGER NOT NULL,
        id BLOB NOT NULL UNIQUE,
        account BLOB NOT NULL,
        nonce INTEGER NOT NULL,
        kind TEXT NOT NULL,
        sealed BLOB NOT NULL,
        PRIMARY KEY (height, place)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX ledger_transaction_account ON ledger_transaction (account, nonce);
      CREATE TABLE ledger_epoch (epoch INTEGER PRIMARY KEY, changed_at INTEGER NOT NULL, link BLOB) STRICT;
      CREATE TABLE ledger_signature (
        hash BLOB NOT NULL,
        voter INTEGER NOT NULL,
        signature BLOB NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (hash, voter)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE ledger_snapshot (height INTEGER PRIMARY KEY, manifest BLOB NOT NULL, transactions INTEGER NOT NULL) STRICT;
      CREATE TABLE ledger_chunk (
        height INTEGER NOT NULL,
        number INTEGER NOT NULL,
        bytes BLOB NOT NULL,
        PRIMARY KEY (height, number)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE ledger_meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
    `,
  },
  {
    feature: 'ledger',
    step: 2,
    release01: 31,
    name: 'ledger about people',
    sql: `
      CREATE INDEX ledger_transaction_people ON ledger_transaction (height, place)
      WHERE kind IN ('role.grant', 'role.revoke', 'member.ban', 'member.lift', 'handle.register', 'handle.transfer', 'device.add', 'device.revoke', 'device.rotate', 'account.recover');
    `,
  },
  {
    feature: 'ledger',
    step: 3,
    release01: 35,
    name: 'the events that blocks list',
    sql: 'CREATE TABLE ledger_anchor (height INTEGER PRIMARY KEY, list BLOB NOT NULL) STRICT;',
  },
  {
    feature: 'ledger',
    step: 4,
    release01: 36,
    name: 'ledger-join',
    sql: `
      CREATE TABLE ledger_join_part (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
    `,
  },
  {
    feature: 'ledger',
    step: 5,
    release01: 37,
    name: 'ledger-search',
    sql: `
      CREATE INDEX ledger_transaction_kind ON ledger_transaction (kind);
      CREATE INDEX ledger_transaction_account_kind ON ledger_transaction (account, kind);
    `,
  },
  {
    feature: 'ledger',
    step: 6,
    release01: 38,
    name: 'ledger-evidence',
    sql: `
      CREATE TABLE ledger_evidence (
        number INTEGER PRIMARY KEY,
        epoch INTEGER NOT NULL,
        voter INTEGER NOT NULL,
        slot INTEGER NOT NULL,
        at INTEGER NOT NULL,
        bytes BLOB NOT NULL,
        UNIQUE (epoch, voter, slot)
      ) STRICT;
    `,
  },
];
