import { expect, test } from 'vitest';
import { prometheusText } from '../host/metrics.ts';
import { callMetrics } from './metrics.ts';
import { Caller, callers } from './test-calls.ts';
import { opusTrack } from './test-rtp.ts';
import { WorkerWatch } from './worker-watch.ts';

test('metrics tell tracks, traffic with its worst loss and jitter, and the load of each worker', async () => {
  const world = await callers('ines');
  const { mara, clock, sfu } = world;
  const { id } = await mara.calls.open({ title: 'Friday evening', board: null, rules: {}, startsAt: null });
  await clock.pass(3000);
  const caller = await Caller.enter(world, mara, id);
  const { transports } = await caller.join();
  await caller.ask({ type: 'send', source: 'microphone', rtpParameters: opusTrack(1000), muted: false });
  await Caller.join(world, world.others[0]!, id);
  sfu.measure(transports!.send.id, { bitsPerSecond: 32_000, lossRate: 0.02, roundTripMs: 9, jitterMs: 4 });
  await clock.pass(5000);
  const text = prometheusText(callMetrics(mara.calls.figures()));
  for (const line of [
    'impulse_call_participants 2',
    'impulse_call_producers 1',
    'impulse_call_consumers 1',
    'impulse_call_bytes_per_second{direction="send"} 4000',
    'impulse_call_loss_ratio{direction="send"} 0.02',
    'impulse_call_jitter_seconds{direction="send"} 0.004',
    'impulse_call_worker_cpu_ratio{worker="0"} 0',
    'impulse_call_worker_consumers{worker="0"} 1',
  ]) {
    expect(text).toContain(line);
  }
  expect(text).not.toContain('impulse_call_loss_ratio{direction="receive"}');
});

test('workers are measured once for all calls that ask at about the same time', async () => {
  let [now, asked] = [0, 0];
  const loads = async () => {
    asked++;
    return [{ pid: asked, cpu: 0.5, rooms: 1, transports: 2, producers: 1, consumers: 1 }];
  };
  const watch = new WorkerWatch({ loads }, { now: () => now });
  expect(watch.last).toEqual([]);
  await Promise.all([watch.loads(), watch.loads()]);
  now = 2000;
  expect(await watch.loads()).toMatchObject([{ pid: 1 }]);
  now = 3000;
  expect(await watch.loads()).toMatchObject([{ pid: 2 }]);
  expect(asked).toBe(2);
});
