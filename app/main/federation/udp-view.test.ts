import { beforeEach, describe, expect, test } from 'vitest';
import { VirtualClock } from '../platform/memory/clock.ts';
import { FixedWindows } from '../kernel/fixed-window.ts';
import { UdpView } from './udp-view.ts';

let clock: VirtualClock;
beforeEach(() => {
  clock = new VirtualClock(1_700_000_000_000);
});

describe('the UDP socket as others see it', () => {
  let view: UdpView;
  beforeEach(() => {
    view = new UdpView(clock);
  });
  const seen = (by: string, host: string, port: number) => view.note(by, { host, port });
  const translation = (own = '192.168.1.5') => view.translation(({ host }) => host === own);

  test('[W3] no observation, or one, does not reveal the kind of translation', () => {
    expect(translation()).toBe('unknown');
    seen('a', '8.8.0.1', 4001);
    expect(translation()).toBe('unknown');
  });

  test('[W3] one endpoint seen by two hosts means endpoint-independent mapping, two ports mean endpoint-dependent mapping', () => {
    seen('a', '8.8.0.1', 4001);
    seen('b', '8.8.0.1', 4001);
    expect(translation()).toBe('endpoint-independent');
    seen('b', '8.8.0.1', 4002);
    expect(translation()).toBe('endpoint-dependent');
  });

  test('[W3] a node seen at its own address has no translation', () => {
    seen('a', '8.8.0.1', 4001);
    expect(translation('8.8.0.1')).toBe('none');
    seen('b', '8.8.0.2', 4001);
    expect(translation('8.8.0.1')).not.toBe('none');
  });

  test('[W3] IPv4 and IPv6 are not compared with each other', () => {
    seen('a', '8.8.0.1', 4001);
    seen('b', '2001:db8::7', 4001);
    expect(translation()).toBe('unknown');
  });

  test('[W3] endpoints come latest first, without duplicates, and expire after two minutes', async () => {
    seen('a', '8.8.0.1', 1);
    seen('b', '8.8.0.1', 2);
    seen('c', '8.8.0.1', 1);
    expect(view.endpoints().map(({ port }) => port)).toEqual([1, 2]);
    await clock.pass(121_000);
    expect(view.endpoints()).toEqual([]);
    expect(translation()).toBe('unknown');
  });

  test('[W3] a flood of answers leaves the sixteen latest', () => {
    for (let port = 1; port <= 1000; port++) seen(`host-${port}`, '8.8.0.1', port);
    expect(view.endpoints()).toHaveLength(16);
    view.forget();
    expect(view.endpoints()).toEqual([]);
  });
});

describe('fixed windows', () => {
  test('each key has its own allowance, restored after the period', async () => {
    const limit = new FixedWindows(clock, 2, 1000);
    const take = (key: string) => limit.take(key);
    expect(['a', 'a', 'a', 'b'].map(take)).toEqual([true, true, false, true]);
    await clock.pass(999);
    expect(take('a')).toBe(false);
    await clock.pass(1);
    expect(['a', 'a', 'a'].map(take)).toEqual([true, true, false]);
  });

  test('a key in constant use is not dropped for thousands of others', () => {
    const limit = new FixedWindows(clock, 1, 1000);
    limit.take('busy');
    for (let turn = 0; turn < 20_000; turn++) {
      limit.take(`other-${turn}`);
      if (turn % 1000 === 0) expect(limit.take('busy')).toBe(false);
    }
  });
});
