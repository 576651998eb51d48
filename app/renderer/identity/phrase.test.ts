import { expect, test } from 'vitest';
import { inviteOf, placesToAsk, wordsOf } from './phrase.ts';

test('a phrase typed with numbers, commas and capitals is read as its words', () => {
  expect(wordsOf('1. Anchor, 2. tide\n3) Ferry')).toEqual(['anchor', 'tide', 'ferry']);
});

test('three different words are asked for, in the order of the paper', () => {
  const draws = [0.9, 0.9, 0.1, 0.5];
  expect(placesToAsk(() => draws.shift() ?? 0)).toEqual([2, 12, 21]);
});

test('an invite is found in the message that it was pasted with', () => {
  expect(inviteOf('Come in: impulse://join/abc123 see you')).toBe('impulse://join/abc123');
  expect(inviteOf(' abc123 ')).toBe('impulse://join/abc123');
});
