import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { checkSync } from 'recheck';
import ts from 'typescript';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
/** For one pattern; the slowest take a few seconds. */
const TIMEOUT_MS = 60_000;

/**
 * Patterns whose cost the tool does not know, or finds to grow faster than the text, each with the reason why
 * that cannot hurt. A pattern that people outside can feed with a long text does not belong here.
 */
const EXAMINED: Readonly<Record<string, string>> = {
  'app/main/moderation/homoglyphs.ts /([^\\p{N}])\\1{2,}/gsu':
    'takes every run once; words are cut to a few hundred characters',
  'app/main/moderation/homoglyphs.ts /(.)\\1+/gsu':
    'takes every run once; words are cut to a few hundred characters',
  'app/main/moderation/homoglyphs.ts /[^\\p{L}\\p{N}@$*]+$/u':
    'sees one word, cut to a few hundred characters',
  'app/main/moderation/normalise.ts /^[^\\p{L}\\p{N}@]*@[\\p{L}\\p{N}_]+[^\\p{L}\\p{N}]*$/u':
    'sees one word, cut to a few hundred characters',
  "app/main/moderation/language-detector.ts /[^\\p{L}]+(?<!['`’])/gu": 'reads at most a thousand characters',
  'app/main/moderation/lists.ts /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z][a-z0-9-]{1,62}$/':
    'sees lines of at most 300 characters; labels end at a dot alone',
  'app/main/host/page-headers.ts /[\\\\/]assets[\\\\/][^\\\\/]+-[A-Za-z0-9_-]{8,}\\.[a-z0-9]+$/':
    'sees the path of a file that exists',
  'app/main/platform/port-mapping/routes.ts /^\\s*gateway:\\s*(\\S+)\\s*$/m':
    'reads the answer of the system’s own command',
  'app/main/platform/libp2p/network.ts /\\/p2p\\/.*$/': 'sees the address of an open connection',
  'app/main/node/vote-journal.ts /^([0-9a-f]{96}) (\\d{1,15}) (\\d{1,15})\\n *$/':
    'reads records of a fixed size that this node wrote',
  'app/main/boards/search-text.ts /(?<!\\S)["“„]([^"“”„]+)["”“](?!\\S)/u':
    'sees a query, which the contract limits to 200 characters',
  'app/renderer/bridge/page-session.ts /^#(?:.*&)?code=([A-Za-z0-9_-]{43})/':
    'reads the address that this program opened',
  'app/renderer/features/boards/dialogs.tsx /^-+|-+$/g': 'sees a name that the person at this screen types',
  'app/renderer/features/boards/dialogs.tsx /-+$/': 'sees at most 40 characters',
  'app/renderer/features/federation/reach.ts /\\/p2p\\/[^/]*([^/]{8})(?=\\/|$)/g':
    'sees one address, which the contract limits',
  'app/renderer/text/markdown-limits.ts /^[ \\t]*(?:(?:>|[-+*](?=[ \\t])|\\d{1,9}[.)](?=[ \\t]))[ \\t]*)+/':
    'is anchored, and each turn begins with a mark that the one before cannot take',
  'app/contract/session.ts /=+$/': 'sees the base64 of 32 bytes',
};

interface Pattern {
  readonly file: string;
  readonly text: string;
}

function patternsIn(file: string, source: string): Pattern[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest);
  const found: Pattern[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) found.push({ file, text: node.text });
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

const files = globSync('app/**/*.{ts,tsx}', { cwd: root }).filter(
  (file) => !/\.test\.tsx?$|\/test-[^/]+\.ts$|\.contract\.ts$|\.double\.ts$|\/fixtures\//.test(file),
);
const patterns = files.flatMap((file) => patternsIn(file, readFileSync(resolve(root, file), 'utf8')));
function costOf(text: string): string {
  const end = text.lastIndexOf('/');
  const result = checkSync(text.slice(1, end), text.slice(end + 1), {
    checker: 'automaton',
    timeout: TIMEOUT_MS,
  });
  return 'complexity' in result ? (result.complexity?.summary ?? result.status) : result.status;
}

test('the tool tells patterns that take too long from those that do not', () => {
  expect(costOf('/^a+b/')).toMatch(/linear|safe/);
  expect(costOf('/\\s+$/')).toBe('2nd degree polynomial');
  expect(costOf('/(a|a)*b$/')).toMatch(/exponential/);
  expect(patternsIn('x.ts', 'const a = /a+$/g; f(/b/);').map(({ text }) => text)).toEqual(['/a+$/g', '/b/']);
});

test('[AR18] every pattern takes time in proportion to the text, or is listed with the reason why that is no danger', () => {
  const unlisted = patterns.filter(({ file, text }) => !(`${file} ${text}` in EXAMINED));
  const slow = unlisted.flatMap(({ file, text }) => {
    const cost = costOf(text);
    return cost === 'linear' || cost === 'constant' || cost === 'safe' ? [] : [`${file} ${text}: ${cost}`];
  });
  expect(slow).toEqual([]);
}, 600_000);

test('the list names only patterns that exist', () => {
  const all = new Set(patterns.map(({ file, text }) => `${file} ${text}`));
  expect(Object.keys(EXAMINED).filter((entry) => !all.has(entry))).toEqual([]);
});
