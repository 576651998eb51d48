import { describe, expect, it } from 'vitest';
import type { RoomDraft } from '../../contract/index.ts';
import { toBase64Url, toHex } from '../kernel/bytes.ts';
import { bodyOf } from '../log/event.ts';
import type { TestNode } from '../node/test-community.ts';
import { callKinds, type CallConsent } from './kinds.ts';
import { Caller, callers } from './test-calls.ts';
import { opusTrack, vp8Track } from './test-rtp.ts';

const DAY_MS = 86_400_000;
const mic = (ssrc: number) =>
  ({ type: 'send', source: 'microphone', muted: false, rtpParameters: opusTrack(ssrc) }) as const;
const camera = (ssrc: number) =>
  ({ type: 'send', source: 'camera', muted: false, rtpParameters: vp8Track(ssrc) }) as const;

/** Mara hosts a call with two others, all of whom send sound; it is recorded. */
async function recorded(draft: Partial<RoomDraft> = {}) {
  const world = await callers('ines', 'olga');
  const [ines, olga] = world.others as [TestNode, TestNode];
  const open = { title: 'Friday evening', board: null, rules: {}, startsAt: null, ...draft };
  const { id: room } = await world.mara.calls.open(open);
  await world.clock.pass(3000);
  const host = await Caller.join(world, world.mara, room);
  const one = await Caller.join(world, ines, room);
  const other = await Caller.join(world, olga, room);
  const all = [host, one, other] as const;
  for (const [at, caller] of all.entries()) await caller.ask(mic(1 + at));
  await host.ask({ type: 'record', on: true });
  const recording = host.last('consent-asked')!.recording;
  const answer = (caller: Caller, given: boolean) => caller.ask({ type: 'consent', recording, given });
  const list = () => world.mara.calls.studio.list();
  return { ...world, ines, olga, room, host, one, other, all, recording, answer, list };
}

describe('asking', () => {
  it('[CR2] reaches everyone in the call and whoever joins later, with the id of the recording', async () => {
    const { world, mara, clock, all, recording, room } = await recorded();
    for (const caller of all) {
      expect(caller.all('consent-asked')).toMatchObject([{ by: { handle: 'mara' }, recording }]);
      expect(caller.state).toMatchObject({ recording, recordingSince: expect.any(Number) });
    }
    await world.admit(mara, 'hana');
    const hana = await world.person('hana');
    await world.link(hana, mara);
    await clock.pass(60_000);
    const late = await Caller.join({ clock }, hana, room);
    expect(late.last('consent-asked')).toMatchObject({ recording });
  });

  it('[CR1] is up to moderators', async () => {
    const { one } = await recorded();
    for (const on of [true, false]) {
      await expect(one.ask({ type: 'record', on })).rejects.toMatchObject({ code: 'not-allowed' });
    }
  });

  it('[CR1] is refused in an encrypted room, without a recorder, twice, and without space', async () => {
    const { mara, clock, host, recorder } = await recorded();
    await expect(host.ask({ type: 'record', on: true })).rejects.toMatchObject({ code: 'recorded-already' });
    await host.ask({ type: 'record', on: false });
    await expect(host.ask({ type: 'record', on: false })).rejects.toMatchObject({ code: 'not-recorded' });
    recorder.fail({ code: 'ffmpeg-missing', message: 'There is no ffmpeg.', remedy: null });
    await expect(host.ask({ type: 'record', on: true })).rejects.toMatchObject({ code: 'ffmpeg-missing' });
    recorder.fail(null);
    const { id } = await mara.calls.open({
      title: 'Secret',
      board: null,
      rules: { encrypted: true },
      startsAt: null,
    });
    await clock.pass(1000);
    const secret = await Caller.join({ clock }, mara, id);
    await expect(secret.ask({ type: 'record', on: true })).rejects.toMatchObject({ code: 'encrypted-room' });
  });

  it('[CR1] works from the command line of the host, while somebody is in the call', async () => {
    const { mara, ines, clock, room, host, one, other } = await recorded();
    mara.calls.record({ room, on: false });
    await clock.pass(1000);
    expect(one.last('recording-ended')).toMatchObject({ reason: 'off', by: { handle: 'mara' } });
    expect(() => ines.calls.record({ room, on: true })).toThrow(
      expect.objectContaining({ code: 'not-here' }),
    );
    for (const caller of [host, one, other]) await caller.vanish();
    expect(() => mara.calls.record({ room, on: true })).toThrow(
      expect.objectContaining({ code: 'nobody-here' }),
    );
  });
});

describe('answers', () => {
  it('[CR3] are signed events of the participants in the log of the host', async () => {
    const { mara, ines, one, other, answer, recording } = await recorded();
    await answer(one, true);
    await answer(other, false);
    const told = [...mara.log.store.batches(1000, 'content')]
      .flat()
      .map(({ event }) => event)
      .filter(({ kind }) => kind === callKinds.consent.name)
      .map(({ author, bytes }) => ({ author, ...bodyOf<CallConsent>(bytes) }));
    expect(told).toHaveLength(2);
    const theirs = told.find(({ author }) => toHex(author) === toHex(ines.signer.publicKey));
    expect(theirs?.given).toBe(true);
    expect(toBase64Url(theirs!.recording)).toBe(recording);
  });

  it('[CR3] without a valid event of the person do not count', async () => {
    const { mara, ines, olga, one, room, recording, host, clock } = await recorded();
    const events: unknown[] = [];
    const { RemoteSeat } = await import('./attending.ts');
    const { immediateVerifier } = await import('../platform/crypto/ed25519.ts');
    const ask = async (proof?: string) => {
      const init = {
        log: olga.log,
        clock,
        random: { bytes: (length: number) => new Uint8Array(length).fill(events.length) },
        signer: olga.signer,
        verifier: immediateVerifier,
        authority: { roleAt: () => 'member' as const, knows: () => true },
        transport: olga.transport,
        nodeName: () => 'olga',
      };
      const opening = RemoteSeat.open(
        init as never,
        { peer: 'mara', host: mara.signer.publicKey, room, canHost: false },
        (event) => events.push(event),
      );
      await clock.pass(2000);
      const seat = await opening;
      const { token } = (events as { type: string; token: string }[]).findLast(
        ({ type }) => type === 'admitted',
      )!;
      const joining = seat.ask({ type: 'join', token, capabilities: { codecs: [] } });
      await clock.pass(1000);
      await joining;
      const asked = seat.ask({ type: 'consent', recording, given: true, ...(proof ? { proof } : {}) });
      asked.catch(() => {});
      await clock.pass(1000);
      return asked.finally(() => seat.leave());
    };
    await expect(ask()).rejects.toMatchObject({ code: 'consent-not-proved' });
    // The consent of somebody else.
    await one.ask({ type: 'consent', recording, given: true });
    const { proofOf } = await import('./recording/proof.ts');
    const [theirs] = [...ines.log.store.batches(1000, 'content')]
      .flat()
      .filter(({ event }) => event.kind === callKinds.consent.name);
    await expect(ask(proofOf(theirs!.event))).rejects.toMatchObject({ code: 'consent-not-proved' });
    await clock.pass(1000);
    expect(host.state.participants.map(({ consent }) => consent)).toEqual([null, true, null]);
  });

  it('[CR4] are seen by everyone in the call', async () => {
    const { all, one, other, answer } = await recorded();
    await answer(one, true);
    await answer(other, false);
    for (const caller of all) {
      expect(caller.state.participants.map(({ person, consent }) => [person.handle, consent])).toEqual([
        ['mara', null],
        ['ines', true],
        ['olga', false],
      ]);
    }
  });

  it('[CR4] to another recording do not count', async () => {
    const { host, one } = await recorded();
    const consent = { type: 'consent', recording: 'A'.repeat(22), given: true } as const;
    await expect(one.ask(consent)).rejects.toMatchObject({ code: 'not-recorded' });
    expect(host.state.participants.every((participant) => participant.consent === null)).toBe(true);
  });
});

describe('what is recorded', () => {
  it('[CR5] are the tracks and lines of those who agreed, from their consent on', async () => {
    const { mara, clock, host, one, other, answer, recording, recorder, list } = await recorded();
    expect(recorder.tracks).toEqual([]);
    await one.ask({ type: 'say', text: 'Before' });
    await answer(one, true);
    await answer(other, false);
    await one.ask({ type: 'say', text: 'After' });
    await other.ask({ type: 'say', text: 'Not me' });
    await host.ask({ type: 'say', text: 'Nor me' });
    await one.ask(camera(50));
    await other.ask(camera(60));
    expect(recorder.tracks.map(({ format }) => format.kind)).toEqual(['audio', 'video']);
    await host.ask({ type: 'record', on: false });
    await clock.pass(1000);
    recorder.progress(1);
    await clock.pass(1000);
    const { participants, lines } = await mara.calls.studio.index(recording);
    expect(participants.map(({ person }) => person.handle)).toEqual(['ines']);
    expect(participants[0]!.tracks.map(({ source }) => source)).toEqual(['microphone', 'camera']);
    expect(lines.map(({ text }) => text)).toEqual(['After']);
    expect(list()).toMatchObject([{ state: 'ready', people: [{ handle: 'ines' }] }]);
  });

  it('[CR5] grows when a refusal becomes consent', async () => {
    const { other, answer, recorder } = await recorded();
    await answer(other, false);
    expect(recorder.tracks).toHaveLength(0);
    await answer(other, true);
    expect(recorder.tracks).toHaveLength(1);
  });

  it('[CR6] loses whoever withdraws, which ends the recording for everybody', async () => {
    const { mara, all, one, other, clock, answer, recorder, recording } = await recorded();
    await answer(one, true);
    await answer(other, true);
    await one.ask({ type: 'say', text: 'Mine' });
    await other.ask({ type: 'say', text: 'Theirs' });
    const [first, second] = recorder.tracks;
    await answer(one, false);
    await clock.pass(1000);
    for (const caller of all) {
      expect(caller.last('recording-ended')).toMatchObject({ reason: 'withdrawn', by: { handle: 'ines' } });
      expect(caller.state).toMatchObject({ recording: null, recordingSince: null });
    }
    expect(recorder.tracks.every(({ isEnded }) => isEnded)).toBe(true);
    expect([...recorder.files.keys()]).toEqual([second!.path]);
    expect(recorder.plans[0]!.tracks.map(({ path }) => path)).toEqual([second!.path]);
    expect(first!.path).not.toBe(second!.path);
    const { lines, participants } = await mara.calls.studio.index(recording);
    expect(lines.map(({ text }) => text)).toEqual(['Theirs']);
    expect(participants.map(({ person }) => person.handle)).toEqual(['olga']);
  });

  it('[CR8] follows cameras that are muted and unmuted, and tracks that end', async () => {
    const { one, answer, recorder } = await recorded();
    await answer(one, true);
    await one.ask(camera(50));
    await one.ask({ type: 'mute', source: 'camera', muted: true });
    await one.ask({ type: 'mute', source: 'microphone', muted: true });
    await one.ask({ type: 'mute', source: 'camera', muted: false });
    await one.ask({ type: 'stop', source: 'microphone' });
    expect(recorder.tracks.map(({ format, isEnded }) => [format.kind, isEnded])).toEqual([
      ['audio', true],
      ['video', true],
      ['video', false],
    ]);
  });

  it('[CA11] [CR8] goes on in new files after the worker of the room died', async () => {
    const { one, all, answer, recorder, sfu, clock, recording } = await recorded();
    await answer(one, true);
    sfu.kill((await sfu.loads())[0]!.pid);
    await clock.pass(3000);
    for (const caller of all) await caller.join();
    await one.ask(mic(70));
    expect(one.state.recording).toBe(recording);
    expect(recorder.tracks.map(({ isEnded }) => isEnded)).toEqual([true, false]);
  });

  it('[CR7] ends with the call, and is empty if nobody agreed', async () => {
    const { host, one, other, list } = await recorded();
    await one.vanish();
    await other.vanish();
    await host.ask({ type: 'leave' });
    await host.vanish();
    expect(list()).toMatchObject([{ state: 'empty', people: [], bytes: 0 }]);
  });
});

describe('failures', () => {
  const dead = { code: 'recorder-failed', message: 'The program died.', remedy: null };

  it('[CR8] of a writer begin another file, and many of them end the recording, not the call', async () => {
    const { one, host, answer, recorder, clock } = await recorded();
    await answer(one, true);
    recorder.kill(recorder.tracks[0]!.path, dead);
    await clock.pass(3000);
    expect(recorder.tracks).toHaveLength(2);
    expect(host.last('recording-ended')).toBeNull();
    for (let time = 0; time < 5; time++) {
      recorder.kill(recorder.tracks.at(-1)!.path, dead);
      await clock.pass(3000);
    }
    expect(host.last('recording-ended')).toMatchObject({
      reason: 'failed',
      problem: { code: 'recorder-failed' },
    });
    expect(host.state.participants).toHaveLength(3);
  });

  it('[CR7] of the disk end the recording at once; what was written is composed', async () => {
    const { one, answer, recorder, clock, list } = await recorded();
    await answer(one, true);
    recorder.kill(recorder.tracks[0]!.path, {
      code: 'recording-disk-full',
      message: 'The disk is full.',
      remedy: null,
    });
    await clock.pass(1000);
    expect(one.last('recording-ended')).toMatchObject({ problem: { code: 'recording-disk-full' } });
    expect(list()).toMatchObject([{ state: 'composing', problem: { code: 'recording-disk-full' } }]);
    recorder.progress(1);
    await clock.pass(100);
    expect(list()).toMatchObject([{ state: 'ready', problem: { code: 'recording-disk-full' } }]);
  });

  it('[CR10] of composing keep the tracks, so that it can be done again; it can be stopped as well', async () => {
    const { mara, one, host, answer, recorder, recording, clock, list } = await recorded();
    const { studio } = mara.calls;
    await answer(one, true);
    await host.ask({ type: 'record', on: false });
    recorder.break(dead);
    await clock.pass(100);
    expect(list()).toMatchObject([{ state: 'kept', problem: { code: 'recorder-failed' } }]);
    studio.compose(recording, true);
    await clock.pass(100);
    recorder.progress(0.4);
    expect(list()).toMatchObject([{ state: 'composing', progress: 0.4 }]);
    await expect(studio.remove(recording)).rejects.toMatchObject({ code: 'recording-runs' });
    studio.compose(recording, false);
    await clock.pass(100);
    expect(list()).toMatchObject([{ state: 'kept', progress: null }]);
    expect(recorder.files.size).toBe(1);
    await studio.remove(recording);
    expect(list()).toEqual([]);
    expect(recorder.files.size).toBe(0);
  });

  it('[CR10] of the node are made good at its next start', async () => {
    const { world, clock, mara, recorder } = await recorded();
    const db = world.database();
    const { RecordingBook } = await import('./recording/book.ts');
    const id = 'B'.repeat(22);
    const startedAt = clock.now() - 60_000;
    const track = {
      file: '0001.mka',
      person: toHex(mara.signer.publicKey),
      from: 'participant',
      source: 'microphone' as const,
      fromMs: 400,
      toMs: null,
    };
    new RecordingBook(db).put({
      id,
      room: new Uint8Array(32),
      title: 'Interrupted',
      startedAt,
      endedAt: startedAt + 30_000,
      state: 'recording',
      bytes: 1000,
      problem: null,
      details: { tracks: [track], spoke: [], lines: [] },
    });
    await mara.stop();
    const again = await world.person('mara', { db, recorder });
    await clock.pass(1000);
    expect(recorder.plans.at(-1)).toMatchObject({ lengthMs: 35_000, tracks: [{ offsetMs: 400 }] });
    recorder.progress(1);
    await clock.pass(100);
    expect(again.calls.studio.list()).toMatchObject([{ id, state: 'ready' }]);
  });
});

it('[CR13] recordings are deleted after their time', async () => {
  const { one, host, answer, recorder, clock, list } = await recorded();
  await answer(one, true);
  await host.ask({ type: 'record', on: false });
  recorder.progress(1);
  await clock.pass(1000);
  expect(list()[0]!.deletedAt).toBeGreaterThan(clock.now() + 29 * DAY_MS);
  for (const caller of [host, one]) await caller.vanish();
  expect(list()).toHaveLength(1);
});
