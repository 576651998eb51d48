import { expect, test } from 'vitest';
import type { ItemSource, Rulings } from '../moderation/index.ts';
import type { Projection } from '../log/kinds.ts';
import type { Contributions, Feature, People } from './feature.ts';
import { gather, mustTakeItsKinds } from './gather.ts';

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
  expect(() => gather([base, { items: [source('post', 0), source('listing', 0)] }])).toThrow(
    'The sources of items “post” and “listing” have the same code, 0.',
  );
  expect(() => gather([base, { items: [source('post', 0), source('post', 1)] }])).toThrow(/same kind/);
});

test('what one feature alone may give is refused from two, and from none', async () => {
  expect(() => gather([base, { rulings: {} as Rulings }])).toThrow('2 features contribute “rulings”');
  expect(() => gather([])).toThrow('No feature contributes “people”');
  await expect(gather([{ people: {} as People }]).readFile(new Uint8Array())).resolves.toBeNull();
});

test('a kind that no projection takes, or that a projection takes without being declared, is named', () => {
  const kind = (name: string) => ({ name }) as NonNullable<Feature['kinds']>[number];
  const takes = (...names: string[]) => ({
    projections: [{ kinds: names.map(kind) } as unknown as Projection],
  });
  const polls: Feature = { name: 'polls', needs: [], kinds: [kind('poll.start'), kind('poll.vote')] };
  expect(() => mustTakeItsKinds(polls, takes('poll.vote', 'poll.start'))).not.toThrow();
  expect(() => mustTakeItsKinds(polls, takes('poll.start'))).toThrow(
    'Feature “polls” has the kinds [poll.start, poll.vote], but its projections take [poll.start].',
  );
  expect(() => mustTakeItsKinds(polls, takes('poll.start', 'poll.vote', 'post.write'))).toThrow('post.write');
  expect(() => mustTakeItsKinds(polls, takes('poll.start', 'poll.vote', 'poll.vote'))).toThrow(
    'poll.vote, poll.vote',
  );
});
