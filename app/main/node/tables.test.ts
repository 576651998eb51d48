import { expect, test } from 'vitest';
import { openDatabase } from '../platform/sqlite/database.ts';
import { derivedTables, keptTables, migrations } from './community.ts';
import { features } from './features.ts';
import type { Feature } from '../feature/index.ts';

const schema = (type: 'table' | 'view') =>
  openDatabase(':memory:', migrations)
    .prepare<{ name: string }>(
      `SELECT name FROM sqlite_master WHERE type = '${type}' AND name NOT LIKE 'sqlite_%' ORDER BY name`,
    )
    .all()
    .map(({ name }) => name);

test('every table belongs to one feature, and is either kept by a repair or made again from the log', () => {
  expect([...keptTables, ...derivedTables].toSorted()).toEqual(schema('table'));
});

test('every view is published by one feature', () => {
  const views = (features as readonly Feature[]).flatMap((feature) => feature.views ?? []);
  expect(views.toSorted()).toEqual(schema('view'));
});
