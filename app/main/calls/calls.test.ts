import { describe, expect, it } from 'vitest';
import type { CallRequest, RoomDraft } from '../../contract/index.ts';
import type { TestNode } from '../node/test-community.ts';
import { blindClassifiers } from '../judgements/test-judgements.ts';
import { createMemorySfu } from '../platform/memory/sfu.ts';
import { Caller, callers } from './test-calls.ts';
import { opusTrack, vp8Track } from './test-rtp.ts';

const open = async (node: TestNode, draft: Partial<RoomDraft> = {}): Promise<string> =>
  (await node.calls.open({ title: 'Friday evening', board: null, rules: {}, startsAt: null, ...draft })).id;

const mic = { type: 'send', source: 'microphone', muted: false } as const;

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

describe('media', () => {
  it('[CA10] reach everybody else, those who come later too, and end with their sender', async () => {
    const { mara, others, clock, sfu } = await callers('ines', 'olga');
    const [ines, olga] = others as [TestNode, TestNode];
    const room = await open(mara);
    await clock.pass(3000);
    const host = await Caller.join({ clock }, mara, room);
    const guest = await Caller.join({ clock }, ines, room);
    await host.ask({ ...mic, rtpParameters: opusTrack(1) });
    const late = await Caller.join({ clock }, olga, room);
    for (const receiver of [guest, late]) {
      const track = receiver.last('track');
      expect(track).toMatchObject({ from: host.id, source: 'microphone', kind: 'audio' });
      expect(sfu.forwarded(track!.track)).toEqual({ paused: true, layer: null });
      await receiver.ask({ type: 'ready', track: track!.track });
      expect(sfu.forwarded(track!.track)?.paused).toBe(false);
    }
    expect(host.all('track')).toEqual([]);
    await host.ask({ type: 'mute', source: 'microphone', muted: true });
    expect(guest.state.participants[0]?.sends).toEqual([{ source: 'microphone', muted: true }]);
    await host.vanish();
    expect(guest.last('track-ended')?.track).toBe(guest.last('track')?.track);
  });

  it('[CA9] come once from each source, of its kind, and within the rights', async () => {
    const { mara, others, clock } = await callers('ines');
    const [ines] = others as [TestNode];
    const room = await open(mara, { rules: { audioOnly: true } });
    const sharing = await open(mara, { rules: { shareRole: 'moderator' } });
    await clock.pass(3000);
    const guest = await Caller.join({ clock }, ines, room);
    await guest.ask({ ...mic, rtpParameters: opusTrack(1) });
    await expect(guest.ask({ ...mic, rtpParameters: opusTrack(2) })).rejects.toMatchObject({
      code: 'sends-already',
    });
    const camera = { type: 'send', source: 'camera', muted: false, rtpParameters: vp8Track(3) } as const;
    await expect(guest.ask(camera)).rejects.toMatchObject({ code: 'not-allowed' });
    const other = await Caller.join({ clock }, ines, sharing);
    await other.ask(camera);
    await expect(
      other.ask({ ...camera, source: 'screen', rtpParameters: vp8Track(900) }),
    ).rejects.toMatchObject({
      code: 'not-allowed',
    });
  });

  it('[CA7] end when the ledger takes a right away, and so does being in the room', async () => {
    const { mara, others, clock } = await callers('ines');
    const [ines] = others as [TestNode];
    const room = await open(mara);
    await clock.pass(3000);
    const host = await Caller.join({ clock }, mara, room);
    const guest = await Caller.join({ clock }, ines, room);
    await guest.ask({ type: 'send', source: 'screen', muted: false, rtpParameters: vp8Track(3) });
    mara.calls.change({ room, rules: { shareRole: 'moderator' } });
    await clock.pass(3000);
    expect(host.state.participants[1]?.sends).toEqual([]);
    expect(guest.last('rights')?.rights.share).toBe(false);
    const banned = mara.members.ban({ did: ines.members.me().did, reason: 'noise', until: null });
    await clock.pass(5000);
    await banned;
    await clock.pass(5000);
    expect(guest.last('ended')).toMatchObject({ reason: 'removed' });
    expect(host.state.participants).toHaveLength(1);
  });

  it('[CA11] come back after the worker of the room died, with hands and mutes as they were', async () => {
    const { mara, others, clock, sfu } = await callers('ines');
    const [ines] = others as [TestNode];
    const room = await open(mara);
    await clock.pass(3000);
    const host = await Caller.join({ clock }, mara, room);
    const guest = await Caller.join({ clock }, ines, room);
    await guest.ask({ type: 'hand', up: true });
    await host.ask({ ...mic, rtpParameters: opusTrack(1) });
    const pid = (await sfu.loads())[0]!.pid;
    sfu.kill(pid);
    await clock.pass(3000);
    for (const caller of [host, guest]) {
      expect(caller.last('rejoin')).not.toBeNull();
      await caller.join();
    }
    await host.ask({ ...mic, rtpParameters: opusTrack(2) });
    expect(guest.all('track')).toHaveLength(2);
    expect(host.state.participants.map(({ handAt }) => handAt !== null)).toEqual([false, true]);
  });

  it('[CA11] end the call for everybody if no worker comes back', async () => {
    const { mara, clock, sfu } = await callers();
    const room = await open(mara);
    const host = await Caller.join({ clock }, mara, room);
    sfu.fail({ code: 'worker-missing', message: 'There is no worker.', remedy: null });
    const pid = (await sfu.loads())[0]!.pid;
    sfu.kill(pid);
    await clock.pass(15_000);
    expect(host.last('ended')).toMatchObject({ reason: 'host-lost' });
  });

  it('[CA12] that are lost for half a minute end being in the call', async () => {
    const { mara, others, clock, sfu } = await callers('ines');
    const [ines] = others as [TestNode];
    const room = await open(mara);
    await clock.pass(3000);
    const host = await Caller.join({ clock }, mara, room);
    const guest = await Caller.enter({ clock }, ines, room);
    const { transports } = await guest.join();
    sfu.cut(transports!.receive.id);
    await clock.pass(20_000);
    expect(host.state.participants).toHaveLength(2);
    await clock.pass(15_000);
    expect(host.state.participants).toHaveLength(1);
  });
});

describe('acts', () => {
  it('[CA13] of moderators silence and remove members, and nobody of a higher role', async () => {
    const { mara, others, clock } = await callers('ines', 'olga');
    const [ines, olga] = others as [TestNode, TestNode];
    const room = await open(ines);
    await clock.pass(3000);
    const owner = await Caller.join({ clock }, ines, room);
    const sysop = await Caller.join({ clock }, mara, room);
    const member = await Caller.join({ clock }, olga, room);
    await member.ask({ ...mic, rtpParameters: opusTrack(1) });
    await owner.ask({ type: 'silence', participant: member.id, source: 'microphone' });
    expect(member.last('silenced')).toMatchObject({ source: 'microphone', by: { handle: 'ines' } });
    expect(owner.state.participants[2]?.sends).toEqual([{ source: 'microphone', muted: true }]);
    for (const type of ['remove', 'silence'] as const) {
      const act = { type, participant: sysop.id, source: 'microphone' } as const;
      await expect(owner.ask(act)).rejects.toMatchObject({ code: 'higher-role' });
      await expect(member.ask({ ...act, participant: owner.id })).rejects.toMatchObject({
        code: 'not-allowed',
      });
    }
    await owner.ask({ type: 'remove', participant: member.id });
    expect(member.last('ended')).toMatchObject({ reason: 'removed', by: { handle: 'ines' } });
    await expect(member.ask({ type: 'hand', up: true })).rejects.toMatchObject({ code: 'session-unknown' });
    await sysop.ask({ type: 'end' });
    expect(owner.last('ended')).toMatchObject({ reason: 'ended', by: { handle: 'mara' } });
  });

  it('[CA14] that come too fast are refused, and then their author is removed', async () => {
    const { mara, others, clock } = await callers('ines');
    const [ines] = others as [TestNode];
    const room = await open(mara);
    await clock.pass(3000);
    const host = await Caller.join({ clock }, mara, room);
    const guest = await Caller.join({ clock }, ines, room);
    const asked = Array.from({ length: 500 }, () =>
      ines.calls
        .ask({
          session: guest.last('session')!.session,
          request: { type: 'react', emoji: '👏' },
        })
        .then(
          () => 'done',
          ({ code }: { code: string }) => code,
        ),
    );
    await clock.pass(2000);
    const answers = new Set(await Promise.all(asked));
    expect(answers).toContain('asked-too-often');
    expect(guest.last('ended')).toMatchObject({ reason: 'removed' });
    expect(host.all('reaction').length).toBeLessThanOrEqual(210);
    expect(host.state.participants).toHaveLength(1);
  });

  it('[CA14] do not include the beginning of a track, of which a full room has many', async () => {
    const { mara, others, clock } = await callers('ines');
    const [ines] = others as [TestNode];
    const room = await open(mara);
    await clock.pass(3000);
    const host = await Caller.join({ clock }, mara, room);
    const guest = await Caller.join({ clock }, ines, room);
    await host.ask({ ...mic, rtpParameters: opusTrack(1) });
    const track = guest.last('track')!.track;
    const { session } = guest.last('session')!;
    const ask = (request: CallRequest) =>
      ines.calls.ask({ session, request }).then(
        () => 'done',
        ({ code }: { code: string }) => code,
      );
    const asked = Array.from({ length: 220 }, () => ask({ type: 'react', emoji: '👏' }));
    const began = [ask({ type: 'ready', track }), ask({ type: 'ready', track })];
    await clock.pass(200);
    expect(await Promise.all(asked)).toContain('asked-too-often');
    expect(await Promise.all(began)).toEqual(['done', 'asked-too-often']);
  });

  it('[CA15] of speech are shown where they pass the gate', async () => {
    const { mara, others, clock } = await callers('ines');
    const [ines] = others as [TestNode];
    const room = await open(mara);
    await clock.pass(3000);
    const host = await Caller.join({ clock }, mara, room);
    const guest = await Caller.join({ clock }, ines, room);
    await guest.ask({ type: 'say', text: 'Good evening' });
    await clock.pass(2000);
    expect(host.all('line').map(({ line }) => [line.person.handle, line.text])).toEqual([
      ['ines', 'Good evening'],
    ]);
    await expect(guest.ask({ type: 'say', text: '[spam 0.99]' })).rejects.toMatchObject({
      code: 'held-back',
    });
  });

  it('[CA15] of speech are hidden by the nodes of others if the own node lets them pass', async () => {
    const { world, mara, clock } = await callers();
    await world.admit(mara, 'ines');
    const ines = await world.person('ines', { classifiers: blindClassifiers() });
    await world.link(ines, mara);
    const room = await open(mara);
    await clock.pass(3000);
    const host = await Caller.join({ clock }, mara, room);
    const guest = await Caller.join({ clock }, ines, room);
    await guest.ask({ type: 'say', text: '[spam 0.99]' });
    await guest.ask({ type: 'say', text: 'Good evening' });
    await clock.pass(2000);
    expect(host.all('line').map(({ line }) => line.text)).toEqual(['Good evening']);
  });

  it('[CA16] pass whispers to one participant, or to all others', async () => {
    const { mara, others, clock } = await callers('ines', 'olga');
    const [ines, olga] = others as [TestNode, TestNode];
    const room = await open(mara);
    await clock.pass(3000);
    const host = await Caller.join({ clock }, mara, room);
    const [one, other] = [await Caller.join({ clock }, ines, room), await Caller.join({ clock }, olga, room)];
    await one.ask({ type: 'whisper', to: other.id, data: 'key' });
    expect(other.last('whisper')).toMatchObject({ from: one.id, data: 'key' });
    expect(host.last('whisper')).toBeNull();
    await one.ask({ type: 'whisper', to: null, data: 'hello' });
    expect([host, other].map((to) => to.last('whisper'))).toMatchObject([
      { from: one.id, data: 'hello' },
      { from: one.id, data: 'hello' },
    ]);
    expect(one.last('whisper')).toBeNull();
  });
});
