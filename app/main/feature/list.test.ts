import { expect, test } from 'vitest';
import * as z from 'zod';
import { kindsOf, KNOWN_VERSION } from '../ledger/index.ts';
import type { Kind } from '../log/kinds.ts';
import { defineFeature, type Feature } from './feature.ts';
import { featureList, neededBy } from './list.ts';
import { FeatureListError } from './list-error.ts';

const bare = (name: string, ...needs: string[]): Feature => ({ name, needs });
const names = (features: readonly Feature[]) => features.map(({ name }) => name);
const refused = (features: readonly Feature[]): FeatureListError => {
  try {
    featureList(features);
  } catch (error) {
    if (error instanceof FeatureListError) return error;
    throw error;
  }
  throw new Error('the list was taken');
};

test('features start in the order of their needs, and by name where these leave a choice', () => {
  const list = featureList([bare('boards', 'log'), bare('log', 'ledger'), bare('chat'), bare('ledger')]);
  expect(names(list)).toEqual(['ledger', 'log', 'boards', 'chat']);
});

test.each<[string, Kind['stratum'], Kind['leastRole']]>([
  ['open', 'content', 'member'],
  ['Poll.open', 'content', 'member'],
  ['poll.open', 'authority', 'sysop'],
  ['authority/poll.open', 'content', 'member'],
  ['authority/poll.open', 'authority', 'moderator'],
])('[L16] a kind “%s” of the stratum %s for a %s is refused', (name, stratum, leastRole) => {
  const kind: Kind = { name, stratum, leastRole, body: z.strictObject({}) };
  const problem = refused([{ ...bare('polls'), kinds: [kind] }]);
  expect(problem.code).toBe('kind-misnamed');
  expect(problem.message).toContain(`The kind “${name}” of “polls”`);
});

test('a missing need is named', () => {
  expect(refused([bare('market', 'escrow')])).toMatchObject({
    code: 'unknown-need',
    message: 'Feature “market” needs “escrow”, which is not in the list.',
  });
});

test('a service that a feature uses without naming it is refused', () => {
  const made = { log: 'the log', members: 'the members' };
  const services = neededBy(bare('polls', 'log'), made) as typeof made;
  expect(services.log).toBe('the log');
  expect(() => services.members).toThrow('Feature “polls” uses “members”, which its needs do not name.');
});

test('circular needs are named', () => {
  expect(refused([bare('a', 'b'), bare('b', 'c'), bare('c', 'b')])).toMatchObject({
    code: 'circular-needs',
    message: 'These features have circular needs: b → c → b.',
  });
});

test.each<[string, Partial<Feature>]>([
  ['table', { tables: { kept: ['listing'] } }],
  ['view', { views: ['open_listing'] }],
  ['kind of events', { kinds: [{ name: 'listing.open' } as never] }],
  ['kind of transactions', { ledgerKinds: new Map([['listing.open', {} as never]]) }],
  [
    'command',
    { commands: [{ name: 'list', summary: '', examples: [], run: async () => ({ text: '', data: 0 }) }] },
  ],
])('a %s that two features claim is named, with both features', (what, claim) => {
  const problem = refused([
    { ...bare('auction'), ...claim },
    { ...bare('market'), ...claim },
  ]);
  expect(problem.code).toBe('claimed-twice');
  expect(problem.message).toMatch(
    new RegExp(`^The ${what} “.+” is claimed by “auction” and by “market”\\.$`),
  );
});

test('a kind of timers that two features declare is named; two kinds of transactions may share one', () => {
  const timer = { name: 'listing.expire', body: z.strictObject({}), run: () => [] };
  const opens = (...names: string[]) => ({
    ledgerKinds: new Map(names.map((name) => [name, { name, timers: [timer] } as never])),
  });
  expect(names(featureList([{ ...bare('market'), ...opens('listing.open', 'listing.renew') }]))).toEqual([
    'market',
  ]);
  const problem = refused([
    { ...bare('auction'), ...opens('auction.open') },
    { ...bare('market'), ...opens('listing.open') },
  ]);
  expect(problem.message).toBe(
    'The kind of timers “listing.expire” is claimed by “auction” and by “market”.',
  );
});

test('two features with one name are refused', () => {
  expect(refused([bare('chat'), bare('chat')])).toMatchObject({ code: 'claimed-twice' });
});

test('a table that one feature names twice is refused', () => {
  const tables = { kept: ['listing'], derived: ['listing'] };
  expect(refused([{ ...bare('market'), tables }]).message).toBe(
    'The table “listing” is claimed twice by “market”.',
  );
});

test('a name that the node itself uses is refused', () => {
  expect(refused([bare('transport')])).toMatchObject({
    code: 'reserved-name',
    message: 'A feature cannot be called “transport”: the node uses this name.',
  });
});

test('a migration under the name of another feature is refused', () => {
  const migrations = [{ feature: 'notes', step: 1, name: 'market', sql: '' }];
  expect(refused([{ ...bare('market'), migrations }])).toMatchObject({
    code: 'foreign-step',
    message: 'Step 1 of the migrations of “market” names the feature “notes”.',
  });
});

test('a service that does not fit a need does not compile', () => {
  const clock = defineFeature({ name: 'clock', needs: [], create: () => ({ hours: () => 12 }) });
  const bell = defineFeature({
    name: 'bell',
    needs: ['clock'],
    create: (_: unknown, needs: { clock: { minutes(): number } }) => needs.clock,
  });
  const chime = defineFeature({
    name: 'chime',
    needs: ['clock'],
    create: (_: unknown, needs: { clock: { hours(): number } }) => needs.clock,
  });
  expect(names(featureList([clock, chime]))).toEqual(['clock', 'chime']);
  // @ts-expect-error the clock has no minutes
  expect(names(featureList([clock, bell]))).toEqual(['clock', 'bell']);
});

test('a service whose own method has the name of a hook does not compile', () => {
  const polls = defineFeature({
    name: 'polls',
    needs: [],
    create: (_: unknown, _needs: Record<never, never>) => ({ start: (question: string) => question }),
  });
  // @ts-expect-error the node would call `start` without a question
  expect(names(featureList([polls]))).toEqual(['polls']);
});

test('[PV6] a kind, a timer or a rule of a version that the release does not know is refused', () => {
  const body = z.strictObject({});
  const early = { name: 'poll.close', since: KNOWN_VERSION + 1, body, run: () => [] };
  const known = { ...early, since: KNOWN_VERSION };
  const kind = { name: 'poll.open', body, leastRole: null, execute: () => [] };
  const listOf = (changes: object) =>
    [{ ...bare('polls'), ledgerKinds: kindsOf({ ...kind, ...changes }) }] as Feature[];
  for (const changes of [{ since: KNOWN_VERSION + 1 }, { timers: [early] }, { rules: [early] }]) {
    expect(refused(listOf(changes)).code).toBe('unknown-version');
  }
  expect(refused(listOf({ timers: [early] })).message).toContain(
    '“poll.close” of “polls” exists since version',
  );
  expect(names(featureList(listOf({ since: KNOWN_VERSION, timers: [known], rules: [known] })))).toEqual([
    'polls',
  ]);
});
