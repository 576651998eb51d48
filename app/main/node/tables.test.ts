import { expect, test } from 'vitest';
import { openDatabase } from '../platform/sqlite/database.ts';
import { migrations } from './community.ts';
import { OWN_TABLES } from './repair.ts';

/** Tables that are made again from events and blocks: those of the log itself, and of its projections. */
const MADE_AGAIN: readonly string[] = `
  event author head gap event_anchor anchor_awaited feature_migration
  board board_event thread thread_mark post post_change reaction source hour
  search search_config search_data search_docsize search_idx
  chat_line
  review_act review_author review_husk review_item
`
  .trim()
  .split(/\s+/);

test('every table is either kept by a repair or made again from the log', () => {
  const db = openDatabase(':memory:', migrations);
  const tables = db
    .prepare<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )
    .all()
    .map(({ name }) => name);
  const unknown = tables.filter((name) => !OWN_TABLES.includes(name) && !MADE_AGAIN.includes(name));
  expect(unknown).toEqual([]);
  expect([...OWN_TABLES, ...MADE_AGAIN].filter((name) => !tables.includes(name))).toEqual([]);
});
