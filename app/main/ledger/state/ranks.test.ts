import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outranks, type Role } from '../../kernel/roles.ts';
import { TestLedger, type Person } from '../test-ledger.ts';
import { growTo, scheduleSoon } from '../test-versions.ts';
import { accountOf } from './accounts.ts';

const ROLES = ['guest', 'member', 'moderator', 'co-sysop'] as const;

/** A ledger in which Odin is co-sysop, Thor and Freya moderators, Loki a member whom Freya admitted. */
async function world(protocol: 1 | 2) {
  const ledger = new TestLedger(protocol === 1 ? {} : { protocol });
  const mara = ledger.founder;
  const [odin, thor, freya, loki] = ['odin', 'thor', 'freya', 'loki'].map((name) => ledger.person(name)) as [
    Person,
    Person,
    Person,
    Person,
  ];
  await ledger.act(mara, 'role.grant', { member: odin.key, role: 'co-sysop' });
  for (const { key } of [thor, freya])
    await ledger.act(mara, 'role.grant', { member: key, role: 'moderator' });
  await ledger.act(freya, 'role.grant', { member: loki.key, role: 'member' });
  const ban = { member: loki.key, reason: 'spam', until: null };
  return { ledger, mara, odin, thor, freya, loki, ban, lift: { member: loki.key } };
}

describe('[X32] a ban', () => {
  test('of a sysop is lifted by a moderator in version 1, and not in version 2', async () => {
    for (const [protocol, code] of [
      [1, null],
      [2, 'decided-by-higher'],
    ] as const) {
      const { ledger, mara, thor, ban, lift } = await world(protocol);
      await ledger.act(mara, 'member.ban', ban);
      expect(await ledger.refusal(thor, 'member.lift', lift)).toBe(code);
    }
  });

  test('of a sysop is not replaced by a moderator with one that soon ends', async () => {
    for (const [protocol, code] of [
      [1, null],
      [2, 'decided-by-higher'],
    ] as const) {
      const { ledger, mara, thor, ban } = await world(protocol);
      await ledger.act(mara, 'member.ban', ban);
      const soon = { ...ban, until: ledger.clock.now() + 60_000 };
      expect(await ledger.refusal(thor, 'member.ban', soon)).toBe(code);
    }
  });

  test('is lifted by those whose role is as high as it was decided with, or higher', async () => {
    const { ledger, mara, odin, thor, freya, ban, lift } = await world(2);
    await ledger.act(thor, 'member.ban', ban);
    await ledger.act(freya, 'member.lift', lift);
    await ledger.act(odin, 'member.ban', ban);
    expect(await ledger.refusal(freya, 'member.lift', lift)).toBe('decided-by-higher');
    await ledger.act(mara, 'member.lift', lift);
  });

  test('keeps its rank when its author loses the role, and none when it has ended', async () => {
    const { ledger, mara, odin, thor, ban, lift, loki } = await world(2);
    await ledger.act(odin, 'member.ban', { ...ban, until: ledger.clock.now() + 60_000 });
    await ledger.act(mara, 'role.revoke', { member: odin.key });
    expect(await ledger.refusal(thor, 'member.lift', lift)).toBe('decided-by-higher');
    await ledger.clock.pass(61_000);
    await ledger.act(thor, 'member.ban', ban);
    expect(accountOf(ledger.chain.state, loki.key)!.banned).toMatchObject({ rank: 'moderator' });
  });

  test('from before version 2 counts with the role that its author has', async () => {
    const { ledger, mara, odin, thor, ban, lift, loki } = await world(1);
    await ledger.act(odin, 'member.ban', ban);
    await growTo(ledger, await scheduleSoon(ledger));
    expect(accountOf(ledger.chain.state, loki.key)!.banned).not.toHaveProperty('rank');
    expect(await ledger.refusal(thor, 'member.lift', lift)).toBe('decided-by-higher');
    await ledger.act(mara, 'role.revoke', { member: odin.key });
    expect(await ledger.refusal(thor, 'member.lift', lift)).toBeNull();
  });
});

describe('[X32] a role', () => {
  test('that a sysop took or lowered is given again by a moderator in version 1, and not in version 2', async () => {
    for (const [protocol, code] of [
      [1, null],
      [2, 'decided-by-higher'],
    ] as const) {
      const { ledger, mara, thor, loki } = await world(protocol);
      await ledger.act(mara, 'role.grant', { member: loki.key, role: 'guest' });
      const again = { member: loki.key, role: 'member' };
      expect(await ledger.refusal(thor, 'role.grant', again)).toBe(code);
      expect(await ledger.refusal(thor, 'role.revoke', { member: loki.key })).toBe(code);
      await ledger.act(mara, 'role.revoke', { member: loki.key });
      expect(await ledger.refusal(thor, 'role.grant', again)).toBe(code);
      expect(await ledger.refusal(mara, 'role.grant', again)).toBeNull();
    }
  });

  test('of somebody whom a sysop admitted is changed by a moderator: an admission decides against nobody', async () => {
    const { ledger, mara, thor } = await world(2);
    const sif = ledger.person('sif');
    await ledger.act(mara, 'role.grant', { member: sif.key, role: 'member' });
    await ledger.act(thor, 'role.grant', { member: sif.key, role: 'guest' });
    expect(accountOf(ledger.chain.state, sif.key)).toMatchObject({ role: 'guest', decided: 'moderator' });
  });

  test('that a sysop decided protects nobody from a ban of a moderator', async () => {
    const { ledger, mara, thor, loki, ban } = await world(2);
    await ledger.act(mara, 'role.grant', { member: loki.key, role: 'guest' });
    expect(await ledger.refusal(thor, 'member.ban', ban)).toBeNull();
  });
});

test('[X32] in every order of decisions, no role or ban is replaced by a lower role than it was decided with', async () => {
  const step = fc.record({
    by: fc.nat(4),
    act: fc.constantFrom('role.grant', 'role.revoke', 'member.ban', 'member.lift'),
    role: fc.constantFrom(...ROLES),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const { ledger, mara, odin, thor, freya, loki } = await world(2);
      const people = [mara, odin, thor, freya, loki];
      const ofLoki = () => accountOf(ledger.chain.state, loki.key)!;
      const rank: Record<'role' | 'ban', Role | null> = { role: null, ban: null };
      for (const { by, act, role } of steps) {
        const author = people[by]!;
        const body = {
          'role.grant': { member: loki.key, role },
          'role.revoke': { member: loki.key },
          'member.ban': { member: loki.key, reason: '', until: null },
          'member.lift': { member: loki.key },
        }[act];
        if ((await ledger.refusal(author, act, body)) !== null) continue;
        await ledger.act(author, act, body);
        const own = accountOf(ledger.chain.state, author.key)!.role!;
        const subject = act.startsWith('role') ? 'role' : 'ban';
        const before = rank[subject];
        expect(before !== null && outranks(before, own)).toBe(false);
        rank[subject] = act === 'member.lift' ? null : own;
        expect([ofLoki().decided ?? null, ofLoki().banned?.rank ?? null]).toEqual([rank.role, rank.ban]);
      }
    }),
    { numRuns: 40 },
  );
});
