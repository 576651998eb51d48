import { createSocket } from 'node:dgram';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as realDelay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../kernel/logger.ts';
import type { PortMapper } from '../../federation/ports.ts';
import { ManualClock } from '../../shell/manual-clock.ts';
import { createPortMapper } from './index.ts';
import type { Router } from './router.ts';
import { FakeRouter } from './test-router.ts';

const TCP = { protocol: 'tcp', port: 4001 } as const;
const UDP = { protocol: 'udp', port: 4001 } as const;
const DEADLINE_MS = 10_000;

let clock: ManualClock;
let router: FakeRouter;
let mapper: PortMapper;
/** The router of the default route. */
let route: Router | null;

beforeEach(async () => {
  clock = new ManualClock();
  router = await FakeRouter.start(clock);
  route = router.place;
  mapper = createPortMapper({ clock, logger: silentLogger, findRouter: async () => route });
});

afterEach(async () => {
  const stopped = mapper.stop();
  await until(() => settled(stopped), 100);
  await router.close();
});

/** Waits for a condition; meanwhile the clock advances by `stepMs` at most once per real millisecond. */
async function until(condition: () => boolean | Promise<boolean>, stepMs = 0): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!(await condition())) {
    if (Date.now() > deadline)
      expect.fail(`still ${JSON.stringify(mapper.current())}; asked: ${router.asked}`);
    clock.pass(stepMs);
    await realDelay(1);
  }
}

const settled = (promise: Promise<unknown>): Promise<boolean> =>
  Promise.race([promise.then(() => true), realDelay(1).then(() => false)]);

const reaches = (state: string, stepMs = 0) => until(() => mapper.current().state === state, stepMs);

describe('the first answers', () => {
  it('are not requested while no port is wanted', () => {
    expect(mapper.current()).toEqual({ state: 'off', mapped: [], gateway: null });
    mapper.want([TCP]);
    expect(mapper.current().state).toBe('searching');
  });

  it('map the ports by PCP if the router supports it', async () => {
    router.pcp = 0;
    router.natPmp = 0;
    router.upnp = 0;
    mapper.want([TCP, UDP]);
    await reaches('mapped');
    const mapped = { internalPort: 4001, externalHost: '198.18.0.7', externalPort: 4001, by: 'pcp' };
    expect(mapper.current()).toEqual({
      state: 'mapped',
      mapped: [
        { ...mapped, protocol: 'tcp' },
        { ...mapped, protocol: 'udp' },
      ],
      gateway: '127.0.0.1',
    });
    expect(router.asked.filter((request) => request.includes(' map '))).toEqual([
      'pcp map tcp 4001',
      'pcp map udp 4001',
    ]);
  });

  it('map them by NAT-PMP if the router reports that it does not support PCP', async () => {
    router.pcp = 1;
    router.natPmp = 0;
    mapper.want([TCP]);
    await reaches('mapped');
    expect(mapper.current().mapped).toMatchObject([{ by: 'nat-pmp', externalHost: '198.18.0.7' }]);
  });

  it('map them by NAT-PMP if the router ignores PCP', async () => {
    router.natPmp = 0;
    mapper.want([TCP]);
    await reaches('mapped', 10);
    expect(mapper.current().mapped).toMatchObject([{ by: 'nat-pmp' }]);
  });

  it('map them by UPnP if nothing else is answered', async () => {
    router.upnp = 0;
    mapper.want([TCP]);
    await reaches('mapped', 10);
    expect(mapper.current().mapped).toMatchObject([
      { by: 'upnp', externalHost: '198.18.0.7', externalPort: 4001 },
    ]);
  });

  it('may name another external port than requested', async () => {
    router.pcp = 0;
    router.taken.add(4001);
    mapper.want([TCP]);
    await reaches('mapped');
    expect(mapper.current().mapped).toMatchObject([{ externalPort: 4002, internalPort: 4001 }]);
  });

  it('are reported to listeners, once each', async () => {
    const seen: string[] = [];
    const stopListening = mapper.onChange(() => seen.push(mapper.current().state));
    router.pcp = 0;
    mapper.want([TCP]);
    await reaches('mapped');
    mapper.want([TCP]);
    await until(() => router.asked.length === 2);
    stopListening();
    mapper.want([]);
    await reaches('off');
    expect(seen).toEqual(['searching', 'mapped']);
  });
});

describe('a router that maps nothing', () => {
  it('counts as none if it is silent, and is asked again after 30 seconds', async () => {
    mapper.want([TCP]);
    await reaches('none', 50);
    expect(mapper.current().gateway).toBeNull();
    router.pcp = 0;
    await reaches('mapped', 100);
  });

  it('is asked at delays that double up to a quarter of an hour', async () => {
    route = null;
    let lookedUp = 0;
    await mapper.stop();
    mapper = createPortMapper({
      clock,
      logger: silentLogger,
      findRouter: async () => {
        lookedUp += 1;
        return null;
      },
    });
    mapper.want([TCP]);
    await reaches('none');
    for (const [index, seconds] of [30, 60, 120, 240, 480, 900, 900].entries()) {
      clock.pass(seconds * 1000 - 1);
      await realDelay(1);
      expect(lookedUp).toBe(index + 1);
      clock.pass(1);
      await until(() => lookedUp === index + 2);
      await realDelay(1);
    }
  });

  it('counts as refusing if it refuses in every protocol', async () => {
    router.pcp = 2;
    router.natPmp = 2;
    router.upnp = 606;
    mapper.want([TCP]);
    await reaches('refused', 10);
    expect(mapper.current()).toEqual({ state: 'refused', mapped: [], gateway: '127.0.0.1' });
  });

  it('counts as refusing when it has no external address', async () => {
    router.pcp = 0;
    router.natPmp = 0;
    router.upnp = 0;
    router.externalAddress = '0.0.0.0';
    mapper.want([TCP]);
    await reaches('refused', 10);
  });

  it('counts as none if it sends garbage', async () => {
    router.pcp = 'garbage';
    router.natPmp = 'garbage';
    mapper.want([TCP]);
    await reaches('none', 50);
    expect(router.asked).toContain('pcp map tcp 4001');
    expect(router.asked).toContain('nat-pmp address');
  });
});

describe('a mapping', () => {
  it('is renewed at half its lifetime', async () => {
    router.pcp = 0;
    router.lifetimeSeconds = 120;
    mapper.want([TCP]);
    await reaches('mapped');
    clock.pass(59_999);
    expect(router.asked).toHaveLength(1);
    clock.pass(1);
    await until(() => router.asked.length === 2);
  });

  it('is made again when the router announces that it restarted', async () => {
    router.pcp = 0;
    router.lifetimeSeconds = 1200;
    mapper.want([TCP, UDP]);
    await reaches('mapped');
    router.restart();
    await until(() => {
      router.announce();
      clock.pass(100);
      return router.mappings.size === 2;
    });
    expect(mapper.current().state).toBe('mapped');
  });

  it('is made again when a renewal of another shows that the router restarted', async () => {
    router.pcp = 0;
    router.lifetimeSeconds = 1200;
    mapper.want([TCP, UDP]);
    await reaches('mapped');
    let renewals = 0;
    router.onRequest = () => {
      renewals += 1;
      // The first port was just renewed.
      if (renewals === 2) router.restart();
    };
    clock.pass(600_000);
    await until(() => renewals === 2);
    expect(router.mappings.size).toBe(1);
    const restartedAt = clock.now();
    await until(() => router.mappings.size === 2, 100);
    expect(clock.now() - restartedAt).toBeLessThan(60_000);
  });

  it('is made in another protocol when the router stops answering in the first', async () => {
    router.pcp = 0;
    mapper.want([TCP]);
    await reaches('mapped');
    router.pcp = 'silent';
    router.natPmp = 0;
    await until(() => mapper.current().mapped[0]?.by === 'nat-pmp', 100);
  });

  it('is removed from the state when the router no longer answers', async () => {
    router.pcp = 0;
    mapper.want([TCP]);
    await reaches('mapped');
    router.pcp = 'silent';
    await reaches('none', 100);
    expect(mapper.current().mapped).toEqual([]);
  });

  it('is removed when its port is no longer wanted', async () => {
    router.pcp = 0;
    mapper.want([TCP, UDP]);
    await reaches('mapped');
    mapper.want([UDP]);
    await until(() => !router.mappings.has('tcp 4001') && mapper.current().mapped.length === 1);
    mapper.want([]);
    await reaches('off');
    expect(router.mappings.size).toBe(0);
  });

  it.each(['pcp', 'natPmp', 'upnp'] as const)('made by %s is removed at the stop', async (protocol) => {
    router[protocol] = 0;
    mapper.want([TCP]);
    await reaches('mapped', 10);
    await mapper.stop();
    expect(router.mappings.size).toBe(0);
    expect(mapper.current().state).toBe('off');
  });

  it('does not delay the stop of a node by more than two seconds', async () => {
    router.upnp = 0;
    mapper.want([TCP, UDP]);
    await reaches('mapped', 10);
    router.upnp = 'silent';
    const before = clock.now();
    const stopped = mapper.stop();
    await until(() => settled(stopped), 100);
    expect(clock.now() - before).toBeLessThanOrEqual(2100);
    expect(router.mappings.size).toBe(2);
  });
});

describe('a change of the network', () => {
  it('triggers a search for the gateway at once, and keeps mappings of the same router', async () => {
    const seen: string[] = [];
    router.pcp = 0;
    mapper.want([TCP]);
    await reaches('mapped');
    mapper.onChange(() => seen.push(mapper.current().state));
    mapper.networkChanged();
    await until(() => router.asked.length === 2);
    expect(seen).toEqual([]);
  });

  it('ends the wait after a failure', async () => {
    route = null;
    mapper.want([TCP]);
    await reaches('none');
    router.pcp = 0;
    route = router.place;
    mapper.networkChanged();
    await reaches('mapped');
  });

  it('drops the mappings of a router that is gone', async () => {
    router.pcp = 0;
    mapper.want([TCP]);
    await reaches('mapped');
    route = null;
    mapper.networkChanged();
    await reaches('none');
    expect(mapper.current()).toEqual({ state: 'none', mapped: [], gateway: null });
  });
});

describe('messages of others', () => {
  it('are not taken for the router’s', async () => {
    const impostor = createSocket('udp4');
    impostor.bind(0, '127.0.0.2');
    await once(impostor, 'listening');
    router.pcp = 0;
    router.lifetimeSeconds = 1200;
    mapper.want([TCP]);
    await reaches('mapped');
    const announcement = Buffer.alloc(24);
    announcement.set([2, 0x80]);
    for (let times = 0; times < 20; times += 1) {
      impostor.send(announcement, router.place.announcePort, '127.0.0.1');
      await realDelay(1);
      clock.pass(1000);
    }
    expect(router.asked).toHaveLength(1);
    impostor.close();
  });

  it('do not make this machine fetch from other hosts', async () => {
    let fetched = 0;
    const elsewhere = createServer((_request, response) => {
      fetched += 1;
      response.end();
    });
    elsewhere.listen(0, '127.0.0.2');
    await once(elsewhere, 'listening');
    router.upnp = 0;
    router.location = `http://127.0.0.2:${(elsewhere.address() as AddressInfo).port}/root.xml`;
    mapper.want([TCP]);
    await reaches('none', 50);
    expect(fetched).toBe(0);
    elsewhere.close();
  });
});

describe('a UPnP router', () => {
  it('of version 1 that supports only permanent mappings gets those', async () => {
    router.upnp = 0;
    router.onlyPermanentLeases = true;
    mapper.want([TCP]);
    await reaches('mapped', 10);
    expect(router.asked.filter((request) => request.startsWith('upnp map'))).toEqual([
      'upnp map tcp 4001 for 1200',
      'upnp map tcp 4001 for 0',
    ]);
  });

  it('whose port is taken is asked for another', async () => {
    router.upnp = 0;
    router.taken.add(4001);
    mapper.want([TCP]);
    await reaches('mapped', 10);
    expect(mapper.current().mapped[0]?.externalPort).toBeGreaterThanOrEqual(49_152);
  });
});
