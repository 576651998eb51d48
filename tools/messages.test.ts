import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { IntlMessageFormat } from 'intl-messageformat';
import ts from 'typescript';
import { expect, test } from 'vitest';
import type { Problems, ProblemTexts } from '../app/main/kernel/problems.ts';

const root = resolve(import.meta.dirname, '..');
const sources = globSync('app/main/**/*.ts', { cwd: root }).filter(
  (path) => !/\.(test|contract)\.ts$|\/test-[^/]+$/.test(path),
);

/** Where a file makes a problem with a text of its own. */
function ownTexts(path: string): string[] {
  const text = readFileSync(resolve(root, path), 'utf8');
  if (!text.includes('new Problem(')) return [];
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) && node.expression.getText() === 'Problem') {
      const message = node.arguments?.[1];
      if (message && holdsText(message))
        found.push(`${path}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

const holdsText = (node: ts.Node): boolean =>
  ts.isStringLiteralLike(node) ||
  ts.isTemplateExpression(node) ||
  ts.forEachChild(node, (child) => holdsText(child) || undefined) === true;

const catalogues = async (): Promise<Problems<ProblemTexts>[]> => {
  const paths = sources.filter(
    (path) => path.endsWith('/problems.ts') && path !== 'app/main/kernel/problems.ts',
  );
  const modules = await Promise.all(
    paths.map((path) => import(resolve(root, path)) as Promise<{ problem: Problems<ProblemTexts> }>),
  );
  return modules.map(({ problem }) => problem);
};

type Element = ReturnType<IntlMessageFormat['getAst']>[number];

/** The names of all parameters of a message. */
const paramsOf = (elements: readonly Element[]): string[] =>
  elements.flatMap((element) => [
    ...('value' in element && !isLiteral(element) ? [element.value] : []),
    ...('options' in element ? Object.values(element.options).flatMap(({ value }) => paramsOf(value)) : []),
  ]);

/** `TYPE.literal` of the parser. */
const isLiteral = ({ type }: Element): boolean => Number(type) === 0;

test('every sentence of a problem stands in a catalogue', () => {
  const kept = sources.filter((path) => path !== 'app/main/kernel/errors.ts');
  expect(kept.flatMap(ownTexts)).toEqual([]);
});

test('each catalogue has a room name of its own', async () => {
  const rooms = (await catalogues()).map(({ room }) => room);
  expect(rooms.length).toBeGreaterThan(20);
  expect(rooms.filter((room, at) => rooms.indexOf(room) !== at)).toEqual([]);
});

test('every text of a catalogue is an ICU message that is filled in from its own parameters', async () => {
  for (const { room, texts } of await catalogues()) {
    for (const [key, { message, remedy = '' }] of Object.entries(texts)) {
      for (const text of [message, remedy]) {
        const where = `${room}.${key}`;
        const format = new IntlMessageFormat(text, 'en', undefined, { ignoreTag: true });
        const params = paramsOf(format.getAst());
        const filled = String(format.format(Object.fromEntries(params.map((name) => [name, 3]))));
        expect(filled, where).not.toMatch(/[{}]/);
        for (const name of params) expect(filled, `${where}: ${name}`).toContain('3');
      }
    }
  }
});
