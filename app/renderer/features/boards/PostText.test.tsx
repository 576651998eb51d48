import * as fc from 'fast-check';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import { linkify, safeHref } from '../../text/links.ts';
import { MarkdownText, PlainText } from './PostText.tsx';
import { quoted, quoteDepth, signatureAt } from './quotes.ts';

const markdown = (text: string) => renderToStaticMarkup(<MarkdownText text={text} />);
const plain = (text: string) => renderToStaticMarkup(<PlainText text={text} />);

test('raw HTML in markdown is shown as text or not at all, never run', () => {
  const page = markdown(
    '<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n<a href="javascript:alert(1)">x</a>',
  );
  expect(page).not.toMatch(/<script|<img|<a /);
});

test.each([
  'javascript:alert(1)',
  'data:text/html,x',
  'JaVaScRiPt:alert(1)',
  'file:///etc/passwd',
  'vbscript:x',
  "javascript:alert('https:')",
  '/relative',
  '//host',
  'blob:x',
])('a link to %s is no link', (href) => {
  expect(safeHref(href)).toBe('');
  expect(markdown(`[go](${href})`)).not.toContain('<a ');
});

test('web, mail and impulse links open outside and send no referrer', () => {
  const page = markdown('[a](https://example.org) [b](mailto:a@example.org) [c](impulse://join/x)');
  expect(page.match(/<a /g)).toHaveLength(3);
  expect(page.match(/rel="noopener noreferrer nofollow"/g)).toHaveLength(3);
});

test.each([
  ['[https://bank.example](https://evil.example/a)', '(evil.example)'],
  ['[bank.example](https://evil.example)', '(evil.example)'],
  ['[your bank](https://user@evil.example:8443/)', '(evil.example:8443)'],
  ['[write](mailto:mara@example.org)', '(mara@example.org)'],
])('the link %s shows where it leads', (text, place) => {
  expect(markdown(text)).toContain(place);
});

test.each([
  'https://example.org/a',
  '[https://example.org/a](https://example.org/b)',
  '[example.org](https://example.org/)',
  '<mailto:a@example.org>',
])('the link %s already says where it leads', (text) => {
  expect(markdown(text)).toContain('<a ');
  expect(markdown(text)).not.toContain(' (');
});

test('a remote picture becomes a link and is not loaded', () => {
  const page = markdown('![a cat](https://example.org/cat.png)');
  expect(page).not.toContain('<img');
  expect(page).toContain('remote picture: a cat');
});

test.each([
  ['5,000 quotes in each other', '>'.repeat(5000)],
  ['24,000 beginnings of emphasis', '**'.repeat(24_000)],
])('%s are shown as they were typed', (_, text) => {
  const page = markdown(text);
  expect(page).toContain('post-typed');
  expect(page).toContain('Shown as it was typed');
  expect(page).not.toContain('<blockquote');
});

/** Every mark of markdown in any order and number: no text may break the page. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '>',
        '> ',
        '- ',
        '1. ',
        '*',
        '_',
        '**',
        '~~',
        '`',
        '```',
        '[',
        ']',
        '](',
        ')',
        '<',
        '<a ',
        '![',
      ),
      fc.constantFrom(
        '|',
        '|-',
        '\n',
        '\n\n',
        '    ',
        '\t',
        '#',
        '---',
        '[^1]',
        '[^1]: ',
        '&amp;',
        '\\',
        'www.',
        '://',
      ),
      fc.constantFrom('word', ' ', 'ж', '漢', '\u202e', '\u0000', '😀'),
    ),
    { maxLength: 1500 },
  )
  .chain((parts) =>
    fc.integer({ min: 1, max: 40 }).map((times) => parts.join('').repeat(times).slice(0, 64_000)),
  );

test('no text of any marks throws or becomes a script', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(markdown(text)).not.toMatch(/<script|javascript:/i);
    }),
    { numRuns: 200 },
  );
});

test('terminal escapes in markdown are removed', () => {
  expect(markdown('a\u001b[31mb\u001b]0;title\u0007c')).toContain('<p>abc</p>');
});

test('imported text is escaped, its quotes carry their depth and its signature is soft', () => {
  const page = plain('<b>hi</b>\n> one\n> > two\n>>> three\nown\n--\nme');
  expect(page).toContain('&lt;b&gt;hi');
  for (const depth of [1, 2, 3]) expect(page).toContain(`quote-${depth}`);
  expect(page.match(/post-signature/g)).toHaveLength(2);
});

test.each([
  ['> a', 1],
  ['>> a', 2],
  ['> > > > a', 3],
  ['JH> a', 1],
  ['a > b', 0],
  ['', 0],
])('%j quotes to depth %i', (line, depth) => {
  expect(quoteDepth(line)).toBe(depth);
});

test('a reply quotes the post but not the quotes in it', () => {
  expect(quoted('> old\nnew\nlines')).toBe('> new\n> lines\n\n');
  expect(quoted('> only old')).toBe('');
  expect(signatureAt(['a', '--', 'b'])).toBe(1);
  expect(signatureAt(['a'])).toBe(1);
});

test('addresses in plain text end before the punctuation around them', () => {
  expect(linkify('see (https://example.org/a), then')).toEqual([
    { text: 'see (', href: null },
    { text: 'https://example.org/a', href: 'https://example.org/a' },
    { text: '), then', href: null },
  ]);
});

describe('a post in another direction', () => {
  test.each([
    ['markdown', markdown],
    ['imported text', plain],
  ])('shows overrides and what a text leaves open, in %s', (_, page) => {
    expect(page('safe \u202egpj.exe')).toContain('safe ▫gpj.exe');
    expect(page('\u2067a\nb')).toContain('▫a');
    expect(page('see \u2069 there')).toContain('see ▫ there');
    expect(page('\u2067שלום\u2069 x')).toContain('\u2067שלום\u2069 x');
  });

  test('pairs no control in the words of a link with one outside', () => {
    expect(markdown('[\u2067click](https://evil.example) \u2069')).toContain('▫click');
  });

  test('has its paragraphs, lists and quotes in their own direction, and addresses from left to right', () => {
    const page = markdown('> שלום\n\n- אחד\n\n[שלום](https://evil.example/שלום) <https://example.org/שלום>');
    expect(page).toMatch(/<blockquote dir="auto">/);
    expect(page).toMatch(/<ul dir="auto">/);
    expect(page).toMatch(/<a class="link" dir="auto" href="https:\/\/evil/);
    expect(page).toMatch(/<span class="soft small" dir="ltr"> \(evil\.example\)/);
    expect(page).toMatch(/<a class="link" dir="ltr" href="https:\/\/example/);
  });
});
