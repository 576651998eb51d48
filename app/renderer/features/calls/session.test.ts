import { describe, expect, test } from 'vitest';
import { calls as words } from '../../messages/calls.ts';
import { enterCall, offerOf, participantOf, settled, stateOf, trackOf } from './test-call.ts';

const by = participantOf('mara').person;
const rejoin = { type: 'rejoin' as const, token: 'r'.repeat(20), capabilities: {} };

/** A session that is in the call. */
async function joinedCall() {
  const call = await enterCall();
  await call.host.admit();
  await call.host.tell({ type: 'state', state: stateOf([participantOf('me'), participantOf('ada')]) });
  return call;
}

describe('the way into a call', () => {
  test('leads from the door over the waiting room to the join with the token of the admission', async () => {
    const { host, view } = await enterCall();
    expect(view().phase).toBe('entering');
    await host.tell({ type: 'waiting' });
    expect(view().phase).toBe('waiting');
    expect(host.asked).toEqual([]);
    await host.admit();
    expect(view()).toMatchObject({ phase: 'in', me: 'me', rights: { moderate: true } });
    expect(host.asked).toEqual([{ type: 'join', token: 't'.repeat(20), capabilities: { codecs: [] } }]);
  });

  test('ends with the reason of whoever turns this person away', async () => {
    const { host, view, run } = await enterCall();
    await host.tell({ type: 'waiting' }, { type: 'ended', reason: 'turned-away', by, problem: null });
    await run;
    expect(view()).toMatchObject({ phase: 'ended', ended: { reason: 'turned-away', by } });
  });

  test('ends with the problem if the host refuses the token, and releases the devices', async () => {
    const { host, session, view, run } = await enterCall();
    const microphone = trackOf('mic');
    await session.send('microphone', microphone);
    host.refusals.set('join', { code: 'bad-token', message: 'The token is spent.', remedy: null });
    await host.admit();
    await run;
    expect(view()).toMatchObject({
      phase: 'ended',
      ended: { reason: 'refused', problem: { code: 'bad-token' } },
    });
    expect(microphone.stopped).toBe(true);
  });

  test('ends with a problem in a browser without WebRTC', async () => {
    const { host, media, view } = await enterCall();
    media.failures.load = new Error(words.noWebRtc);
    await host.admit();
    expect(view().ended?.problem?.message).toBe(words.noWebRtc);
  });
});

describe('what is sent', () => {
  test('begins when the call is joined, muted if it was muted before', async () => {
    const { host, media, session, view } = await enterCall();
    const microphone = trackOf('mic');
    await session.send('microphone', microphone, true);
    expect(media.sent.size).toBe(0);
    await host.admit();
    expect(media.sent.get('microphone')).toEqual({ track: microphone, muted: true });
    expect(host.asked.at(-1)).toMatchObject({ type: 'send', source: 'microphone', muted: true });
    expect(view().own.get('microphone')?.muted).toBe(true);
  });

  test('falls silent here before the host is told', async () => {
    const { host, media, session } = await joinedCall();
    await session.send('microphone', trackOf('mic'));
    host.refusals.set('mute', { code: 'sfu-refused', message: 'No.', remedy: null });
    session.mute('microphone', true);
    expect(media.sent.get('microphone')?.muted).toBe(true);
    await settled();
    expect(host.asked.at(-1)).toEqual({ type: 'mute', source: 'microphone', muted: true });
  });

  test('is given up with a problem if it cannot be sent', async () => {
    const { media, session, view } = await joinedCall();
    const camera = trackOf('cam');
    media.failures.send = new Error(words.cannotSend.camera);
    await session.send('camera', camera);
    expect(camera.stopped).toBe(true);
    expect(view().own.has('camera')).toBe(false);
    expect(view().problem?.message).toBe(words.cannotSend.camera);
  });

  test('stops when the system ends it', async () => {
    const { host, media, session, view } = await joinedCall();
    await session.send('screen', trackOf('screen'));
    media.signals?.trackEnded('screen');
    await settled();
    expect(view().own.has('screen')).toBe(false);
    expect(host.asked.at(-1)).toEqual({ type: 'stop', source: 'screen' });
  });

  test('is muted when a moderator mutes the microphone, and switched off otherwise', async () => {
    const { host, media, session, view } = await joinedCall();
    const camera = trackOf('cam');
    await session.send('microphone', trackOf('mic'));
    await session.send('camera', camera);
    await host.tell({ type: 'silenced', source: 'microphone', by });
    expect(view().own.get('microphone')?.muted).toBe(true);
    expect(media.sent.get('microphone')?.muted).toBe(true);
    expect(view().silenced).toEqual({ source: 'microphone', by });
    await host.tell({ type: 'silenced', source: 'camera', by });
    expect(camera.stopped).toBe(true);
    expect(view().own.has('camera')).toBe(false);
  });
});

describe('what is received', () => {
  test('waits until the call is joined, then the host is told that it may begin', async () => {
    const { host, media, view } = await enterCall();
    let letGo = () => {};
    media.gate = new Promise((resolve) => {
      letGo = resolve;
    });
    await host.admit();
    await host.tell(offerOf('t1', 'ada'));
    expect(media.received.size).toBe(0);
    expect(view().tracks.get('t1')).toMatchObject({ from: 'ada', source: 'camera', live: null });
    letGo();
    await settled();
    expect(view().tracks.get('t1')?.live).not.toBeNull();
    expect(host.asked.at(-1)).toEqual({ type: 'ready', track: 't1' });
  });

  test('is asked for at the height of its tile, and not at all without a tile', async () => {
    const { host, media, timers, session } = await joinedCall();
    await host.tell(offerOf('seen', 'ada'), offerOf('hidden', 'ben'), offerOf('heard', 'ben', 'microphone'));
    session.prefer('seen', 300);
    timers.run();
    await settled();
    expect(host.asked.filter(({ type }) => type === 'prefer')).toEqual([
      { type: 'prefer', track: 'seen', height: 360 },
      { type: 'prefer', track: 'hidden', height: 0 },
    ]);
    expect([...media.paused]).toEqual([
      ['seen', false],
      ['hidden', true],
    ]);
  });

  test('is dropped when it ends, even while it is being connected', async () => {
    const { host, media, view } = await joinedCall();
    let letGo = () => {};
    media.gate = new Promise((resolve) => {
      letGo = resolve;
    });
    await host.tell(offerOf('t1', 'ada'), { type: 'track-ended', track: 't1' });
    letGo();
    await settled();
    expect(media.received.size).toBe(0);
    expect(view().tracks.size).toBe(0);
    expect(host.types()).not.toContain('ready');
  });
});

describe('media that are lost', () => {
  test('are made anew while the call goes on: own tracks are sent again, others come again', async () => {
    const { host, media, session, view } = await joinedCall();
    const microphone = trackOf('mic');
    await session.send('microphone', microphone);
    session.mute('microphone', true);
    await host.tell(offerOf('old', 'ada'));
    const before = media.resets;
    await host.tell(rejoin);
    expect(media.resets).toBe(before + 1);
    expect(view().phase).toBe('in');
    expect(view().call?.participants).toHaveLength(2);
    expect(view().tracks.size).toBe(0);
    expect(media.sent.get('microphone')).toEqual({ track: microphone, muted: true });
    expect(microphone.stopped).toBe(false);
    await host.tell(offerOf('new', 'ada'));
    expect([...media.received.keys()]).toEqual(['new']);
    expect(host.asked.filter(({ type }) => type === 'join').at(-1)).toMatchObject({ token: rejoin.token });
  });

  test('keep this person in the call if they cannot be made, until the host says so again', async () => {
    const { host, view } = await joinedCall();
    host.refusals.set('join', { code: 'sfu-refused', message: 'Not yet.', remedy: null });
    await host.tell(rejoin);
    expect(view()).toMatchObject({ phase: 'rejoining', problem: { code: 'sfu-refused' } });
    host.refusals.clear();
    await host.tell(rejoin);
    expect(view().phase).toBe('in');
  });

  test('a signal of an earlier connection changes nothing', async () => {
    const { host, media, view } = await joinedCall();
    const old = media.signals;
    await host.tell(rejoin);
    old?.failing(true);
    expect(view().failing).toBe(false);
    await expect(old?.restartIce('s')).rejects.toThrow(words.mediaGone);
  });
});

describe('a call that is lost', () => {
  test('is entered again, and what was sent is sent again', async () => {
    const { host, media, timers, session, view } = await joinedCall();
    const microphone = trackOf('mic');
    await session.send('microphone', microphone);
    await host.tell('break');
    expect(view().phase).toBe('lost');
    timers.run();
    await settled();
    expect(host.entered).toBe(2);
    await host.open();
    await host.admit('me again');
    expect(view()).toMatchObject({ phase: 'in', me: 'me again' });
    expect(media.sent.get('microphone')?.track).toBe(microphone);
  });

  test('is given up after a while', async () => {
    const { host, timers, view, run } = await joinedCall();
    host.isAway = true;
    await host.tell('break');
    for (let i = 0; i < 10; i += 1) {
      timers.run(10_000);
      await settled();
    }
    await run;
    expect(view()).toMatchObject({
      phase: 'ended',
      ended: { reason: 'host-lost', problem: { message: words.hostLost.message } },
    });
  });
});

describe('the view', () => {
  test('knows who speaks and who spoke last', async () => {
    const { host, view } = await joinedCall();
    await host.tell(
      { type: 'speaker', from: 'ada' },
      { type: 'levels', levels: [{ from: 'ada', level: 0.4 }] },
    );
    await host.tell({ type: 'speaker', from: null });
    expect(view().speaker).toBeNull();
    expect(view().spokeAt.get('ada')).toBe(1_000);
    expect(view().levels.get('ada')).toBe(0.4);
  });

  test('shows a reaction for a few seconds, and a line of the chat once', async () => {
    const { host, timers, view } = await joinedCall();
    await host.tell({ type: 'reaction', from: 'ada', emoji: '👍' });
    expect(view().reactions).toHaveLength(1);
    timers.run(5_000);
    expect(view().reactions).toHaveLength(0);
    const line = { id: 'l1', from: 'ada', person: by, at: 1, text: 'Ahoy.' };
    await host.tell({ type: 'line', line }, { type: 'line', line });
    expect(view().lines).toEqual([line]);
  });

  test('keeps the problem of a refused request until it is read', async () => {
    const { host, session, view } = await joinedCall();
    host.refusals.set('lock', { code: 'not-allowed', message: 'Only moderators lock.', remedy: null });
    expect(await session.ask({ type: 'lock', locked: true })).toBeNull();
    expect(view().problem?.code).toBe('not-allowed');
    session.dismiss('problem');
    expect(view().problem).toBeNull();
  });
});

test('who leaves tells the host, closes the media and releases the devices', async () => {
  const { host, media, session, view, run } = await joinedCall();
  const camera = trackOf('cam');
  await session.send('camera', camera);
  session.leave();
  await run;
  expect(host.types().at(-1)).toBe('leave');
  expect(camera.stopped).toBe(true);
  expect(media.sent.size).toBe(0);
  expect(view()).toMatchObject({ phase: 'ended', ended: { reason: 'left' } });
});
