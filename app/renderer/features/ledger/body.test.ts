import { expect, test } from 'vitest';
import { briefOf, fieldsOf } from './body.ts';

const HEX = '0x3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29';
const DID = 'did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp';
const directory = new Map([[DID, 'Ines K']]);
const shown = (body: unknown) => fieldsOf(body, directory).map((field) => field.shown);

test('a member’s key is shown as the handle, whether given as bytes or as an identity', () => {
  expect(shown({ to: HEX })).toEqual([{ as: 'person', did: DID, handle: 'Ines K' }]);
  expect(shown({ to: DID })).toEqual([{ as: 'person', did: DID, handle: 'Ines K' }]);
  expect(fieldsOf({ to: HEX }, new Map())[0]?.shown).toEqual({ as: 'person', did: DID, handle: null });
});

test('a digest is not mistaken for a person', () => {
  const digest = `0x${'ab'.repeat(32)}`;
  expect(shown({ root: digest })).toEqual([{ as: 'mono', text: digest }]);
});

test('ends of bans are times, amounts have separators, nested values stay as they are', () => {
  expect(shown({ until: 1_764_000_000_000 })).toEqual([{ as: 'time', at: 1_764_000_000_000 }]);
  expect(shown({ until: null })).toEqual([{ as: 'text', text: 'until it is lifted' }]);
  expect(shown({ amount: 1_240, memo: '' })).toEqual([
    { as: 'mono', text: '1,240' },
    { as: 'text', text: 'none' },
  ]);
  expect(shown({ set: { quorum: 3 } })).toEqual([{ as: 'raw', text: '{\n  "quorum": 3\n}' }]);
});

test('a row summarises its transaction in a few words', () => {
  expect(briefOf({ to: HEX, amount: 25, memo: 'tea' }, directory)).toBe('25 to Ines K');
  expect(briefOf({ handle: 'night_owl' }, directory)).toBe('night_owl');
  expect(briefOf({ member: HEX, role: 'moderator' }, directory)).toBe('moderator to Ines K');
  expect(briefOf({ member: HEX, reason: 'Spam', until: null }, directory)).toBe('Ines K');
  expect(briefOf({ set: {} }, directory)).toBe('');
});
