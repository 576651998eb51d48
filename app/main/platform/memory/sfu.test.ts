import { expect, test } from 'vitest';
import { sfuContract } from '../../calls/sfu.contract.ts';
import { opusTrack, vp8Track } from '../../calls/test-rtp.ts';
import { systemClock } from '../../kernel/clock.ts';
import { createMemorySfu } from './sfu.ts';

sfuContract('memory', async () => {
  const sfu = createMemorySfu({ clock: systemClock, workers: 2 });
  return { sfu, kill: (pid) => sfu.kill(pid) };
});

test('those who are heard reach the listeners of their room, and silence ends the speech', async () => {
  const sfu = createMemorySfu({ clock: systemClock });
  const [room, other] = [await sfu.open(), await sfu.open()];
  const told: unknown[] = [];
  room.onLevels((levels) => told.push(levels));
  room.onSpeaker((producer) => told.push(producer));
  other.onSpeaker((producer) => told.push(producer));
  const transport = await room.connect('send', { bitsPerSecond: 1 });
  const { id } = await transport.produce({ kind: 'audio', rtpParameters: opusTrack(1), paused: false });
  sfu.hear([{ producer: id, level: 0.5 }]);
  sfu.hear([]);
  expect(told).toEqual([[{ producer: id, level: 0.5 }], id, [], null]);
  await sfu.stop();
});

test('a test sees whether a track is forwarded, and in which size', async () => {
  const sfu = createMemorySfu({ clock: systemClock });
  const room = await sfu.open();
  const sending = await room.connect('send', { bitsPerSecond: 1 });
  const camera = await sending.produce({ kind: 'video', rtpParameters: vp8Track(1, 3), paused: false });
  const consumer = await (
    await room.connect('receive', { bitsPerSecond: 1 })
  ).consume(camera.id, room.capabilities);
  expect(sfu.forwarded(consumer!.id)).toEqual({ paused: true, layer: null });
  await consumer!.resume();
  await consumer!.prefer(1);
  expect(sfu.forwarded(consumer!.id)).toEqual({ paused: false, layer: 1 });
  consumer!.close();
  expect(sfu.forwarded(consumer!.id)).toBeNull();
  await sfu.stop();
});

test('an SFU in trouble opens no room and says why', async () => {
  const sfu = createMemorySfu({ clock: systemClock });
  sfu.fail({ code: 'worker-missing', message: 'There is no worker.', remedy: null });
  expect(sfu.trouble()).toMatchObject({ code: 'worker-missing' });
  await expect(sfu.open()).rejects.toMatchObject({ code: 'worker-missing' });
  sfu.fail(null);
  await sfu.open();
  await sfu.stop();
});
