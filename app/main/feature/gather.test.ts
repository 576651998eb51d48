import { expect, test } from 'vitest';
import type { ItemSource, Rulings } from '../moderation/index.ts';
import type { Contributions, People } from './feature.ts';
import { gather } from './gather.ts';

const source = (kind: string, code: number): ItemSource => ({
  kind,
  code,
  kinds: [],
  read: () => null,
  show: () => null,
  around: () => [],
});
const base: Contributions = {
  people: {} as People,
  rulings: {} as Rulings,
  readFile: async () => null,
};

test('contributions of features are put together, and messages are added up', () => {
  const messages = (count: number) => ({ of: () => count, onChange: () => () => {} });
  const gathered = gather([
    base,
    { items: [source('post', 0)], messages: messages(3) },
    { items: [source('chat', 1)], messages: messages(4), scopes: () => [{ id: 'b', name: 'Boats' }] },
  ]);
  expect(gathered.items.map(({ kind }) => kind)).toEqual(['post', 'chat']);
  expect(gathered.messages.of(new Uint8Array(32))).toBe(7);
  expect(gathered.scopes()).toEqual([{ id: 'b', name: 'Boats' }]);
});

test('two sources of items may not share a code or a kind', () => {
  expect(() => gather([base, { items: [source('post', 0), source('listing', 0)] }])).toThrow(/same code/);
  expect(() => gather([base, { items: [source('post', 0), source('post', 1)] }])).toThrow(/same kind/);
});

test('what one feature alone may give is refused from two, and from none', () => {
  expect(() => gather([base, { rulings: {} as Rulings }])).toThrow('2 features contribute “rulings”');
  expect(() => gather([])).toThrow('0 features contribute “people”');
});
