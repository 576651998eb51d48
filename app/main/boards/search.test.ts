import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Database } from '../kernel/database.ts';
import { digestOf } from '../kernel/cid.ts';
import { logMigrations } from '../log/migrations.ts';
import { moderationMigrations } from '../moderation/migrations.ts';
import { TestCommunity } from '../node/test-community.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { boardKinds } from './kinds.ts';
import { boardMigrations } from './migrations.ts';
import { SearchScrub } from './search-scrub.ts';
import { wordsOf } from './search-text.ts';
import { SearchIndex } from './search.ts';
import { postsIn } from './test-posts.ts';

const others = [...logMigrations, ...moderationMigrations];
const renewal = boardMigrations.find(({ step }) => step === 5)!;
const inMemory = () => openDatabase(':memory:', [...others, ...boardMigrations]);

function library(db: Database = inMemory()) {
  const index = new SearchIndex(db);
  const find = (query: string, limit = 10) =>
    index.find({ words: wordsOf(query), board: null, author: null }, Number.MAX_SAFE_INTEGER, limit);
  return { db, index, find, ...postsIn(db) };
}

/** A library that finds a post by its text as soon as it is written. */
function shelf() {
  const { index, find, write, ...rest } = library();
  return {
    ...rest,
    find,
    /** Whether the newest post, which has this text, is found by a query. */
    finds(text: string, query: string): boolean {
      const { n } = write(text);
      index.index(10);
      return find(query, 1)[0] === n;
    },
  };
}

describe('[B7] a post is found', () => {
  test.each([
    ['港の灯台が修理されました。東京都の職員が来ます。', '灯台'],
    ['港の灯台が修理されました。東京都の職員が来ます。', '京都'],
    ['今天码头停止服务，请大家注意安全。', '停止服务'],
    ['今天码头停止服务', '码'],
    ['今天码头停止服务', '务'],
    ['在第3章', '第3'],
    ['3在第章', '3在'],
    ['新しいiPhone手机です', 'iphone手'],
    ['行の終わりで折り\n返された', '折り返'],
    ['วันนี้ท่าเรือปิดให้บริการ', 'ท่าเรือ'],
    ['ភាសាខ្មែរ', 'ខ្មែរ'],
    ['부두에서 만나요', '부두'],
    ['한국'.normalize('NFD'), '한국'],
    ['한국', '한국'.normalize('NFD')],
    ['الميناء مُغلَق اليوم', 'مغلق'],
    ['الميناء مغلق اليوم', 'مُغلَق'],
    ['الـمـيـنـاء', 'الميناء'],
    ['أهلا وسهلا', 'اهلا'],
    ['שָׁלוֹם לכולם', 'שלום'],
    ['ＦＵＬＬＷＩＤＴＨ １２', 'fullwidth 12'],
    ['ﾊﾝｶｸ と ｶﾞｽ', 'ハンカク'],
    ['ﾊﾝｶｸ と ｶﾞｽ', 'ガス'],
    ['आज बंदरगाह बंद रहेगा', 'बंदरगाह'],
    ['Bến cảng hôm nay, Đường phố', 'duong pho'],
    ['Die Hauptstraße', 'HAUPTSTRASSE'],
    ['İstanbul limanı ve ısı', 'ISTANBUL isi'],
    ['ΟΔΟΣ', 'οδος'],
    ['прича́л', 'ПРИЧАЛ'],
    ['The ﬁnal oﬃce', 'final office'],
    ['Impulse™ runs', 'impulse runs'],
    ['ship\u00adping', 'shipping'],
    ['The 🚢 ship 👩‍🚀 sails', '🚢 ship 👩‍🚀'],
    ['well done 👍🏽', '👍'],
    ['resume'.replaceAll('e', 'e\u0301'), 'résumé'],
  ])('%j by %j', (text, query) => {
    const { finds } = shelf();
    expect(finds(text, query)).toBe(true);
  });

  test.each([
    ['ハス', 'バス'],
    ['東 京', '東京'],
    ['京東', '東京'],
    ['東京', '東京都'],
    ['東京と京都', '東京都'],
    ['🚢', '🚀'],
    ['कल', 'काल'],
    ['각오', '가'],
    ['shipping', 'ship yard'],
  ])('but %j not by %j', (text, query) => {
    const { finds } = shelf();
    expect(finds(text, query)).toBe(false);
  });

  const continuous = fc.string({
    unit: fc.constantFrom(...'港の灯台が修理東京都カタガー々码头停服务부두항구ท่าเรือ𠮷'),
    minLength: 2,
    maxLength: 12,
  });

  test('by any two or more adjacent characters of a script without spaces', () => {
    const { finds } = shelf();
    fc.assert(
      fc.property(
        continuous,
        fc.nat(),
        fc.nat(),
        fc.constantFrom('', 'Ahoy', '。', ' 9'),
        (text, from, more, around) => {
          const characters = [...text.normalize('NFC')];
          const start = from % (characters.length - 1);
          const length = 2 + (more % (characters.length - start - 1));
          const query = characters.slice(start, start + length).join('');
          expect(finds(`${around}${text}${around}`, query)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('by a query in any case, composition or width', () => {
    const { finds } = shelf();
    const word = fc.string({
      unit: fc.constantFrom(...'abzAZ09éÅñßøđĐşÇőиёЙςΩήガぱ한국灯مأ', 'ｶﾞ', 'ﬁ', 'ｗ'),
      minLength: 1,
      maxLength: 8,
    });
    const wide = (text: string) =>
      text.replace(/[!-~]/g, (sign) => String.fromCodePoint(sign.charCodeAt(0) + 0xfee0));
    const variants: readonly ((text: string) => string)[] = [
      (text) => text.normalize('NFC'),
      (text) => text.normalize('NFD'),
      (text) => text.normalize('NFKC'),
      (text) => text.normalize('NFKD'),
      (text) => text.toUpperCase(),
      (text) => text.toLowerCase(),
      wide,
      (text) => wide(text).normalize('NFD').toUpperCase(),
    ];
    fc.assert(
      fc.property(word, fc.constantFrom(...variants), fc.constantFrom(...variants), (text, one, other) => {
        expect(finds(`so ${one(text)}, so`, other(text))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('[B8] a query', () => {
  const texts = ['code and tide', 'code not tide', 'subject near the code', 'no such thing', 'tide and code'];
  test.each([
    ['AND', [0, 4]],
    ['NOT', [1]],
    ['OR', []],
    ['code AND tide', [0, 4]],
    ['code NOT tide', [1]],
    ['code OR tide', []],
    ['NEAR(code)', [2]],
    ['subject:code', [2]],
    ['-code', [0, 1, 2, 4]],
    ['^tide', [0, 1, 4]],
    ['co*', [0, 1, 2, 4]],
    ['{text}: code', []],
    ['"code and"', [0]],
    ['“and tide”', [0]],
    ['tide "and cod"', [4]],
    ['"tide and" "and code"', [4]],
    ['"code', [0, 1, 2, 4]],
    ['6" code 6"', []],
    ['"', []],
    ['*', []],
    ['()', []],
  ])('%j means its words', (query, expected) => {
    const { index, find, write } = library();
    const rows = texts.map((text) => write(text, 'Title').n);
    index.index(10);
    const words = wordsOf(query);
    const found = words.length === 0 ? [] : find(query);
    expect(found.map((n) => rows.indexOf(n)).toSorted()).toEqual(expected);
  });

  test('of more than sixteen words means the first sixteen', () => {
    const { finds } = shelf();
    expect(finds('code and tide', `${'tide '.repeat(15)}code absent`)).toBe(true);
    expect(finds('code and tide', `${'tide '.repeat(14)}absent code`)).toBe(false);
  });

  test('of any characters is answered', () => {
    const { find, index, write } = library();
    write('Ahoy "there" (港) AND more');
    index.index(10);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (query) => {
        if (wordsOf(query).length > 0) find(query);
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom('"', '*', 'AND', 'NEAR(', ')', ':', '^', '-', '港', 'text', '{', '}', '\0'),
          {
            maxLength: 20,
          },
        ),
        (parts) => {
          if (wordsOf(parts.join(' ')).length > 0) find(parts.join(' '));
          if (wordsOf(parts.join('')).length > 0) find(parts.join(''));
        },
      ),
    );
  });
});

test('[B10] a slice of the index takes fewer posts the longer they are', () => {
  const { db, index, find, write } = library();
  const posts = Array.from({ length: 8 }, () => write('灯台'.repeat(500)).n);
  const upto = () =>
    db.prepare<{ value: number }>(`SELECT value FROM meta WHERE key = 'search.upto'`).get()?.value;
  expect(index.index(8)).toBe(true);
  expect(upto()).toBeLessThan(posts[3]!);
  db.exec(`INSERT INTO meta (key, value) SELECT 'search.old-upto', ${posts[7]}`);
  expect(index.renew(8)).toBeGreaterThan(posts[3]!);
  while (index.index(8));
  expect(find('灯台')).toEqual(posts.toReversed());
});

test('pairs of characters leave the index with their post, once it is scrubbed', () => {
  const { db, index, write, delete: remove, find } = library();
  const { id } = write('秘密灯台');
  const kept = write('公開埠頭');
  index.index(10);
  // A term is stored without the bytes that it shares with the one before it.
  const traces = () => {
    const blocks = db.prepare<{ block: Uint8Array }>('SELECT block FROM search_data').all();
    const bytes = Buffer.concat(blocks.map(({ block }) => block));
    return ['秘密', '密灯', '灯台'].filter((pair) => bytes.includes(Buffer.from(pair).subarray(2)));
  };
  expect(traces()).not.toEqual([]);
  remove(id);
  expect(traces()).not.toEqual([]);
  const scrub = new SearchScrub(db);
  while (!scrub.step());
  expect(traces()).toEqual([]);
  expect(find('埠頭')).toEqual([kept.n]);
});

describe('[B10] posts that an older release indexed', () => {
  /** The index as the older release filled it. */
  const indexAsBefore = (db: Database, rows: readonly { n: number; text: string }[]) => {
    const insert = db.prepare(
      'INSERT OR REPLACE INTO search (rowid, subject, text, tags) VALUES (?, ?, ?, ?)',
    );
    for (const { n, text } of rows) insert.run(n, 'Subject', text, 'b1 a1');
    db.prepare(`INSERT OR REPLACE INTO meta (key, value) VALUES ('search.upto', ?)`).run(rows.at(-1)!.n);
  };

  test('are indexed again after the update, a slice at a time, and nothing is left of the old form', () => {
    const folder = mkdtempSync(join(tmpdir(), 'impulse-search-'));
    try {
      const path = join(folder, 'community.db');
      const before = openDatabase(path, [...others, ...boardMigrations.filter(({ step }) => step < 5)]);
      const { write, edit, delete: remove } = postsIn(before);
      const texts = [
        '港の灯台',
        'plain words',
        'الميناء مُغلَق',
        'deleted 码头',
        'edited 安全',
        'more plain words',
      ];
      const posts = texts.map((text) => ({ ...write(text), text }));
      indexAsBefore(before, posts);
      remove(posts[3]!.id);
      edit(posts[4]!.id, 'edited 注意');
      before.close();

      const db = openDatabase(path, [...others, ...boardMigrations]);
      const index = new SearchIndex(db);
      const find = (query: string) =>
        index
          .find({ words: wordsOf(query), board: null, author: null }, Number.MAX_SAFE_INTEGER, 10)
          .map((n) => posts.findIndex((post) => post.n === n));
      expect([find('灯台'), find('مغلق'), find('plain')]).toEqual([[], [], [5, 1]]);
      while (index.index(2));
      const rounds = [];
      do rounds.push(index.renew(2));
      while (rounds.at(-1) !== 0 && rounds.length < 9);
      expect(rounds).toHaveLength(2);
      expect(['灯台', 'مغلق', 'plain', '码头', '安全', '注意'].map(find)).toEqual([
        [0],
        [2],
        [5, 1],
        [],
        [],
        [4],
      ]);
      expect(index.renewUpto()).toBe(0);
      db.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('are left to the upkeep, so that a start does not wait for them', async () => {
    const world = new TestCommunity();
    const db = world.database();
    const mara = await world.person('mara', { db });
    const board = mara.boards.create({
      slug: 'harbour',
      name: 'Harbour',
      description: '',
      postRole: 'member',
    });
    const rows: { n: number; text: string }[] = [];
    for (let count = 0; count < 600; count++) {
      const text = count === 0 ? '港の灯台' : 'plain words';
      const said = { board: digestOf(board.id), subject: 'Subject', text, format: 'plain', attachments: [] };
      mara.log.append(mara.signer, boardKinds.start.name, said);
      rows.push({ n: db.prepare<{ n: number }>('SELECT MAX(n) AS n FROM post').get()!.n, text });
    }
    await world.clock.pass(5000);
    await mara.stop();
    await mara.transport.stop();
    indexAsBefore(db, rows);
    db.exec(renewal.sql);

    const notices: string[] = [];
    const put = world.notices.set.bind(world.notices);
    world.notices.set = (id, message) => (notices.push(message), put(id, message));
    const updated = await world.person('mara', { db });
    const found = () => updated.boards.search({ query: '灯台', limit: 5 }).items.length;
    expect(found()).toBe(0);
    await world.clock.pass(5000);
    expect(found()).toBe(1);
    expect(notices).toEqual([expect.stringMatching(/ indexed again for search: [78]\d % done\./)]);
    expect(world.notices.size).toBe(0);
  });

  test('are indexed with all others after a rebuild', () => {
    const { db, index, find, write, rebuild } = library();
    const { n } = write('港の灯台');
    indexAsBefore(db, [{ n, text: '港の灯台' }]);
    db.exec(renewal.sql);
    expect(index.renewUpto()).toBe(n);
    rebuild();
    expect(index.renewUpto()).toBe(0);
    expect(index.index(5)).toBe(false);
    expect(find('灯台')).toEqual([n]);
  });
});
