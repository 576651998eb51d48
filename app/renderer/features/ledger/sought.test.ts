import { expect, test } from 'vitest';
import { soughtBy } from './sought.ts';

const members = ['Mara', 'Ines K', 'marlin', '1984'].map((handle) => ({
  did: `did:key:z6Mk${handle}`,
  handle,
}));
const sought = (text: string) => soughtBy(text, members);

test('nothing typed asks for everything', () => {
  expect(sought('  ')).toEqual({ what: 'all' });
});

test('a handle is found whole in any case before parts are tried', () => {
  expect(sought('mara')).toMatchObject({ what: 'account', handle: 'Mara' });
  expect(sought('ines')).toMatchObject({ what: 'account', handle: 'Ines K' });
  expect(sought('mar')).toMatchObject({
    what: 'several',
    members: [{ handle: 'Mara' }, { handle: 'marlin' }],
  });
});

test('an identity is taken as it stands, also of somebody who is no member', () => {
  expect(sought('did:key:z6MkMara')).toMatchObject({ what: 'account', handle: 'Mara' });
  expect(sought('did:key:z6MkStranger1')).toMatchObject({ what: 'account', did: 'did:key:z6MkStranger1' });
});

test('an id leads to a transaction and a number to a block, unless it is a handle', () => {
  expect(sought(' bafyreih5x ')).toEqual({ what: 'id', id: 'bafyreih5x' });
  expect(sought('4,210')).toEqual({ what: 'block', height: 4_210 });
  expect(sought('1984')).toMatchObject({ what: 'account', handle: '1984' });
});

test('what can be nothing is said to be nothing', () => {
  for (const text of ['0', 'zzz', 'BAFY!!', '99999999999999999999'])
    expect(sought(text)).toEqual({ what: 'nobody' });
});

test('a kind is known by its name and in words, and a handle comes before it', () => {
  expect(sought('credit.transfer')).toEqual({ what: 'kind', kind: 'credit.transfer' });
  expect(sought('credits GIVEN')).toEqual({ what: 'kind', kind: 'credit.transfer' });
  expect(sought('post.pin')).toEqual({ what: 'kind', kind: 'post.pin' });
  const named = [{ did: 'did:key:z6MkOdd', handle: 'role.grant' }];
  expect(soughtBy('role.grant', named)).toMatchObject({ what: 'account', did: 'did:key:z6MkOdd' });
});
