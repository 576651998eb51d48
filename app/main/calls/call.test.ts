import { describe, expect, it } from 'vitest';
import type { CallRequest } from '../../contract/index.ts';
import type { TestNode } from '../node/test-community.ts';
import { blindClassifiers } from '../judgements/test-judgements.ts';
import { Caller, callers, mic, open } from './test-calls.ts';
import { opusTrack, vp8Track } from './test-rtp.ts';

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
