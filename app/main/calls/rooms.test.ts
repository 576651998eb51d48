import { describe, expect, it } from 'vitest';
import type { TestNode } from '../node/test-community.ts';
import { blindClassifiers } from '../judgements/test-judgements.ts';
import { createMemorySfu } from '../platform/memory/sfu.ts';
import { Caller, callers, mic, open } from './test-calls.ts';
import { opusTrack } from './test-rtp.ts';

describe('rooms', () => {
  it('[CA1] are events: others see them, their changes, and that they were closed', async () => {
    const { mara, others, clock } = await callers('ines');
    const [ines] = others as [TestNode];
    const room = await open(mara);
    await clock.pass(3000);
    expect(ines.calls.rooms()).toMatchObject([
      { id: room, title: 'Friday evening', host: { handle: 'mara' } },
    ]);
    mara.calls.change({ room, rules: { waitingRoom: true } });
    await clock.pass(3000);
    expect(ines.calls.rooms()[0]?.rules.waitingRoom).toBe(true);
    expect(() => ines.calls.close(room)).toThrow(expect.objectContaining({ code: 'not-yours' }));
    mara.calls.close(room);
    await clock.pass(3000);
    expect(ines.calls.rooms()).toEqual([]);
  });

  it('[CA1] are closed by moderators as well, and by nobody else', async () => {
    const { mara, others, clock } = await callers('ines', 'olga');
    const [ines, olga] = others as [TestNode, TestNode];
    const room = await open(ines);
    await clock.pass(3000);
    expect(() => olga.calls.close(room)).toThrow(expect.objectContaining({ code: 'not-yours' }));
    mara.calls.close(room);
    await clock.pass(3000);
    expect(ines.calls.rooms()).toEqual([]);
  });

  it('[CA8] begin at their time, and are reminded of', async () => {
    const { world, mara, others, clock } = await callers('ines');
    const [ines] = others as [TestNode];
    const startsAt = clock.now() + 3_600_000;
    const room = await open(mara, { startsAt });
    await clock.pass(3000);
    expect((await Caller.enter({ clock }, ines, room)).refused).toMatchObject({ code: 'not-yet' });
    expect((await Caller.enter({ clock }, mara, room)).last('admitted')).not.toBeNull();
    await clock.pass(46 * 60_000);
    expect([...world.notices].find(([id]) => id.startsWith('ines call-soon'))?.[1]).toBe(
      '“Friday evening” by mara begins soon.',
    );
    await clock.pass(5 * 60_000);
    expect((await Caller.enter({ clock }, ines, room)).last('admitted')).not.toBeNull();
    await clock.pass(30 * 60_000);
    expect([...world.notices.keys()].some((id) => id.includes('call-soon'))).toBe(false);
    await expect(open(mara, { startsAt: clock.now() - 1 })).rejects.toMatchObject({
      code: 'starts-in-the-past',
    });
  });

  it('[CA15] are hidden while their title is held back, and their owner is told why', async () => {
    const { world, mara, others, clock } = await callers('ines');
    const [ines] = others as [TestNode];
    await expect(open(ines, { title: '[spam 0.99]' })).rejects.toMatchObject({ code: 'held-back' });
    await world.admit(mara, 'olga');
    const olga = await world.person('olga', {
      classifiers: blindClassifiers(),
      sfu: createMemorySfu({ clock }),
    });
    await world.link(olga, mara);
    await open(olga, { title: '[spam 0.99]' });
    await open(olga, { title: 'Good evening' });
    await clock.pass(5000);
    expect(mara.calls.rooms().map(({ title }) => title)).toEqual(['Good evening']);
  });
});

describe('entering', () => {
  it('[CA3] [CA6] works for the host and for members of other nodes, and everybody sees who is in', async () => {
    const { mara, others, clock } = await callers('ines', 'olga');
    const [ines, olga] = others as [TestNode, TestNode];
    const room = await open(mara);
    await clock.pass(3000);
    const host = await Caller.join({ clock }, mara, room);
    const guest = await Caller.join({ clock }, ines, room);
    expect(host.state.participants.map(({ person }) => person.handle)).toEqual(['mara', 'ines']);
    expect(guest.state.participants).toHaveLength(2);
    await clock.pass(20_000);
    expect(olga.calls.rooms()[0]?.participants.map(({ handle }) => handle)).toEqual(['mara', 'ines']);
    await guest.vanish();
    expect(host.state.participants).toHaveLength(1);
    await clock.pass(20_000);
    expect(olga.calls.rooms()[0]?.participants.map(({ handle }) => handle)).toEqual(['mara']);
  });

  it('[CA6] takes a token once, from its own connection, and not after a minute', async () => {
    const { mara, others, clock } = await callers('ines', 'olga');
    const [ines, olga] = others as [TestNode, TestNode];
    const room = await open(mara);
    await clock.pass(3000);
    const [one, other] = [
      await Caller.enter({ clock }, ines, room),
      await Caller.enter({ clock }, olga, room),
    ];
    const stolen = one.last('admitted')!.token;
    await expect(other.join(stolen)).rejects.toMatchObject({ code: 'bad-token' });
    // A wrong try costs the own token as well.
    await expect(other.join()).rejects.toMatchObject({ code: 'bad-token' });
    await one.join();
    await expect(one.join()).rejects.toMatchObject({ code: 'joined-already' });
    const late = await Caller.enter({ clock }, olga, room);
    await clock.pass(61_000);
    await expect(late.join()).rejects.toMatchObject({ code: 'bad-token' });
  });

  it('[CA6] tells and makes nothing of the media before the token is used', async () => {
    const { mara, others, clock } = await callers('ines');
    const [ines] = others as [TestNode];
    const room = await open(mara);
    await clock.pass(3000);
    const host = await Caller.join({ clock }, mara, room);
    await host.ask({ ...mic, rtpParameters: opusTrack(1) });
    const guest = await Caller.enter({ clock }, ines, room);
    await expect(guest.ask({ ...mic, rtpParameters: opusTrack(2) })).rejects.toMatchObject({
      code: 'not-joined',
    });
    await expect(guest.ask({ type: 'say', text: 'Hello' })).rejects.toMatchObject({ code: 'not-joined' });
    expect(guest.events.map(({ type }) => type)).toEqual(['session', 'admitted']);
  });

  it('[CA2] [CA4] follows the rules of the room', async () => {
    const { mara, others, clock } = await callers('ines', 'olga');
    const [ines, olga] = others as [TestNode, TestNode];
    const staff = await open(mara, { rules: { access: 'role', leastRole: 'moderator' } });
    const invited = await open(mara, {
      rules: { access: 'invited', invited: [ines.members.me().did] },
    });
    await clock.pass(3000);
    expect((await Caller.enter({ clock }, ines, staff)).refused).toMatchObject({ code: 'not-invited' });
    expect((await Caller.enter({ clock }, ines, invited)).last('admitted')).not.toBeNull();
    expect((await Caller.enter({ clock }, olga, invited)).refused).toMatchObject({ code: 'not-invited' });
    expect(olga.calls.rooms().map(({ refusal }) => refusal?.code)).toEqual(['not-invited', 'not-invited']);
  });

  it('[CA4] is refused to the fifth connection of one person', async () => {
    const { mara, others, clock } = await callers('ines');
    const [ines] = others as [TestNode];
    const room = await open(mara);
    await clock.pass(3000);
    for (let n = 0; n < 4; n++) {
      expect((await Caller.enter({ clock }, ines, room)).last('admitted')).not.toBeNull();
    }
    expect((await Caller.enter({ clock }, ines, room)).refused).toMatchObject({ code: 'too-many-of-one' });
  });

  it('[CA5] waits for a moderator who is in the call, however early somebody comes', async () => {
    const { mara, others, clock } = await callers('ines', 'olga');
    const [ines, olga] = others as [TestNode, TestNode];
    const room = await open(mara, { rules: { waitingRoom: true } });
    await clock.pass(3000);
    const early = await Caller.enter({ clock }, ines, room);
    expect(early.events.map(({ type }) => type)).toEqual(['session', 'waiting']);
    const host = await Caller.join({ clock }, mara, room);
    expect(host.state.waiting.map(({ person }) => person.handle)).toEqual(['ines']);
    expect(early.last('admitted')).toBeNull();
    await host.ask({ type: 'admit', participant: host.state.waiting[0]!.id });
    await early.join();
    const other = await Caller.enter({ clock }, olga, room);
    // A participant who is no moderator neither sees nor admits those who wait.
    expect(early.state.waiting).toEqual([]);
    const waiting = host.state.waiting[0]!.id;
    await expect(early.ask({ type: 'admit', participant: waiting })).rejects.toMatchObject({
      code: 'not-allowed',
    });
    await host.ask({ type: 'turn-away', participant: waiting });
    expect(other.last('ended')).toMatchObject({ reason: 'turned-away', by: { handle: 'mara' } });
    await host.vanish();
    const again = await Caller.enter({ clock }, olga, room);
    expect(again.last('waiting')).not.toBeNull();
  });

  it('[CA13] is refused while the room is locked, except to moderators', async () => {
    const { mara, others, clock } = await callers('ines');
    const [ines] = others as [TestNode];
    const room = await open(ines);
    await clock.pass(3000);
    const host = await Caller.join({ clock }, ines, room);
    await host.ask({ type: 'lock', locked: true });
    expect((await Caller.enter({ clock }, mara, room)).last('admitted')).not.toBeNull();
    await host.vanish();
  });

  it('fails with a reason if the host is away or hosts no calls', async () => {
    const { mara, others, clock } = await callers('ines');
    const [ines] = others as [TestNode];
    const room = await open(mara);
    await clock.pass(3000);
    await ines.transport.disconnect('mara');
    await clock.pass(100);
    expect((await Caller.enter({ clock }, ines, room)).refused).toMatchObject({ code: 'host-unreachable' });
  });
});
