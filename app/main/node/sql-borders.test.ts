import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import type { Feature } from '../feature/index.ts';
import type { Database } from '../kernel/database.ts';
import { runWorld } from '../sim/world.ts';
import { features } from './features.ts';

/**
 * A feature reads and writes its own tables, reads those of the log, and sees rows of other features through the
 * views that these publish.
 */
const list = features as readonly Feature[];
const ownerOf = new Map(
  list.flatMap(({ name, tables }) =>
    [...(tables?.kept ?? []), ...(tables?.derived ?? [])].map((table) => [table, name] as const),
  ),
);
const roots = resolve(import.meta.dirname, '..');
/** Rooms that are no features, and whose statements these tests do not look at: they see whole files. */
const OUTER = /^(platform|sim|cli|shell|host|node)$/;
const NAMED =
  /\b(?:FROM|JOIN|INTO|UPDATE(?:\s+OR\s+\w+)?|TABLE(?:\s+IF\s+(?:NOT\s+)?EXISTS)?|ON)\s+(?:\w+\.)?["`[]?(\w+)/gi;
/** The further tables of a list, `FROM event e, post p`; only what has the form of names is followed. */
const LISTED = /\bFROM\s+(\w+(?:\s+(?:AS\s+)?\w+)?(?:\s*,\s*["`[]?\w+["`\]]?(?:\s+(?:AS\s+)?\w+)?)+)/gi;

/** Tables of other features that a statement names, apart from those of the log. */
function foreign(room: string, sql: string): string[] {
  const named = [...sql.matchAll(NAMED)].map(([, table]) => table!);
  const listed = [...sql.matchAll(LISTED)].flatMap(([, tables]) =>
    tables!
      .split(',')
      .slice(1)
      .map((one) => /\w+/.exec(one)![0]),
  );
  return [...named, ...listed].flatMap((table) => {
    const owner = ownerOf.get(table);
    return owner === undefined || owner === room || owner === 'log' ? [] : [`${room} → ${owner}.${table}`];
  });
}

/** The texts of a file: literals, and the fixed parts of templates. */
function textsOf(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      texts.push(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return texts;
}

test('no feature names a table of another in its statements', () => {
  const found = globSync('*/**/*.ts', { cwd: roots })
    .filter((file) => !/(\.test|\.contract)\.ts$|\/test-|^\w+\/migrations\.ts$/.test(file))
    .flatMap((file) => {
      const room = file.split('/')[0]!;
      if (OUTER.test(room)) return [];
      return textsOf(join(roots, file)).flatMap((text) => foreign(room, text));
    });
  expect(found).toEqual([]);
});

test('a statement that names a table of another feature is found', () => {
  expect(foreign('market', 'SELECT * FROM post p JOIN event e ON e.seq = p.n')).toEqual([
    'market → boards.post',
  ]);
  for (const hidden of [
    'SELECT * FROM "post"',
    'SELECT * FROM main.post',
    'select * from post',
    'SELECT * FROM event e, post p WHERE e.seq = p.n',
    'WITH mine AS (SELECT * FROM post) SELECT * FROM mine',
    'UPDATE OR IGNORE post SET n = 1',
    'DROP TABLE IF EXISTS post',
  ]) {
    expect(foreign('market', hidden), hidden).toEqual(['market → boards.post']);
  }
  expect(foreign('boards', 'SELECT 1 FROM post LEFT JOIN held_item h ON h.n = post.n')).toEqual([]);
});

test('no feature prepares a statement on a table of another while people use a community', async () => {
  const found = new Set<string>();
  let looked = 0;
  const watched = (db: Database): Database =>
    new Proxy(db, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key);
        if (key !== 'prepare' && key !== 'exec') {
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        }
        return (sql: string): unknown => {
          const room = callerOf(new Error().stack ?? '');
          if (room !== null) {
            looked++;
            for (const fault of foreign(room, sql)) found.add(fault);
          }
          return (value as (sql: string) => unknown).call(target, sql);
        };
      },
    });
  for (let seed = 1; seed <= 3; seed++) {
    await runWorld(seed, { planted: { ports: (ports) => ({ ...ports, db: watched(ports.db) }) } });
  }
  expect([...found]).toEqual([]);
  expect(looked).toBeGreaterThan(1000);
});

/** The room of the code that asked, by a stack; null for rooms that are no features. */
function callerOf(stack: string): string | null {
  for (const [, room] of stack.matchAll(/app\/main\/(\w+)\//g)) {
    if (!OUTER.test(room!)) return room!;
  }
  return null;
}
