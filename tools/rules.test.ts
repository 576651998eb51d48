import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const read = (path: string) => readFileSync(resolve(root, path), 'utf8');
const idsIn = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, id = '']) => id);

/** Every rule with the file that defines it: lines that begin with `- [ID]`. */
const rules = globSync('app/main/**/SPEC.md', { cwd: root }).flatMap((path) =>
  idsIn(read(path), /^- \[([A-Z]{1,2}\d{1,2})\]/gm).map((id) => ({ id, path })),
);

test('a rule’s id is one or two letters and a number', () => {
  const odd = globSync('app/main/**/SPEC.md', { cwd: root }).flatMap((path) =>
    idsIn(read(path), /^- \[([^\]]+)\]/gm).filter((id) => !/^[A-Z]{1,2}\d{1,2}$/.test(id)),
  );
  expect(odd).toEqual([]);
});

test('a rule’s id is unique in the project', () => {
  const twice = rules.filter(({ id }, at) => rules.findIndex((one) => one.id === id) !== at);
  expect(twice).toEqual([]);
});

test('every rule that code, tests and rules refer to is defined', () => {
  const defined = new Set(rules.map(({ id }) => id));
  const files = globSync('app/main/**/*.{ts,md}', { cwd: root });
  const unknown = files.flatMap((path) =>
    idsIn(read(path), /\[([A-Z]{1,2}\d{1,2})\]/g)
      .filter((id) => !defined.has(id))
      .map((id) => `${path} refers to [${id}]`),
  );
  expect(unknown).toEqual([]);
});

/** Rules that no test can show, each with the reason. */
const UNTESTED: Readonly<Record<string, string>> = {};

test('a test cites every rule', () => {
  const patterns = ['app/**/*.test.ts', 'app/**/*.contract.ts', 'app/main/sim/**/*.ts', 'e2e/**/*.e2e.ts'];
  const cited = new Set(
    globSync(patterns, { cwd: root }).flatMap((path) => idsIn(read(path), /\[([A-Z]{1,2}\d{1,2})\]/g)),
  );
  const uncited = rules.filter(({ id }) => !cited.has(id) && !(id in UNTESTED));
  expect(uncited).toEqual([]);
  expect(Object.keys(UNTESTED).filter((id) => cited.has(id) || !rules.some((one) => one.id === id))).toEqual(
    [],
  );
});
