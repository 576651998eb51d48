import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { logMigrations } from '../log/migrations.ts';
import { moderationMigrations } from '../moderation/migrations.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { boardMigrations } from './migrations.ts';
import { foldOf, wordsOf } from './search-text.ts';
import { SearchIndex } from './search.ts';
import { snippetOf } from './snippet.ts';
import { postsIn } from './test-posts.ts';

function marked(text: string, query: string): string[] {
  const { snippet, marks } = snippetOf(text, wordsOf(query));
  return marks.map(([start, end]) => snippet.slice(start, end));
}

const RUNS = 2000;
const LONG = 'Words about ropes and knots. '.repeat(40);

describe('[B9] a snippet', () => {
  test.each([
    [`${LONG}We met at the café near the Århus quay.`, 'cafe arhus', ['café', 'Århus']],
    [`${LONG}We met at the cafe\u0301.`, 'café', ['cafe\u0301']],
    [`${LONG}Закрыт ПРИЧА\u0301Л у порта`, 'причал', ['ПРИЧА\u0301Л']],
    ['港の灯台が修理されました。東京都の灯台', '灯台', ['灯台', '灯台']],
    ['한국'.normalize('NFD'), '한국', ['한국'.normalize('NFD')]],
    ['الميناء مُغلَق اليوم', 'مغلق', ['مُغلَق']],
    ['ＦＵＬＬ ｶﾞｽ', 'full ガス', ['ＦＵＬＬ', 'ｶﾞｽ']],
    ['Die Hauptstraße dort', 'hauptstrasse', ['Hauptstraße']],
    ['The ﬁnal oﬃce', 'office', ['oﬃce']],
    ['well done 👍🏽 all', '👍', ['👍🏽']],
    ['新しいiPhone手机です', 'iphone手机', ['iPhone手机']],
    ['The rope, ropes and a rope', 'a rope', ['rope', 'rope', 'a', 'rope']],
    ['ropes and rope', 'rope and', ['and', 'rope']],
    ['ああああ', 'ああ', ['ああああ']],
    ['The tide table of tide tables', '"tide table"', ['tide table', 'tide table']],
    ['ahoy', '"', []],
  ])('of %j for %j marks %j', (text, query, expected) => {
    expect(marked(text, query)).toEqual(expected);
  });

  test.each([
    ['码'.repeat(2000) + '灯台' + '码'.repeat(2000), '灯台'],
    ['ahoi ' + '码'.repeat(2000) + '灯台', '灯台'],
    ['a'.repeat(2000) + ' ahoy', 'ahoy'],
    ['灯台a' + '𠮷'.repeat(500), '灯台'],
    ['灯台aa' + 'e\u0301'.repeat(500), '灯台'],
    ['𠮷'.repeat(1001) + '灯台', '灯台'],
    ['ka\u0301'.repeat(500) + '灯台', '灯台'],
  ])('of a long text without spaces shows the match (%#)', (text, query) => {
    const { snippet } = snippetOf(text, wordsOf(query));
    expect(marked(text, query)).toEqual([query]);
    expect(snippet.length).toBeLessThan(240);
    expect(snippet.isWellFormed()).toBe(true);
    expect(snippet.replace('… ', '')).not.toMatch(/^\p{M}/u);
    expect(snippet).not.toMatch(/e …$/);
  });

  test('of a text with a long word marks nothing inside it', () => {
    expect(marked(`xxxx${'rope'.repeat(400)} Rope`, 'rope')).toEqual(['Rope']);
  });

  const unit = fc.constantFrom(
    ...'aBé e\u0301 ßﬁøı 灯台港のガ かﾞｶﾞ 한국 \u1112\u1161\u11ab مُغأ ท่า 🚢👍🏽 9 ,.。"\n-_ ſΣς™\u00ad\u200dदि'.split(
      '',
    ),
    'rope',
    '灯台',
    'é',
  );
  const text = fc.oneof(
    fc.array(unit, { minLength: 1, maxLength: 30 }).map((units) => units.join('').toWellFormed()),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
  );

  const filler = fc.constantFrom(
    '',
    'zz '.repeat(400),
    'ż'.repeat(700),
    '漢字'.repeat(600),
    'zz. '.repeat(4000),
  );

  test('of a long text marks what that of a short one does', () => {
    fc.assert(
      fc.property(text, fc.nat(), filler, filler, (content, from, before, after) => {
        const start = from % content.length;
        const words = wordsOf(content.slice(start, start + 5).toWellFormed());
        const short = snippetOf(`. ${content} .`, words);
        const long = snippetOf(`${before} . ${content} . ${after}`, words);
        const read = ({ snippet, marks }: typeof short) => marks.map(([at, end]) => snippet.slice(at, end));
        expect(read(long)).toEqual(read(short));
      }),
      { numRuns: RUNS },
    );
  });

  test('[B7] marks what the index finds, and the marks read as the query does', () => {
    const db = openDatabase(':memory:', [...logMigrations, ...moderationMigrations, ...boardMigrations]);
    const { write } = postsIn(db);
    const index = new SearchIndex(db);
    const never = wordsOf('zzzzz')[0]!;
    fc.assert(
      fc.property(text, fc.nat(), fc.nat(), fc.boolean(), (content, from, length, turned) => {
        const start = from % content.length;
        const piece = content.slice(start, start + 1 + (length % 8)).toWellFormed();
        const words = wordsOf(turned ? [...piece].toReversed().join('') : piece);
        if (words.length === 0) return;
        const { n } = write(content, 'zz');
        index.index(5);
        const found = index
          .find({ words, board: null, author: null }, Number.MAX_SAFE_INTEGER, RUNS + 1)
          .includes(n);
        const all = words.every((word, at) => {
          const last = at === words.length - 1;
          return snippetOf(content, last ? [word] : [word, never]).marks.length > 0;
        });
        expect(found).toBe(all);
        const { snippet, marks } = snippetOf(content, words);
        const runs = words.flat().map((run) => run.text);
        let end = 0;
        for (const [from, to] of marks) {
          expect(from).toBeGreaterThanOrEqual(end);
          expect(runs.some((run) => foldOf(snippet.slice(from, to)).includes(run))).toBe(true);
          end = to;
        }
      }),
      { numRuns: RUNS },
    );
  });
});
