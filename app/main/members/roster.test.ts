import { expect, test } from 'vitest';
import { ticksOf } from '../kernel/hybrid-time.ts';
import { sha256 } from '../kernel/sha256.ts';
import { Roster } from './roster.ts';

const key = (name: string) => sha256(Buffer.from(name));
const founder = { key: key('mara'), handle: 'Mara', time: ticksOf(1000) };

/** A roster after changes, each in a block of its own: time, author, kind, body. */
function rosterOf(...changes: [time: number, by: string, kind: string, body: object][]): Roster {
  const roster = new Roster(founder);
  for (const [place, [time, by, kind, body]] of changes.entries()) {
    roster.apply({ height: place + 1, time, account: key(by), kind, body });
  }
  return roster;
}

const grant = (member: string, role = 'member', handle?: string) =>
  ({ member: key(member), role, ...(handle ? { handle } : {}) }) as const;
const rolesAt = (roster: Roster, name: string, ...times: number[]) =>
  times.map((time) => roster.roleAt(key(name), ticksOf(time)));

test('[M1] begins with the founder as sysop and nobody else', () => {
  const roster = rosterOf();
  expect(roster.members().map(({ handle, handleBlock, role }) => [handle, handleBlock, role])).toEqual([
    ['Mara', 0, 'sysop'],
  ]);
  expect(rolesAt(roster, 'mara', 999, 1000)).toEqual([null, 'sysop']);
  expect(roster.knows(key('ines'))).toBe(false);
});

test('[M2] [M3] the first grant makes a member from its block on, a further one changes the role', () => {
  const roster = rosterOf(
    [1001, 'mara', 'role.grant', grant('ines', 'moderator', 'Ines')],
    [1005, 'mara', 'role.grant', grant('ines', 'member')],
    [1006, 'ines', 'role.grant', grant('brine')],
  );
  expect(rolesAt(roster, 'ines', 1000, 1001, 1004, 1005)).toEqual([null, 'moderator', 'moderator', 'member']);
  expect(roster.member(key('ines'))).toMatchObject({
    joinedAt: 1001,
    invitedBy: key('mara'),
    handleBlock: 1,
  });
  expect(roster.member(key('brine'))).toMatchObject({ handle: null, invitedBy: key('ines') });
});

test('[M2] a ban takes every right from its block on and restores it at its end, or when it is lifted', () => {
  const ban = { member: key('brine'), reason: 'flood', until: 2000 };
  const banned = rosterOf([1001, 'mara', 'role.grant', grant('brine')], [1500, 'mara', 'member.ban', ban]);
  expect(rolesAt(banned, 'brine', 1499, 1500, 1999, 2000)).toEqual(['member', null, null, 'member']);
  expect(banned.member(key('brine'))!.banned).toMatchObject({ at: 1500, until: 2000, by: key('mara') });
  const lifted = rosterOf(
    [1001, 'mara', 'role.grant', grant('brine')],
    [1500, 'mara', 'member.ban', ban],
    [1600, 'mara', 'member.lift', { member: key('brine') }],
  );
  expect(rolesAt(lifted, 'brine', 1599, 1600, 2000)).toEqual([null, 'member', 'member']);
});

test('[M4] a role given during a ban counts once the ban is over', () => {
  const roster = rosterOf(
    [1001, 'mara', 'role.grant', grant('brine')],
    [1500, 'mara', 'member.ban', { member: key('brine'), reason: '', until: 2000 }],
    [1600, 'mara', 'role.grant', grant('brine', 'guest')],
  );
  expect(rolesAt(roster, 'brine', 1499, 1700, 2000)).toEqual(['member', null, 'guest']);
});

test('[M5] a member whose role was taken stays known and may do nothing', () => {
  const roster = rosterOf(
    [1001, 'mara', 'role.grant', grant('brine')],
    [1500, 'mara', 'role.revoke', { member: key('brine') }],
  );
  expect(rolesAt(roster, 'brine', 1499, 1500)).toEqual(['member', null]);
  expect(roster.knows(key('brine'))).toBe(true);
});

test('[M6] a handle has one holder, whatever its case, and is free once its holder gives it up', () => {
  const roster = rosterOf(
    [1001, 'mara', 'role.grant', grant('ines', 'member', 'Ines')],
    [1002, 'mara', 'role.grant', grant('odin')],
    [1003, 'ines', 'handle.register', { handle: 'Ines Two' }],
  );
  expect(roster.holderOf('INES TWO')?.key).toEqual(key('ines'));
  expect(roster.holderOf('Ines')).toBeNull();
  expect(roster.member(key('ines'))!.handleBlock).toBe(3);
  roster.apply({
    height: 4,
    time: 1004,
    account: key('ines'),
    kind: 'handle.transfer',
    body: { handle: 'ines two', to: key('odin') },
  });
  expect([roster.member(key('ines'))!.handle, roster.member(key('odin'))!.handle]).toEqual([
    null,
    'Ines Two',
  ]);
});

test('[M7] a device speaks for its account while it is registered', () => {
  const roster = rosterOf(
    [1001, 'mara', 'role.grant', grant('ines', 'moderator')],
    [1002, 'ines', 'device.add', { device: key('phone'), name: 'phone' }],
    [1003, 'ines', 'device.rotate', { device: key('phone'), to: key('tablet') }],
    [1005, 'ines', 'device.revoke', { device: key('tablet') }],
  );
  expect(rolesAt(roster, 'phone', 1001, 1002, 1003)).toEqual([null, 'moderator', null]);
  expect(rolesAt(roster, 'tablet', 1002, 1003, 1005)).toEqual([null, 'moderator', null]);
  expect(roster.member(key('tablet'))?.key).toEqual(key('ines'));
});

test('[M7] changes to an account apply to all keys that speak for it', () => {
  const roster = rosterOf(
    [1001, 'mara', 'role.grant', grant('ines')],
    [1002, 'ines', 'device.add', { device: key('phone'), name: 'phone' }],
  );
  const ban = { member: key('ines'), reason: '', until: null };
  const keys = roster.apply({ height: 3, time: 1003, account: key('mara'), kind: 'member.ban', body: ban });
  expect(keys).toEqual([key('ines'), key('phone')]);
  expect(rolesAt(roster, 'phone', 1002, 1003)).toEqual(['member', null]);
});

test('[M7] after a recovery the new root speaks for the account, and no other key does', () => {
  const roster = rosterOf(
    [1001, 'mara', 'role.grant', grant('ines')],
    [1002, 'ines', 'device.add', { device: key('phone'), name: 'phone' }],
    [1003, 'ines', 'account.recover', { root: key('fresh'), proof: new Uint8Array(64) }],
  );
  expect(['ines', 'phone', 'fresh'].map((name) => rolesAt(roster, name, 1002, 1003))).toEqual([
    ['member', null],
    ['member', null],
    [null, 'member'],
  ]);
});

test('[M7] nobody can make a member their device: a key with an account counts only for that account', () => {
  const roster = rosterOf(
    [1001, 'mara', 'role.grant', grant('ines', 'moderator')],
    [1002, 'ines', 'device.add', { device: key('odin'), name: 'stolen' }],
    [1003, 'mara', 'role.grant', grant('odin', 'guest')],
    [1004, 'ines', 'device.revoke', { device: key('odin') }],
  );
  expect(rolesAt(roster, 'odin', 1002, 1003, 1004)).toEqual(['moderator', 'guest', 'guest']);
  expect(roster.member(key('odin'))?.key).toEqual(key('odin'));
});
