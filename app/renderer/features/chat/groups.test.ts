import { expect, test } from 'vitest';
import type { ChatLine } from '../../../contract/index.ts';
import { groupLines } from './groups.ts';

const noon = new Date(2026, 10, 23, 12).getTime();
const line = (id: string, at: number, who: string, kind: ChatLine['kind'] = 'say'): ChatLine => ({
  id,
  at,
  author: { did: `did:key:z${who}`, handle: who, role: 'member' },
  text: id,
  kind,
  mine: false,
});

test('lines of one person close together share a header; a pause, another person or an action starts a new one', () => {
  const rows = groupLines([
    line('a', noon, 'x'),
    line('b', noon + 60_000, 'x'),
    line('c', noon + 70_000, 'y'),
    line('d', noon + 80_000, 'y', 'me'),
    line('e', noon + 90_000, 'y'),
    line('f', noon + 900_000, 'y'),
  ]);
  expect(rows.map((row) => row.head)).toEqual([true, false, true, true, true, true]);
});

test('each day starts with its name', () => {
  const rows = groupLines([
    line('a', noon, 'x'),
    line('b', noon + 60_000, 'x'),
    line('c', noon + 24 * 3_600_000, 'x'),
  ]);
  expect(rows.map((row) => row.day !== null)).toEqual([true, false, true]);
});
