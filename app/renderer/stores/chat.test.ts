import { expect, test } from 'vitest';
import type { ChatLine } from '../../contract/index.ts';
import { MAX_LINES, mergeLines, receive } from './chat.ts';
import type { ChatState } from './chat.ts';

const line = (n: number, mine = false): ChatLine => ({
  id: `line-${String(n).padStart(6, '0')}`,
  at: n * 1000,
  author: { did: 'did:key:zA', handle: 'Mara', role: 'sysop' },
  text: `line ${n}`,
  kind: 'say',
  mine,
});
const room = (lines: ChatLine[]): ChatState => ({
  state: 'ready',
  problem: null,
  lines,
  older: null,
  loadingOlder: false,
  unseen: 0,
});

test('lines are sorted by time in whatever order they arrive, each once', () => {
  const merged = mergeLines([line(1), line(3)], [line(2), line(3), line(0)]);
  expect(merged.map((entry) => entry.text)).toEqual(['line 0', 'line 1', 'line 2', 'line 3']);
});

test('lines of others count as unseen only while nobody looks; one’s own never do', () => {
  const away = receive(receive(room([]), line(1), false), line(2, true), false);
  expect(away.unseen).toBe(1);
  expect(receive(room([]), line(1), true).unseen).toBe(0);
});

test('the chat holds a bounded number of lines and drops the oldest', () => {
  const full = room(Array.from({ length: MAX_LINES }, (_, n) => line(n)));
  const after = receive(full, line(MAX_LINES), true);
  expect(after.lines).toHaveLength(MAX_LINES);
  expect(after.lines[0]?.text).toBe('line 1');
});
