import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CallSource, Participant } from '../../../contract/index.ts';
import { lastN, ranked, spotlightOf, tilesOf, type Attention } from './order.ts';

const participant = (id: string, joinedAt: number, rest: Partial<Participant> = {}): Participant => ({
  id,
  person: { did: `did:key:z${id}`, handle: id, role: 'member' },
  joinedAt,
  handAt: null,
  sends: [],
  quality: { grade: 'good', cause: 'none' },
  consent: null,
  ...rest,
});
const sending = (...sources: CallSource[]) => ({
  sends: sources.map((source) => ({ source, muted: false })),
});
const calm: Attention = { pinned: null, speaker: null, spokeAt: new Map(), me: null, now: 100_000 };
const keys = (tiles: readonly { key: string }[]) => tiles.map(({ key }) => key);

const crew = [participant('ada', 1), participant('ben', 2), participant('cleo', 3), participant('dora', 4)];

test('tiles stand in the order in which people came, each screen before its sharer', () => {
  const people = [participant('late', 9), participant('ben', 2, sending('camera', 'screen'))];
  expect(keys(tilesOf(people))).toEqual(['ben screen', 'ben', 'late']);
});

test('the dominant speaker comes first, then raised hands by time, then who came first', () => {
  const people = [
    ...crew,
    participant('late hand', 5, { handAt: 60 }),
    participant('early hand', 6, { handAt: 50 }),
  ];
  const order = keys(ranked(tilesOf(people), { ...calm, speaker: 'dora' }));
  expect(order).toEqual(['dora', 'early hand', 'late hand', 'ada', 'ben', 'cleo']);
});

test('a pinned tile and shared screens come before the speaker', () => {
  const people = [...crew, participant('eve', 5, sending('screen'))];
  const order = keys(ranked(tilesOf(people), { ...calm, speaker: 'ada', pinned: 'cleo' }));
  expect(order.slice(0, 3)).toEqual(['cleo', 'eve screen', 'ada']);
});

test('who spoke a moment ago stays before those who have not, for a while', () => {
  const spokeAt = new Map([['dora', 90_000]]);
  expect(keys(ranked(tilesOf(crew), { ...calm, spokeAt }))[0]).toBe('dora');
  expect(keys(ranked(tilesOf(crew), { ...calm, spokeAt, now: 200_000 }))[0]).toBe('ada');
});

test('a speaker without a place takes one over, and nobody else moves', () => {
  const before = ['ada', 'ben', 'cleo'];
  const after = lastN(tilesOf(crew), { ...calm, speaker: 'dora' }, 3, before);
  expect(keys(after)).toEqual(['ada', 'ben', 'dora']);
  expect(keys(lastN(tilesOf(crew), { ...calm, speaker: 'ben' }, 3, before))).toEqual(before);
});

test('whoever speaks, the last N are N different tiles with the speaker among them', () => {
  const people = Array.from({ length: 12 }, (_, n) => participant(`p${n}`, n));
  const turns = fc.array(fc.integer({ min: 0, max: 11 }), { maxLength: 30 });
  fc.assert(
    fc.property(turns, fc.integer({ min: 1, max: 12 }), (speakers, most) => {
      let shown: string[] = [];
      for (const n of speakers) {
        shown = keys(lastN(tilesOf(people), { ...calm, speaker: `p${n}` }, most, shown));
        expect(new Set(shown).size).toBe(most);
        expect(shown).toContain(`p${n}`);
      }
    }),
  );
});

test('the spotlight is on the pinned tile, else a screen, else who speaks or spoke last, never on oneself in company', () => {
  const people = [...crew, participant('eve', 5, sending('screen'))];
  const mine = { ...calm, me: 'ada' };
  expect(spotlightOf(tilesOf(people), { ...mine, pinned: 'ben' })?.key).toBe('ben');
  expect(spotlightOf(tilesOf(people), { ...mine, speaker: 'cleo' })?.key).toBe('eve screen');
  expect(spotlightOf(tilesOf(crew), { ...mine, speaker: 'cleo' })?.key).toBe('cleo');
  const spokeAt = new Map([
    ['ben', 5],
    ['dora', 9],
  ]);
  expect(spotlightOf(tilesOf(crew), { ...mine, speaker: 'ada', spokeAt })?.key).toBe('dora');
  expect(spotlightOf(tilesOf(crew), mine)?.key).toBe('ben');
  expect(spotlightOf(tilesOf([participant('ada', 1)]), mine)?.key).toBe('ada');
  expect(spotlightOf([], mine)).toBeNull();
});
