import { describe, expect, test } from 'vitest';
import { decodeCanonical, encodeCanonical } from '../kernel/canonical.ts';
import { problemOf } from '../kernel/errors.ts';
import { sha256 } from '../kernel/sha256.ts';
import { TestLedger } from '../ledger/test-ledger.ts';
import type { LogEvent } from '../log/event.ts';
import { makeGenesis, openGenesis } from './genesis.ts';
import { CommunityProfile } from './profile.ts';

const { origin } = new TestLedger();
const fields = {
  name: 'Harbour',
  description: 'Boats and tides',
  founder: origin.founder,
  handle: 'Mara',
  createdAt: 1_700_000_000_000,
  nonce: new Uint8Array(16),
  ledger: origin.ledger,
};

describe('[C1] the genesis document', () => {
  test('has exactly the fields of the rule, and its hash is the id of the community', () => {
    const genesis = makeGenesis(fields);
    expect(decodeCanonical(genesis.bytes)).toEqual({ v: 1, ...fields });
    expect(genesis.id).toEqual(sha256(genesis.bytes));
    expect(openGenesis(genesis.bytes)).toEqual(genesis);
    expect(makeGenesis({ ...fields, nonce: new Uint8Array(16).fill(1) }).id).not.toEqual(genesis.id);
  });

  test.each<[string, object]>([
    ['another version', { v: 2 }],
    ['a name of one character', { name: 'H' }],
    ['a name of 61 characters', { name: 'H'.repeat(61) }],
    ['a description of 401 characters', { description: 'd'.repeat(401) }],
    ['a short founder key', { founder: new Uint8Array(31) }],
    ['no handle', { handle: '' }],
    ['a handle of 33 characters', { handle: 'M'.repeat(33) }],
    ['a creation time before 1970', { createdAt: -1 }],
    ['a nonce of 15 bytes', { nonce: new Uint8Array(15) }],
    ['an unknown field', { motto: 'Ahoy' }],
  ])('is refused with %s', (_, changes) => {
    const bytes = encodeCanonical({ v: 1, ...fields, ...changes });
    expect(() => openGenesis(bytes)).toThrow(expect.objectContaining({ code: 'bad-genesis' }));
  });
});

test('[C1] [A8] the founder has a handle of the version that the community begins with', () => {
  const { protocol: _, ...ledger } = fields.ledger;
  const codeOf = (handle: string, first: object) => {
    try {
      openGenesis(encodeCanonical({ v: 1, ...fields, handle, ledger: { ...ledger, ...first } }));
      return null;
    } catch (error) {
      return problemOf(error).code;
    }
  };
  expect(codeOf('मीरा', { protocol: 2 })).toBeNull();
  expect(codeOf('मी'.repeat(32), { protocol: 2 })).toBeNull();
  expect(codeOf('\u0940मीरा', { protocol: 2 })).toBe('bad-genesis');
  expect(codeOf('mara ☃', { protocol: 2 })).toBe('bad-genesis');
  // Earlier releases wrote what they were given.
  expect(codeOf('mara ☃', {})).toBeNull();
  expect(codeOf('मी'.repeat(32), {})).toBe('bad-genesis');
});

test('[C2] name and description follow the updates in order of (time, id), whatever order they arrive in', () => {
  const update = (time: number, id: number, body: object): LogEvent =>
    ({ time, id: new Uint8Array(32).fill(id), body }) as unknown as LogEvent;
  const updates = [
    update(1, 9, { name: 'First', description: 'Tides' }),
    update(2, 1, { name: 'Second' }),
    update(2, 2, { name: 'Third' }),
  ];
  for (const arrived of [updates, updates.toReversed()]) {
    const profile = new CommunityProfile(makeGenesis(fields));
    expect(profile.current()).toEqual({ name: 'Harbour', description: 'Boats and tides' });
    for (const event of arrived) profile.apply(event);
    expect(profile.current()).toEqual({ name: 'Third', description: 'Tides' });
    profile.revoke(updates[2]!);
    expect(profile.current()).toEqual({ name: 'Second', description: 'Tides' });
  }
});
