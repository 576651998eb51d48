import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod';

const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({ optionalDependencies: z.record(z.string(), z.string()).optional() }),
  ),
});

test('the lock file lists the native packages of every system, without which a fresh install fails', () => {
  const path = resolve(import.meta.dirname, '../package-lock.json');
  const { packages } = Lock.parse(JSON.parse(readFileSync(path, 'utf8')));
  const isListed = (from: string, name: string) =>
    `node_modules/${name}` in packages || `${from}/node_modules/${name}` in packages;
  const missing = Object.entries(packages).flatMap(([from, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => from !== '' && !isListed(from, name)),
  );
  expect(missing).toEqual([]);
});
