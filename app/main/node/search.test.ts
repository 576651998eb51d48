import { beforeAll, expect, test } from 'vitest';
import { TestCommunity, type TestNode } from './test-community.ts';

let mara: TestNode;

const TEXTS = {
  and: 'rock and roll',
  or: 'sink or swim',
  not: 'to be or not to be',
  near: 'near the harbour',
  both: 'rock the boat',
  quoted: 'she said “roll the boat”',
  column: 'subject: text tags',
  star: 'rocket science',
};

beforeAll(async () => {
  const world = new TestCommunity();
  mara = await world.person('mara');
  const { id: board } = mara.boards.create({
    slug: 'harbour',
    name: 'Harbour',
    description: '',
    postRole: 'member',
  });
  for (const [subject, text] of Object.entries(TEXTS)) {
    await mara.boards.startThread({ board, subject: `(${subject})`, text, attachments: [] });
  }
  await world.clock.pass(5000);
});

/** The texts that a search finds, by their names. */
const found = (query: string) =>
  mara.boards
    .search({ query, limit: 50 })
    .items.map(({ subject }) => subject.slice(1, -1))
    .toSorted();

test.each<[query: string, names: (keyof typeof TEXTS)[]]>([
  // Each is in the subject of the post that is named after it.
  ['AND', ['and']],
  ['OR', ['not', 'or']],
  ['NOT', ['not']],
  ['NEAR', ['near']],
  ['rock AND roll', ['and']],
  ['sink OR swim', ['or']],
  ['sink OR roll', []],
  ['be NOT swim', []],
  ['be NOT or', ['not']],
  ['rock NOT', []],
  ['AND AND', ['and']],
  ['OR OR OR', ['not', 'or']],
  ['NOT rock', []],
  ['NEAR(the harbour)', ['near']],
  ['NEAR(the harbour, 2)', []],
])('operators of the index are words like any other: %s', (query, names) => {
  expect(found(query)).toEqual(names.toSorted());
});

test.each<[query: string, names: (keyof typeof TEXTS)[]]>([
  ['"roll the boat"', ['quoted']],
  ['"', []],
  ['rock"', ['and', 'both', 'star']],
  ["rock' --", ['and', 'both', 'star']],
  ['(rock', ['and', 'both', 'star']],
  ['rock)', ['and', 'both', 'star']],
  ['rock*', ['and', 'both', 'star']],
  ['*', []],
  ['^rock', ['and', 'both', 'star']],
  ['-rock', ['and', 'both', 'star']],
  ['+rock', ['and', 'both', 'star']],
  ['rock + roll', ['and']],
  ['subject:text', ['column']],
  ['tags:b1', []],
  ['{subject} : rock', []],
  ['b1', []],
  ['a1', []],
])('marks of the index have no meaning: %s', (query, names) => {
  expect(found(query)).toEqual(names.toSorted());
});

test('only the last word of a search may be the beginning of a longer one', () => {
  expect(found('roc')).toEqual(['and', 'both', 'star']);
  expect(found('roc boat')).toEqual([]);
  expect(found('boat roc')).toEqual(['both']);
  expect(found('r')).toEqual([]);
});

test('the marks of a snippet lie on the words, also on those that are operators elsewhere', () => {
  const [hit] = mara.boards.search({ query: 'NOT be', limit: 1 }).items;
  expect(hit!.marks.map(([from, to]) => hit!.snippet.slice(from, to))).toEqual(['be', 'not', 'be']);
});
