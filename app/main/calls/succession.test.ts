import { describe, expect, it } from 'vitest';
import type { TestNode } from '../node/test-community.ts';
import { Succession } from './succession.ts';
import { Caller, callers } from './test-calls.ts';
import { opusTrack } from './test-rtp.ts';

const open = async (node: TestNode): Promise<string> =>
  (await node.calls.open({ title: 'Friday evening', board: null, rules: {}, startsAt: null })).id;

describe('[CA18] when the host goes away', () => {
  it('the first who can be reached takes over, and everybody meets there within ten seconds', async () => {
    const { mara, others, clock } = await callers('ines', 'olga');
    const [ines, olga] = others as [TestNode, TestNode];
    const room = await open(mara);
    await clock.pass(3000);
    await Caller.join({ clock }, mara, room);
    const [one, two] = [await Caller.join({ clock }, ines, room), await Caller.join({ clock }, olga, room)];
    expect(one.state.successors).toEqual([ines.members.me().did, olga.members.me().did]);
    await mara.transport.stop();
    await clock.pass(2000);
    // The streams end without a last event, so that a console enters again.
    for (const caller of [one, two]) expect([caller.last('ended'), caller.isOver]).toEqual([null, true]);
    const [again, other] = [
      await Caller.join({ clock }, ines, room),
      await Caller.join({ clock }, olga, room),
    ];
    await again.ask({ type: 'send', source: 'microphone', muted: false, rtpParameters: opusTrack(1) });
    expect(other.last('track')).toMatchObject({ from: again.id });
    expect(other.state.participants.map(({ person }) => person.handle)).toEqual(['ines', 'olga']);
    expect(olga.calls.rooms()[0]).toMatchObject({ isReachable: true });
  });

  it('its person gains no rights, and rights of others stay', async () => {
    const { mara, others, clock } = await callers('ines', 'olga');
    const [ines, olga] = others as [TestNode, TestNode];
    const room = await open(mara);
    await clock.pass(3000);
    await Caller.join({ clock }, mara, room);
    for (const node of [ines, olga]) await Caller.join({ clock }, node, room);
    await mara.transport.stop();
    await clock.pass(2000);
    const [host, guest] = [
      await Caller.join({ clock }, ines, room),
      await Caller.join({ clock }, olga, room),
    ];
    await expect(host.ask({ type: 'remove', participant: guest.id })).rejects.toMatchObject({
      code: 'not-allowed',
    });
    expect(host.last('admitted')?.rights.moderate).toBe(false);
  });

  it('a node that is not first refuses, also to a member who insists', async () => {
    const { mara, others, clock } = await callers('ines', 'olga');
    const [ines, olga] = others as [TestNode, TestNode];
    const room = await open(mara);
    await clock.pass(3000);
    await Caller.join({ clock }, mara, room);
    for (const node of [ines, olga]) await Caller.join({ clock }, node, room);
    await ines.transport.disconnect('mara');
    await clock.pass(100);
    // Olga is still connected to Mara, so she does not host.
    expect((await Caller.enter({ clock }, olga, room)).last('admitted')).not.toBeNull();
    expect(mara.calls.counts().participants).toBeGreaterThan(0);
    expect(olga.calls.counts().participants).toBe(0);
  });

  it('the call returns to its host once that is back', async () => {
    const { world, mara, others, clock } = await callers('ines');
    const [ines] = others as [TestNode];
    const room = await open(mara);
    await clock.pass(3000);
    await Caller.join({ clock }, ines, room);
    world.network.partition([['ines'], ['mara']]);
    await clock.pass(1000);
    const alone = await Caller.join({ clock }, ines, room);
    expect(ines.calls.counts().participants).toBe(1);
    world.network.heal();
    await world.link(ines, mara);
    await clock.pass(2000);
    expect(alone.isOver).toBe(true);
    await Caller.join({ clock }, ines, room);
    expect([ines.calls.counts().participants, mara.calls.counts().participants]).toEqual([0, 1]);
  });

  it('successors count for ten minutes after they were named', () => {
    let now = 0;
    const [owner, other] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
    const room = { id: new Uint8Array(32).fill(9), owner };
    const succession = new Succession({
      clock: { now: () => now },
      me: new Uint8Array(32).fill(3),
      mayTakeOver: () => false,
      isConnected: (key) => key === other,
    });
    expect(succession.hostOf(room)).toBeNull();
    succession.named(room.id, [other]);
    expect(succession.hostOf(room)).toBe(other);
    now = 10 * 60_000;
    expect(succession.hostOf(room)).toBeNull();
  });
});
