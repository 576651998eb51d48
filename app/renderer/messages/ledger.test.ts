import { expect, test } from 'vitest';
import { ledger } from './ledger.ts';
import { validators } from './validators.ts';

const { says, line } = ledger;
const { margin } = validators;
const four = { validators: 4, quorum: 3 };

test('the first sentence names the block, who signs and how many more may fail', () => {
  expect(says.signing(412, 4, 4, 1)).toBe('Block 412, all four validators signing; one may fail.');
  expect(says.signing(412, 6, 7, 1)).toBe('Block 412, six of seven validators signing; one more may fail.');
  expect(says.signing(412, 3, 4, 0)).toBe(
    'Block 412, three of four validators signing; if one more fails, blocks stop.',
  );
  expect(says.unseen(1_412, four)).toBe('Block 1,412; three of four validators must sign, one may fail.');
});

test('with too few validators, the required number and what goes on are named', () => {
  expect(says.stopped(2, four)).toBe(
    'Two of four validators sign and three must. New transactions wait; posts and chat go on.',
  );
  expect(says.stopped(0, four)).toMatch(/^None of four validators sign and three must\./);
});

test('a community with one validator says so', () => {
  expect(says.alone(9, true)).toBe('Block 9, signed by this node alone; while it is away, blocks stop.');
  expect(says.empty({ validators: 1, quorum: 1 })).toMatch(/one validator signs it/);
});

test('the margin is written in words for every set from one to seven', () => {
  expect(margin.quorum(four)).toBe(
    'Quorum 3 of 4: works with one lost; with two lost, blocks stop and posts go on.',
  );
  expect(margin.quorum({ validators: 3, quorum: 3 })).toBe(
    'Quorum 3 of 3: works only while all sign; with one lost, blocks stop and posts go on.',
  );
  expect(margin.quorum({ validators: 1, quorum: 1 })).toMatch(/^One validator signs alone/);
  expect(margin.quorum({ validators: 7, quorum: 5 })).toMatch(/works with two lost; with three lost/);
});

test('the effect of losing one more is stated, also if no more may be lost', () => {
  expect(margin.nextGood(0)).toMatch(/blocks go on, and then none may fail/);
  expect(margin.nextGood(2)).toMatch(/two more may fail/);
  expect(margin.missing(1)).toMatch(/until one silent validator is back/);
  expect(margin.missing(2)).toMatch(/until two silent validators are back/);
});

test('the line on the overview fits one line', () => {
  expect(line.runs(4_210, 3, 4)).toBe('Block 4,210 final, three of four sign');
  expect(line.runs(4_210, 1, 1)).toBe('Block 4,210 final');
  expect(line.stopped(2, 4)).toBe('Ledger waits: two of four sign');
});
