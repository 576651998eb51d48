import { expect, test } from 'vitest';
import { soughtBy } from './sought.ts';

const members = ['Mara', 'Ines K', 'marlin', '1984'].map((handle) => ({
  did: `did:key:z6Mk${handle}`,
  handle,
}));
const sought = (text: string) => soughtBy(text, members);

test('empty input asks for everything', () => {
  expect(sought('  ')).toEqual({ what: 'all' });
});

test('a whole handle in any case is tried before parts of handles', () => {
  expect(sought('mara')).toMatchObject({ what: 'account', handle: 'Mara' });
  expect(sought('ines')).toMatchObject({ what: 'account', handle: 'Ines K' });
  expect(sought('mar')).toMatchObject({
    what: 'several',
    members: [{ handle: 'Mara' }, { handle: 'marlin' }],
  });
});

test('an identity is accepted as it is, even if it belongs to no member', () => {
  expect(sought('did:key:z6MkMara')).toMatchObject({ what: 'account', handle: 'Mara' });
  expect(sought('did:key:z6MkStranger1')).toMatchObject({ what: 'account', did: 'did:key:z6MkStranger1' });
});

test('an id leads to a transaction and a number to a block, unless it is a handle', () => {
  expect(sought(' bafyreih5x ')).toEqual({ what: 'id', id: 'bafyreih5x' });
  expect(sought('4,210')).toEqual({ what: 'block', height: 4_210 });
  expect(sought('1984')).toMatchObject({ what: 'account', handle: '1984' });
});

test('input that matches nothing is reported', () => {
  for (const text of ['0', 'zzz', 'BAFY!!', '99999999999999999999'])
    expect(sought(text)).toEqual({ what: 'nobody' });
});

test('a kind is recognised by its name and its label, and a handle takes precedence', () => {
  expect(sought('credit.transfer')).toEqual({ what: 'kind', kind: 'credit.transfer' });
  expect(sought('credits GIVEN')).toEqual({ what: 'kind', kind: 'credit.transfer' });
  expect(sought('post.pin')).toEqual({ what: 'kind', kind: 'post.pin' });
  const named = [{ did: 'did:key:z6MkOdd', handle: 'role.grant' }];
  expect(soughtBy('role.grant', named)).toMatchObject({ what: 'account', did: 'did:key:z6MkOdd' });
});
