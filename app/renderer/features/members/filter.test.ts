import { expect, test } from 'vitest';
import type { Member } from '../../../contract/index.ts';
import { mayRule, membersShown } from './filter.ts';

const member = (handle: string, rest: Partial<Member> = {}): Member => ({
  did: `did:key:z${handle}`,
  handle,
  handleBlock: 1,
  role: 'member',
  joinedAt: 0,
  invitedBy: null,
  posts: 0,
  lastSeenAt: null,
  online: false,
  banned: null,
  isMe: false,
  ...rest,
});

test('members online come first, then by role, then by handle', () => {
  const all = [
    member('zed'),
    member('amy'),
    member('mod', { role: 'moderator' }),
    member('here', { online: true }),
    member('nobody', { role: null }),
  ];
  expect(membersShown(all, '', 'all').map((entry) => entry.handle)).toEqual([
    'here',
    'mod',
    'amy',
    'zed',
    'nobody',
  ]);
  expect(membersShown(all, 'E', 'all').map((entry) => entry.handle)).toEqual(['here', 'zed']);
  expect(membersShown(all, '', 'crew').map((entry) => entry.handle)).toEqual(['mod']);
});

test('a person may change lower roles only, and never themselves', () => {
  expect(mayRule('sysop', member('a'))).toBe(true);
  expect(mayRule('moderator', member('a', { role: 'moderator' }))).toBe(false);
  expect(mayRule('moderator', member('a', { role: null }))).toBe(true);
  expect(mayRule('member', member('a', { role: 'guest' }))).toBe(false);
  expect(mayRule('sysop', member('a', { isMe: true }))).toBe(false);
  expect(mayRule(null, member('a'))).toBe(false);
});
