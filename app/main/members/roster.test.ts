import { expect, test } from 'vitest';
import { ticksOf } from '../kernel/hybrid-time.ts';
import { sha256 } from '../kernel/sha256.ts';
import type { Account } from '../ledger/index.ts';
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

test('[M13] of two handles that look alike the earlier block has the name, then the earlier member', () => {
  const roster = rosterOf(
    [1001, 'mara', 'role.grant', grant('trudy')],
    [1002, 'mara', 'role.grant', grant('ines', 'member', 'Ines')],
    [1003, 'trudy', 'handle.register', { handle: 'lnes' }],
    [1004, 'mara', 'role.grant', grant('eve', 'member', '1nes')],
  );
  const other = (name: string, handle: string) => roster.resembled(handle, key(name))?.key ?? null;
  expect(['ines', 'trudy', 'eve'].map((name) => other(name, 'Ines'))).toEqual([
    null,
    key('ines'),
    key('ines'),
  ]);
  expect(roster.resembled('lnes', null)?.key).toEqual(key('ines'));
  roster.apply({
    height: 5,
    time: 1005,
    account: key('ines'),
    kind: 'handle.register',
    body: { handle: 'Zoe' },
  });
  expect([other('trudy', 'lnes'), other('eve', '1nes'), other('ines', 'Zoe')]).toEqual([
    null,
    key('trudy'),
    null,
  ]);
  roster.apply({
    height: 6,
    time: 1006,
    account: key('trudy'),
    kind: 'handle.transfer',
    body: { handle: 'lnes', to: key('odin') },
  });
  expect(other('eve', '1nes')).toBeNull();
});

/** An account in a state, since 1000 by default. */
const account = (name: string, changes: Partial<Account> = {}) => ({
  key: key(name),
  account: {
    nonce: 0,
    root: key(name),
    devices: [],
    role: 'member',
    banned: null,
    handle: null,
    credits: 0,
    since: 1000,
    ...changes,
  } satisfies Account,
});

test('[M8] begins with the accounts of a state: bans, new roots and devices count from their own time on', () => {
  const roster = rosterOf([1001, 'mara', 'role.grant', grant('gone', 'member', 'Gone')]);
  roster.begin([
    account('mara', { role: 'sysop', handle: 'Mara' }),
    account('brine', { banned: { at: 1500, until: 2000, reason: 'flood', by: key('mara') } }),
    account('ines', { root: key('fresh'), devices: [{ key: key('phone'), name: 'phone', since: 1200 }] }),
    account('odin', { role: null }),
  ]);
  expect(rolesAt(roster, 'brine', 999, 1499, 1500, 2000)).toEqual([null, 'member', null, 'member']);
  expect(roster.member(key('brine'))!.banned).toMatchObject({ reason: 'flood', by: key('mara') });
  expect(rolesAt(roster, 'ines', 1000, 1300)).toEqual([null, null]);
  expect(rolesAt(roster, 'fresh', 999, 1000)).toEqual([null, 'member']);
  expect(rolesAt(roster, 'phone', 1199, 1200)).toEqual([null, 'member']);
  expect(rolesAt(roster, 'odin', 1000)).toEqual([null]);
  expect([roster.knows(key('gone')), roster.holderOf('Gone'), roster.keysOf(key('gone'))]).toEqual([
    false,
    null,
    [],
  ]);
  expect(roster.holderOf('mara')?.key).toEqual(key('mara'));
});

test('[M8] [M13] of accounts whose blocks are not here, who joined first had the name first', () => {
  const roster = rosterOf();
  roster.begin([
    account('trudy', { handle: 'lnes', since: 1200 }),
    account('ines', { handle: 'Ines', since: 1100 }),
    account('eve', { handle: '1nes', since: 1100 }),
  ]);
  expect(roster.resembled('lnes', key('trudy'))?.key).toEqual(key('ines'));
  expect(roster.resembled('1nes', key('eve'))?.key).toEqual(key('ines'));
  expect(roster.resembled('Ines', key('ines'))).toBeNull();
});

test('[M8] who admitted a member of the state is known once the transaction is', () => {
  const roster = rosterOf();
  roster.begin([account('mara', { role: 'sysop' }), account('ines', { since: 1100 }), account('odin')]);
  const granted = (name: string, time: number) => {
    roster.apply({ height: 9, time, account: key('brine'), kind: 'role.grant', body: grant(name, 'guest') });
    return roster.member(key(name))!;
  };
  expect(granted('ines', 1100)).toMatchObject({ invitedBy: key('brine'), role: 'guest' });
  expect(granted('odin', 1100).invitedBy).toBeNull();
  expect(granted('mara', 1000).invitedBy).toBeNull();
});

test('[M1] a reset leaves the founder alone', () => {
  const roster = rosterOf(
    [1001, 'mara', 'role.grant', grant('ines', 'member', 'Ines')],
    [1002, 'mara', 'handle.register', { handle: 'Mara Two' }],
  );
  roster.reset();
  expect(roster.members().map(({ handle, handleBlock }) => [handle, handleBlock])).toEqual([['Mara', 0]]);
  expect([roster.knows(key('ines')), roster.holderOf('Ines'), roster.resembled('lnes', null)]).toEqual([
    false,
    null,
    null,
  ]);
  expect(rolesAt(roster, 'mara', 999, 1000)).toEqual([null, 'sysop']);
});

test('[M1] each transaction tells whose rights it changed', () => {
  const roster = rosterOf();
  const changed = (time: number, by: string, kind: string, body: object) =>
    roster.apply({ height: time - 1000, time, account: key(by), kind, body });
  expect(changed(1001, 'mara', 'role.grant', grant('ines', 'member', 'Ines'))).toEqual([key('ines')]);
  expect(changed(1002, 'mara', 'role.grant', grant('odin'))).toEqual([key('odin')]);
  expect(changed(1003, 'ines', 'device.add', { device: key('phone') })).toEqual([key('phone')]);
  expect(changed(1004, 'ines', 'device.rotate', { device: key('phone'), to: key('tablet') })).toEqual([
    key('phone'),
    key('tablet'),
  ]);
  expect(changed(1005, 'ines', 'device.revoke', { device: key('tablet') })).toEqual([key('tablet')]);
  expect(changed(1006, 'ines', 'account.recover', { root: key('fresh') })).toEqual([
    key('ines'),
    key('phone'),
    key('tablet'),
    key('fresh'),
  ]);
  const nobody = { member: key('nobody'), reason: '', until: null };
  expect(changed(1007, 'mara', 'member.ban', nobody)).toEqual([]);
  expect(changed(1008, 'nobody', 'handle.register', { handle: 'Nobody' })).toEqual([]);
  expect(changed(1009, 'mara', 'credit.transfer', { to: key('odin'), amount: 1 })).toEqual([]);
  expect(changed(1010, 'nobody', 'device.revoke', { device: key('nothing') })).toEqual([key('nothing')]);
});

test('[M2] [M4] changes of one moment count as the last of them', () => {
  const roster = rosterOf(
    [1001, 'mara', 'role.grant', grant('brine')],
    [1001, 'mara', 'role.grant', grant('brine', 'guest')],
    [1500, 'mara', 'member.ban', { member: key('brine'), reason: '', until: 2000 }],
    [2000, 'mara', 'role.grant', grant('brine', 'moderator')],
  );
  expect(roster.member(key('brine'))!.rightsHistory).toEqual([
    { from: ticksOf(1001), role: 'guest' },
    { from: ticksOf(1500), role: null },
    { from: ticksOf(2000), role: 'moderator' },
  ]);
});

test('[M7] only the account of a device ends it, and a later end does not lengthen it', () => {
  const roster = rosterOf(
    [1001, 'mara', 'role.grant', grant('ines')],
    [1002, 'mara', 'role.grant', grant('odin', 'guest')],
    [1003, 'ines', 'device.add', { device: key('phone') }],
    [1004, 'odin', 'device.revoke', { device: key('phone') }],
    [1006, 'ines', 'device.revoke', { device: key('phone') }],
    [1009, 'ines', 'device.revoke', { device: key('phone') }],
    [1012, 'odin', 'device.add', { device: key('phone') }],
  );
  expect(rolesAt(roster, 'phone', 1005, 1006, 1008, 1011, 1012)).toEqual([
    'member',
    null,
    null,
    null,
    'guest',
  ]);
  expect(roster.member(key('phone'))?.key).toEqual(key('odin'));
});

test('[M7] a key with an account never speaks for another, even when it no longer speaks for its own', () => {
  const roster = rosterOf(
    [1001, 'mara', 'role.grant', grant('ines')],
    [1002, 'mara', 'role.grant', grant('odin', 'guest')],
    [1003, 'odin', 'device.add', { device: key('ines') }],
    [1005, 'ines', 'account.recover', { root: key('fresh') }],
  );
  expect(rolesAt(roster, 'ines', 1004, 1005)).toEqual(['member', null]);
  expect(roster.member(key('ines'))?.key).toEqual(key('ines'));
});
