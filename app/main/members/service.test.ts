import { describe, expect, test } from 'vitest';
import { didOf } from '../kernel/did.ts';
import { signerOf, TestCommunity, type TestNode } from '../platform/memory/test-community.ts';
import { createMembers } from './service.ts';

const nobodyHere = { isOnline: () => false, lastSeenAt: () => null, onChange: () => () => {} };
const did = (name: string) => didOf(signerOf(name).publicKey);
const membersOf = (node: TestNode) =>
  createMembers({
    ...node,
    presence: () => nobodyHere,
    gate: { own: async () => ({ decision: 'publish', sign: (append) => append() }) },
    hides: () => false,
  });

async function community(...names: string[]) {
  const world = new TestCommunity();
  const nodes = await world.nodes('mara', ...names);
  await world.clock.pass(10);
  return { ...world, nodes, clock: world.clock };
}

describe('members', () => {
  test('the list shows everyone with who invited them, and marks oneself', async () => {
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

  test('a handle has one holder, whatever its case', async () => {
    const { nodes } = await community('ines');
    const members = membersOf(nodes[1]!);
    await expect(members.setHandle('MARA')).rejects.toEqual(
      expect.objectContaining({ code: 'handle-taken' }),
    );
    await members.setHandle('Ines of the pier');
    expect(members.me().handle).toBe('Ines of the pier');
  });

  test('roles and bans are refused with a reason before anything is written', async () => {
    const { nodes, clock } = await community('ines');
    const [mara, ines] = nodes.map(membersOf);
    const before = nodes[1]!.log.count();
    const refusal = async (work: () => unknown) => {
      try {
        await work();
      } catch (error) {
        return (error as { code: string }).code;
      }
      return 'none';
    };
    expect([
      await refusal(() => ines!.setRole({ did: did('mara'), role: 'guest' })),
      await refusal(() => ines!.ban({ did: did('ines'), reason: '', until: null })),
      await refusal(() => ines!.ban({ did: did('nobody'), reason: '', until: null })),
      await refusal(() => mara!.ban({ did: did('ines'), reason: '', until: clock.now() - 1 })),
      await refusal(() => mara!.lift({ did: did('ines') })),
      await refusal(() => mara!.setRole({ did: did('ines'), role: 'sysop' })),
      await refusal(() => mara!.admit({ key: signerOf('ines').publicKey, handle: 'again', role: 'member' })),
    ]).toEqual([
      'out-of-role',
      'yourself',
      'not-found',
      'bad-until',
      'not-banned',
      'out-of-role',
      'already-member',
    ]);
    expect(nodes[1]!.log.count()).toBe(before);
  });

  test('a ban shows until it ends or is lifted, and takes the role meanwhile', async () => {
    const { nodes, clock } = await community('ines');
    const members = membersOf(nodes[0]!);
    const ines = () => members.list().find(({ handle }) => handle === 'ines')!;
    members.ban({ did: did('ines'), reason: 'flood', until: clock.now() + 5000 });
    await clock.pass(100);
    expect(ines().banned).toMatchObject({ reason: 'flood', by: 'Mara' });
    expect(members.person(signerOf('ines').publicKey).role).toBeNull();
    await clock.pass(5000);
    expect(ines().banned).toBeNull();
    members.ban({ did: did('ines'), reason: 'again', until: null });
    members.lift({ did: did('ines') });
    expect(ines().banned).toBeNull();
  });

  test('posts are counted per author, those that were deleted left out', async () => {
    const { nodes } = await community('ines');
    const { db, log } = nodes[0]!;
    const author = log.store.authorOf(signerOf('ines').publicKey);
    for (const [n, deleted] of [
      [1, null],
      [2, null],
      [3, 9],
    ] as const) {
      db.prepare(
        'INSERT INTO post (n, thread, author, at, time, text_seq, deleted_seq) VALUES (?, 1, ?, 0, 0, ?, ?)',
      ).run(n, author, n, deleted);
    }
    expect(
      membersOf(nodes[0]!)
        .list()
        .map(({ handle, posts }) => [handle, posts]),
    ).toEqual([
      ['ines', 2],
      ['Mara', 0],
    ]);
  });

  test('whoever watches the list hears of a change once, after it settled', async () => {
    const { nodes, clock } = await community('ines');
    const members = membersOf(nodes[0]!);
    let changes = 0;
    members.onChange(() => changes++);
    const stop = members.start();
    await members.setHandle('Mara L');
    members.setRole({ did: did('ines'), role: 'moderator' });
    await clock.pass(200);
    expect(changes).toBe(1);
    stop();
  });
});
