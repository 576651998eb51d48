import { describe, expect, test } from 'vitest';
import { Handle } from '../../contract/common.ts';
import { didOf } from '../kernel/did.ts';
import { problemOf } from '../kernel/errors.ts';
import { LedgerHandle } from '../ledger/index.ts';
import { openGate } from '../moderation/test-gate.ts';
import { signerOf, TestCommunity, type TestNode } from '../platform/memory/test-community.ts';
import { createMembers } from './service.ts';

const nobodyHere = { isOnline: () => false, lastSeenAt: () => null, onChange: () => () => {} };
const did = (name: string) => didOf(signerOf(name).publicKey);
const membersOf = (node: TestNode, changes: Partial<Parameters<typeof createMembers>[0]> = {}) =>
  createMembers({
    ...node,
    protocol: () => 1,
    presence: nobodyHere,
    messages: { of: () => 0, onChange: () => () => {} },
    gate: openGate,
    hides: () => false,
    passed: () => {},
    ...changes,
  });

async function community(...names: string[]) {
  const world = new TestCommunity();
  const nodes = await world.nodes('mara', ...names);
  await world.clock.pass(10);
  return { people: world.people, node: (name: string) => world.node(name), nodes, clock: world.clock };
}

describe('members', () => {
  test('the list shows everyone with their inviter, and marks oneself', async () => {
    const { nodes } = await community('ines', 'brine');
    const list = membersOf(nodes[1]!).list();
    expect(list.map(({ handle, role, invitedBy, isMe }) => ({ handle, role, invitedBy, isMe }))).toEqual([
      { handle: 'brine', role: 'member', invitedBy: 'Mara', isMe: false },
      { handle: 'ines', role: 'member', invitedBy: 'Mara', isMe: true },
      { handle: 'Mara', role: 'sysop', invitedBy: null, isMe: false },
    ]);
  });

  test('someone unknown is called by the end of their identity and has no role', async () => {
    const { nodes } = await community();
    expect(membersOf(nodes[0]!).person(signerOf('stranger').publicKey)).toEqual({
      did: did('stranger'),
      handle: did('stranger').slice(-6),
      role: null,
    });
  });

  test('[M6] a handle has one holder, whatever its case', async () => {
    const { nodes } = await community('ines');
    const members = membersOf(nodes[1]!);
    await expect(members.setHandle('MARA')).rejects.toMatchObject({ code: 'handle-taken' });
    await expect(members.setHandle('Ines ☃')).rejects.toMatchObject({ code: 'bad-handle' });
    await members.setHandle('Ines of the pier');
    expect(members.me().handle).toBe('Ines of the pier');
    expect(members.list().find(({ isMe }) => isMe)).toMatchObject({ handleBlock: 2 });
  });

  test.each([
    ['m\u0430ra', 'handle-mixed'],
    ['\u041c\u0430ra', 'handle-mixed'],
    ['rnara', 'handle-looks-alike'],
    ['MARA', 'handle-taken'],
    ['Mara', 'handle-taken'],
    ['\u0456\u0578\u0435\u0455', 'handle-mixed'],
    ['brlne', 'handle-looks-alike'],
  ])('[M13] %s is refused to a member who wants it and to a newcomer', async (handle, code) => {
    const { nodes } = await community('ines', 'briNe', 'brIne');
    await expect(membersOf(nodes[1]!).setHandle(handle)).rejects.toMatchObject({ code });
    const key = signerOf('newcomer').publicKey;
    await expect(membersOf(nodes[0]!).admit({ key, handle, role: 'member' })).rejects.toMatchObject({ code });
  });

  test('[M6] a handle with decomposed letters is the same as with composed ones', () => {
    expect(Handle.parse(' Jose\u0301 ')).toBe('Jos\u00e9');
    expect(LedgerHandle.safeParse(Handle.parse('Jose\u0301')).success).toBe(true);
    expect(Handle.parse('\u1112\u1161\u11ab\u1100\u1173\u11af')).toBe('\ud55c\uae00');
  });

  test('[A8] [M13] a handle with marks needs version 2 of the protocol, which the refusal names', async () => {
    const { nodes } = await community('ines');
    const key = signerOf('newcomer').publicKey;
    for (const handle of ['मीरा', 'வள்ளி', 'ณัฐพล']) {
      const refusal = { code: 'bad-handle', remedy: expect.stringContaining('schedule version 2') as string };
      await expect(membersOf(nodes[1]!).setHandle(handle)).rejects.toMatchObject(refusal);
      await expect(membersOf(nodes[0]!).admit({ key, handle, role: 'member' })).rejects.toMatchObject(
        refusal,
      );
      const members = membersOf(nodes[1]!, { protocol: () => 2 });
      await members.setHandle(handle);
      expect(members.me().handle).toBe(handle);
    }
    await expect(membersOf(nodes[1]!, { protocol: () => 2 }).setHandle('maम\u0940ra')).rejects.toMatchObject({
      code: 'handle-mixed',
    });
    await expect(membersOf(nodes[1]!, { protocol: () => 2 }).setHandle('ma\u0940ra')).rejects.toMatchObject({
      code: 'bad-handle',
    });
  });

  test('[M13] one may change the spelling of one’s own handle, and take a name of another alphabet', async () => {
    const { nodes } = await community('ines');
    const members = membersOf(nodes[1]!);
    for (const handle of ['lnes', 'Ines', 'Инес', '\u0e13\u0e10\u0e1e\u0e25', 'Jos\u00e9']) {
      await members.setHandle(handle);
      expect(members.me().handle).toBe(handle);
    }
  });

  test('[M13] a look-alike that the ledger took is marked wherever it is shown, the handle before it is not', async () => {
    const { nodes, people } = await community('Ines');
    const shown = (name: string) => membersOf(nodes[1]!).person(signerOf(name).publicKey).handle;
    const end = (name: string) => did(name).slice(-6);
    for (const [name, handle] of [
      ['mallory', 'm\u0430ra'],
      ['trudy', 'lnes'],
      ['eve', 'ev\u0435'],
    ] as const) {
      people.admit(signerOf('mara').publicKey, signerOf(name).publicKey, handle);
    }
    expect(shown('mallory')).toBe(`m\u0430ra (not Mara, ${end('mallory')})`);
    expect(shown('trudy')).toBe(`lnes (not Ines, ${end('trudy')})`);
    expect(shown('eve')).toBe(`ev\u0435 (${end('eve')})`);
    expect([shown('mara'), shown('Ines')]).toEqual(['Mara', 'Ines']);
    const list = membersOf(nodes[0]!).list();
    expect(list.find(({ did: one }) => one === did('mallory'))?.handle).toContain('(not Mara, ');
  });

  test('[M2] a member admitted by a clock that is slightly ahead has their role at once', async () => {
    const { nodes, people, clock } = await community();
    for (const name of ['ada', 'bob', 'cy']) {
      people.admit(signerOf('mara').publicKey, signerOf(name).publicKey, name);
    }
    expect(people.changes.at(-1)!.time).toBeGreaterThan(clock.now());
    expect(membersOf(nodes[0]!).person(signerOf('cy').publicKey).role).toBe('member');
  });

  test('roles and bans are refused with a reason before anything is written', async () => {
    const { nodes, clock, people } = await community('ines');
    const [mara, ines] = nodes.map((node) => membersOf(node));
    const before = people.changes.length;
    const refusal = (work: () => Promise<void>) =>
      work().then(
        () => 'none',
        (error: unknown) => problemOf(error).code,
      );
    const refused = await Promise.all([
      refusal(() => ines!.setRole({ did: did('mara'), role: 'guest' })),
      refusal(() => ines!.ban({ did: did('ines'), reason: '', until: null })),
      refusal(() => ines!.ban({ did: did('nobody'), reason: '', until: null })),
      refusal(() => mara!.ban({ did: did('ines'), reason: '', until: clock.now() - 1 })),
      refusal(() => mara!.lift({ did: did('ines') })),
      refusal(() => mara!.setRole({ did: did('ines'), role: 'sysop' })),
      refusal(() => mara!.admit({ key: signerOf('ines').publicKey, handle: 'again', role: 'member' })),
    ]);
    expect(refused).toEqual([
      'out-of-role',
      'yourself',
      'not-found',
      'bad-until',
      'not-banned',
      'out-of-role',
      'already-member',
    ]);
    expect(people.changes).toHaveLength(before);
  });

  test('a ban is shown until it ends or is lifted, and suspends the role meanwhile', async () => {
    const { nodes, clock } = await community('ines');
    const members = membersOf(nodes[0]!);
    const ines = () => members.list().find(({ handle }) => handle === 'ines')!;
    await members.ban({ did: did('ines'), reason: 'flood', until: clock.now() + 5000 });
    await clock.pass(100);
    expect(ines().banned).toMatchObject({ reason: 'flood', by: 'Mara' });
    expect(members.person(signerOf('ines').publicKey).role).toBeNull();
    await clock.pass(5000);
    expect(ines().banned).toBeNull();
    await members.ban({ did: did('ines'), reason: 'again', until: null });
    await members.lift({ did: did('ines') });
    expect(ines().banned).toBeNull();
  });

  test('[M14] a moderator lifts the ban of a moderator, and neither lifts nor replaces that of a sysop', async () => {
    const { nodes, clock } = await community('ines', 'odin', 'brine');
    const [mara, ines, odin] = nodes.map((node) => membersOf(node));
    for (const name of ['ines', 'odin']) await mara!.setRole({ did: did(name), role: 'moderator' });
    const brine = { did: did('brine') };
    await mara!.ban({ ...brine, reason: 'flood', until: null });
    await expect(ines!.lift(brine)).rejects.toMatchObject({
      code: 'out-of-role',
      message: expect.stringContaining('Mara') as string,
    });
    await expect(odin!.ban({ ...brine, reason: 'flood', until: clock.now() + 9000 })).rejects.toMatchObject({
      code: 'out-of-role',
    });
    await mara!.lift(brine);
    await odin!.ban({ ...brine, reason: 'flood', until: null });
    await ines!.lift(brine);
    expect(mara!.list().find(({ handle }) => handle === 'brine')!.banned).toBeNull();
  });

  test('a listener to the list is called once per change, after it has settled', async () => {
    const { nodes, clock } = await community('ines');
    const members = membersOf(nodes[0]!);
    let changes = 0;
    members.onChange(() => changes++);
    members.start();
    await members.setHandle('Mara L');
    await members.setRole({ did: did('ines'), role: 'moderator' });
    await clock.pass(200);
    expect(changes).toBe(1);
    members.stop();
  });

  test('nobody hears of changes after the list was stopped, or who no longer listens', async () => {
    const { nodes, clock } = await community('ines');
    const members = membersOf(nodes[0]!);
    let [first, second] = [0, 0];
    const stopFirst = members.onChange(() => first++);
    members.onChange(() => second++);
    members.start();
    stopFirst();
    await members.setRole({ did: did('ines'), role: 'moderator' });
    await clock.pass(200);
    members.stop();
    await members.setRole({ did: did('ines'), role: 'member' });
    await clock.pass(200);
    expect([first, second]).toEqual([0, 1]);
  });

  test('[J23] a handle passes the gate before it is signed, and one that changes nothing writes nothing', async () => {
    const { nodes, people } = await community('ines');
    const [asked, passed]: unknown[][] = [[], []];
    const gate = { own: (words: unknown) => (asked!.push(words), openGate.own(words as never)) };
    const members = membersOf(nodes[1]!, { gate, passed: (handle) => void passed!.push(handle) });
    const before = people.changes.length;
    await members.setHandle('ines');
    expect([asked, people.changes.length]).toEqual([[], before]);
    await members.setHandle('Ines Two');
    const shownAt = [0, 8];
    expect(asked).toEqual([{ kind: 'words', text: 'Ines Two', shownAt, board: null, askReview: false }]);
    expect(passed).toEqual(['Ines Two']);
    expect(members.handleOf(signerOf('ines').publicKey)).toBe('Ines Two');
    expect(members.handleOf(signerOf('stranger').publicKey)).toBeNull();
    const stranger = membersOf(nodes[0]!);
    await stranger.setRole({ did: did('ines'), role: 'member' });
    expect(people.changes).toHaveLength(before + 1);
  });

  test('only a moderator decides, and only about somebody below', async () => {
    const { nodes, people } = await community('ines', 'odin', 'brine');
    const [mara, ines, odin] = nodes.map((node) => membersOf(node));
    const none = { reason: '', until: null };
    await expect(ines!.ban({ did: did('brine'), ...none })).rejects.toMatchObject({
      messageId: 'members.out-of-role',
    });
    for (const name of ['ines', 'odin']) await mara!.setRole({ did: did(name), role: 'moderator' });
    await expect(odin!.ban({ did: did('ines'), ...none })).rejects.toMatchObject({
      messageId: 'members.outranked',
      params: { name: 'ines', role: 'moderator' },
    });
    const me = { did: did('mara') };
    await expect(mara!.setRole({ ...me, role: 'guest' })).rejects.toThrow('change your own role');
    await expect(mara!.ban({ ...me, ...none })).rejects.toThrow('ban yourself');
    await expect(mara!.lift(me)).rejects.toThrow('lift your own ban');
    people.write(signerOf('mara').publicKey, 'role.revoke', { member: signerOf('brine').publicKey });
    await odin!.ban({ did: did('brine'), ...none });
    expect(mara!.list().find(({ handle }) => handle === 'brine')!.banned).toMatchObject({ by: 'odin' });
  });

  test('a ban that would end now is refused, and one that ends now is over', async () => {
    const { nodes, clock } = await community('ines');
    const members = membersOf(nodes[0]!);
    const ban = (until: number) => members.ban({ did: did('ines'), reason: '', until });
    await expect(ban(clock.now())).rejects.toMatchObject({ code: 'bad-until' });
    await ban(clock.now() + 5000);
    await clock.pass(5000);
    await expect(members.lift({ did: did('ines') })).rejects.toMatchObject({ code: 'not-banned' });
  });

  test('members are shown as present if they are seen, and oneself always', async () => {
    const { nodes, clock } = await community('ines', 'brine');
    const isInes = (key: Uint8Array) => didOf(key) === did('ines');
    const presence = {
      ...nobodyHere,
      isOnline: isInes,
      lastSeenAt: (key: Uint8Array) => (isInes(key) ? 17 : null),
    };
    const list = membersOf(nodes[0]!, { presence }).list();
    expect(list.map(({ handle, online, lastSeenAt }) => [handle, online, lastSeenAt])).toEqual([
      ['brine', false, null],
      ['ines', true, 17],
      ['Mara', true, clock.now()],
    ]);
  });

  test('a moderator admits a newcomer in a role below, after their handle passed the gate', async () => {
    const { nodes, people } = await community('ines', 'odin');
    const passed: string[] = [];
    const [mara, ines, odin] = nodes.map((node) =>
      membersOf(node, { passed: (handle) => void passed.push(handle) }),
    );
    await mara!.setRole({ did: did('ines'), role: 'moderator' });
    const key = signerOf('newcomer').publicKey;
    const admit = (by: typeof ines, role: 'member' | 'moderator') =>
      by!.admit({ key, handle: 'Newcomer', role });
    for (const [by, role] of [
      [odin, 'member'],
      [ines, 'moderator'],
    ] as const) {
      await expect(admit(by, role)).rejects.toMatchObject({ messageId: 'members.admits-too-much' });
    }
    expect(passed).toEqual([]);
    await admit(ines, 'member');
    expect(passed).toEqual(['Newcomer']);
    expect(people.changes.at(-1)).toMatchObject({
      kind: 'role.grant',
      body: { member: key, role: 'member', handle: 'Newcomer' },
    });
  });

  test('[M11] a newcomer waits until they are a member, or for as long as they said', async () => {
    const { node, people, clock } = await community();
    const newcomer = membersOf(node('newcomer'));
    const ends: string[] = [];
    void newcomer.arrived(1000).then(() => ends.push('late'));
    void newcomer.arrived(5000).then(() => ends.push('member'));
    await clock.pass(999);
    expect(ends).toEqual([]);
    await clock.pass(1);
    expect(ends).toEqual(['late']);
    people.admit(signerOf('mara').publicKey, signerOf('newcomer').publicKey, 'Newcomer');
    await clock.pass(10);
    expect(ends).toEqual(['late', 'member']);
    await newcomer.arrived(5000);
    await clock.pass(10_000);
    expect(ends).toHaveLength(2);
  });
});
