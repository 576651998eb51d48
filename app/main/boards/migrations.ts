import type { Migration } from '../kernel/database.ts';

/** Projections; all but `local_read` can be deleted and rebuilt from the log. */
export const boardMigrations: readonly Migration[] = [
  {
    feature: 'boards',
    step: 1,
    release01: 2,
    name: 'boards',
    sql: `
      CREATE TABLE board (
        n INTEGER PRIMARY KEY,
        id BLOB NOT NULL UNIQUE,
        slug TEXT NOT NULL DEFAULT '',
        name TEXT NOT NULL DEFAULT '',
        description TEXT NOT NULL DEFAULT '',
        post_role TEXT NOT NULL DEFAULT 'member',
        archived INTEGER NOT NULL DEFAULT 0,
        known INTEGER NOT NULL DEFAULT 0,
        threads INTEGER NOT NULL DEFAULT 0,
        posts INTEGER NOT NULL DEFAULT 0,
        unread INTEGER NOT NULL DEFAULT 0,
        last_at INTEGER
      ) STRICT;
      CREATE TABLE board_event (board_id BLOB NOT NULL, time INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (board_id, time, seq)) STRICT, WITHOUT ROWID;
      CREATE TABLE thread (
        n INTEGER PRIMARY KEY,
        id BLOB NOT NULL UNIQUE,
        board INTEGER NOT NULL,
        root INTEGER,
        subject TEXT NOT NULL DEFAULT '',
        posts INTEGER NOT NULL DEFAULT 0,
        unread INTEGER NOT NULL DEFAULT 0,
        read_upto INTEGER NOT NULL DEFAULT 0,
        created_at INTEGER NOT NULL DEFAULT 0,
        last_at INTEGER NOT NULL DEFAULT 0,
        pinned INTEGER NOT NULL DEFAULT 0,
        locked INTEGER NOT NULL DEFAULT 0
      ) STRICT;
      CREATE INDEX thread_by_board ON thread (board, pinned, last_at, n);
      CREATE INDEX thread_by_activity ON thread (pinned, last_at, n);
      CREATE TABLE post (
        n INTEGER PRIMARY KEY,
        thread INTEGER NOT NULL,
        author INTEGER NOT NULL,
        at INTEGER NOT NULL,
        time INTEGER NOT NULL,
        text_seq INTEGER NOT NULL,
        edits INTEGER NOT NULL DEFAULT 0,
        deleted_seq INTEGER
      ) STRICT;
      CREATE INDEX post_by_thread ON post (thread, at, time, n);
      CREATE TABLE post_change (post_id BLOB NOT NULL, time INTEGER NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, author INTEGER NOT NULL, PRIMARY KEY (post_id, time, seq)) STRICT, WITHOUT ROWID;
      CREATE TABLE reaction (post_id BLOB NOT NULL, author INTEGER NOT NULL, emoji TEXT NOT NULL, time INTEGER NOT NULL, seq INTEGER NOT NULL, active INTEGER NOT NULL, PRIMARY KEY (post_id, author, emoji, time, seq)) STRICT, WITHOUT ROWID;
      CREATE TABLE thread_mark (thread_id BLOB NOT NULL, field TEXT NOT NULL, time INTEGER NOT NULL, seq INTEGER NOT NULL, active INTEGER NOT NULL, PRIMARY KEY (thread_id, field, time, seq)) STRICT, WITHOUT ROWID;
      CREATE TABLE source (message BLOB PRIMARY KEY, n INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE hour (hour INTEGER PRIMARY KEY, posts INTEGER NOT NULL) STRICT;
      CREATE TABLE local_read (thread_id BLOB PRIMARY KEY, upto INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE VIRTUAL TABLE search USING fts5(subject, text, tags, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');
    `,
  },
  {
    feature: 'boards',
    step: 2,
    release01: 21,
    name: 'counted by watermark, indexed in larger pieces',
    // The index collects 8 MiB of words before it writes a segment, so that fewer segments are merged.
    sql: `
      INSERT OR REPLACE INTO meta (key, value) SELECT 'counted.upto', COALESCE(MAX(n), 0) FROM post;
      INSERT INTO search (search, rank) VALUES ('hashsize', 8388608);
    `,
  },
  {
    feature: 'boards',
    step: 3,
    name: 'a view of where posts are for other features',
    sql: `CREATE VIEW post_place AS
      SELECT p.n, b.id AS board FROM post p JOIN thread t ON t.n = p.thread JOIN board b ON b.n = t.board;`,
  },
  {
    feature: 'boards',
    step: 4,
    name: 'the size and the newest post of a thread are kept',
    // The counters start again: the next reader counts all posts.
    sql: `
      ALTER TABLE thread ADD COLUMN size INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE thread ADD COLUMN newest INTEGER;
      UPDATE thread SET posts = 0, unread = 0;
      UPDATE board SET threads = 0, posts = 0, unread = 0;
      DELETE FROM hour;
      DELETE FROM meta WHERE key = 'counted.upto';
    `,
  },
  {
    feature: 'boards',
    step: 5,
    name: 'posts in other scripts than Latin are indexed again',
    // A start does not wait for it: the upkeep examines the posts up to this row.
    sql: `INSERT OR REPLACE INTO meta (key, value) SELECT 'search.old-upto', value FROM meta WHERE key = 'search.upto';`,
  },
];
