import { expect, test } from 'vitest';
import { DEFAULT_LIMITS, Limits, type Written } from './limits.ts';
import { findListed, hostsIn, importList } from './lists.ts';
import { Normaliser } from './normalise.ts';

const normaliser = new Normaliser();
const codes = (findings: readonly { readonly reason: { readonly code: string } }[]) =>
  findings.map(({ reason }) => reason.code);

test('a list is read from words, domains, hosts files and ad blockers, and names the lines that are neither', () => {
  const list = importList(
    [
      '# mine',
      'Badword',
      'evil.example  # why',
      '0.0.0.0 ads.example',
      '||www.track.example^',
      'two words',
      '',
    ].join('\n'),
  );
  expect(list).toEqual({
    words: ['badword'],
    domains: ['evil.example', 'ads.example', 'track.example'],
    refused: [6],
  });
});

test('a listed word is found in disguise, and a domain with all its subdomains', () => {
  const list = {
    words: new Set(['casino']),
    domains: new Set(['evil.example']),
    decision: 'quarantine',
  } as const;
  const found = (text: string) =>
    findListed(list, text, normaliser.message(text)).map(({ reason }) => reason);
  expect(found('play at the c.a.s.1.n.0 tonight')).toEqual([{ code: 'word', detail: 'casino' }]);
  expect(found('see HTTPS://Shop.EVIL.example/path?x=1')).toEqual([
    { code: 'domain', detail: 'shop.evil.example' },
  ]);
  expect(found('notevil.example and evil.example.org are others')).toEqual([]);
});

test('hosts are distinguished from file names and versions by their form alone, each once', () => {
  expect(hostsIn('www.a.example a.example b.example/x 1.2.3')).toEqual(['a.example', 'b.example']);
});

test('long chains of dots and letters cost time linear in their length', () => {
  for (const text of [
    'a.'.repeat(500_000),
    'a'.repeat(1_000_000),
    '-a'.repeat(500_000),
    'ab.'.repeat(300_000),
  ]) {
    expect(hostsIn(text).length).toBeLessThan(1000);
  }
});

const old: Omit<Written, 'text' | 'atMs'> = { author: 'mara', joinedMs: 0, messages: 500 };
const YEAR = 365 * 86_400_000;

test('an author who writes too fast is queued, until the window has passed', () => {
  const limits = new Limits();
  const at = (atMs: number, n: number) =>
    codes(limits.findings({ ...old, text: `note ${n}`, atMs: YEAR + atMs }));
  const all = Array.from({ length: DEFAULT_LIMITS.perWindow + 2 }, (_, n) => at(n * 100, n));
  expect(all.flat()).toEqual(['rate', 'rate']);
  expect(at(10 * DEFAULT_LIMITS.windowMs, 99)).toEqual([]);
});

test('the same text repeated is a duplicate, no matter who writes it and how it is punctuated', () => {
  const limits = new Limits();
  const found = [
    'Buy my fine boats!',
    'buy my FINE boats',
    'Buy... my fine boats',
    'BUY MY FINE BOATS!!',
  ].map((text, n) => codes(limits.findings({ ...old, author: `a${n}`, text, atMs: YEAR + n })));
  expect(found).toEqual([[], [], [], ['duplicate']]);
});

test('[J33] one new member who writes without end holds back no other', () => {
  const limits = new Limits();
  const by = (author: string, n: number) =>
    codes(
      limits.findings({ author, joinedMs: YEAR, messages: 0, atMs: YEAR + n, text: `Something else, ${n}` }),
    );
  for (let n = 0; n < 500; n++) by('eve', n);
  expect(by('eve', 500)).toEqual(['rate']);
  expect(by('ines', 501)).toEqual([]);
});

test('a new member may set fewer links, and many new members at once are a flood', () => {
  const limits = new Limits();
  const text = 'a.example b.example c.example';
  const newcomer = { author: 'new', joinedMs: YEAR, messages: 0, atMs: YEAR + 1, text };
  expect(codes(limits.findings(newcomer))).toEqual(['links']);
  expect(codes(limits.findings({ ...old, text, atMs: YEAR }))).toEqual([]);
  const flood = Array.from({ length: DEFAULT_LIMITS.flood + 5 }, (_, n) =>
    codes(limits.findings({ ...newcomer, author: `n${n}`, text: `hello ${n}`, atMs: YEAR + 2 + n })),
  );
  expect(flood.at(-1)).toEqual(['flood']);
  expect(flood[3]).toEqual([]);
});

test('[J18] what counts as a burst does not depend on the order of arrival', () => {
  const times = Array.from({ length: DEFAULT_LIMITS.perWindow + 5 }, (_, n) => YEAR + n * 100);
  const flagged = (order: readonly number[]) => {
    const limits = new Limits();
    return order.filter((atMs) => limits.findings({ ...old, text: `note ${atMs}`, atMs }).length > 0).length;
  };
  expect(flagged(times.toReversed())).toBe(flagged(times));
  const far = times.map((_, n) => YEAR - n * 10 * DEFAULT_LIMITS.windowMs);
  expect(flagged(far)).toBe(0);
});

test('ten thousand authors are remembered, and the one who wrote longest ago is forgotten first', () => {
  const limits = new Limits();
  let n = 0;
  const by = (author: string) =>
    codes(limits.findings({ ...old, author, text: `note ${n++}`, atMs: YEAR + n / 1000 }));
  const much = (author: string) => {
    for (let count = 0; count < DEFAULT_LIMITS.perWindow; count++) by(author);
  };
  much('first');
  much('second');
  for (let count = 0; count < 9998; count++) by(`other ${count}`);
  expect(by('first')).toEqual(['rate']);
  by('one more');
  expect([by('first'), by('second')]).toEqual([['rate'], []]);
});

test('a short text may be repeated, and a text that is long counts by its beginning', () => {
  const repeated = (text: (n: number) => string) => {
    const limits = new Limits();
    return [0, 1, 2, 3].flatMap((n) =>
      codes(limits.findings({ ...old, author: `a${n}`, text: text(n), atMs: YEAR + n })),
    );
  };
  expect(repeated(() => 'Good morning')).toEqual([]);
  expect(repeated(() => 'Good mornings')).toEqual(['duplicate']);
  expect(repeated((n) => `${'long '.repeat(100)}${n}`)).toEqual(['duplicate']);
  expect(repeated((n) => `${'long '.repeat(99)}${n}`)).toEqual([]);
});
