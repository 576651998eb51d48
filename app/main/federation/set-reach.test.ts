import { beforeEach, describe, expect, test } from 'vitest';
import { createTestWorld, FOUNDER, type TestWorld } from '../sim/test-world.ts';
import { networkFor } from './index.ts';
import { federatedOn } from './test-federation.ts';
import { Internet, type Surroundings } from './test-internet.ts';

const LAN = '/ip4/192.168.1.10/tcp/4001';
const SEARCHING = { state: 'searching', mapped: [], gateway: null } as const;
const MAPPED = {
  state: 'mapped',
  mapped: [{ protocol: 'tcp', internalPort: 4001, externalHost: '8.8.0.1', externalPort: 4001, by: 'pcp' }],
  gateway: '192.168.1.1',
} as const;

let world: TestWorld;
let internet: Internet;
beforeEach(() => {
  world = createTestWorld();
  internet = new Internet(world);
});

describe('the settings of a reach', () => {
  test('[I4] beyond the machine the node listens everywhere; for the internet it asks the router', () => {
    expect(networkFor({ reach: 'machine' })).toEqual({});
    expect(networkFor({ reach: 'network' })).toEqual({ listen: 'everywhere' });
    expect(networkFor({ reach: 'internet' })).toEqual({ listen: 'everywhere', portMapping: true });
  });

  test('[I4] relay and addresses are set if the wish names them', () => {
    expect(networkFor({ reach: 'network', relay: false, announce: ['bbs.example.org'] })).toEqual({
      listen: 'everywhere',
      relay: false,
      announce: ['bbs.example.org'],
    });
  });
});

describe('setting up the internet', () => {
  /** Sets up the internet during the search for a router; returns the report and the virtual time it took. */
  const setUp = async (during: (around: Surroundings) => Promise<void>) => {
    const host = await federatedOn(world, internet, FOUNDER, [LAN]);
    host.around.ports = SEARCHING;
    const startedAt = world.clock.now();
    const answer = host.federation
      .setReach({ reach: 'internet' })
      .then((report) => ({ report, tookMs: world.clock.now() - startedAt }));
    await during(host.around);
    await world.clock.pass(20_000);
    return answer;
  };

  test('[I4] answers once the router mapped the port', async () => {
    const { report, tookMs } = await setUp(async (around) => {
      await world.clock.pass(3000);
      around.ports = MAPPED;
    });
    expect(report).toMatchObject({ reach: 'internet', ready: true });
    expect(tookMs).toBeLessThan(4000);
  });

  test('[I4] waits ten seconds for a silent router, then reports the steps that are left', async () => {
    const { report, tookMs } = await setUp(async () => {});
    expect(report.ready).toBe(false);
    expect(report.steps.length).toBeGreaterThan(0);
    expect(tookMs).toBeGreaterThanOrEqual(10_000);
    expect(tookMs).toBeLessThan(11_000);
  });
});
