import { beforeEach, describe, expect, test } from 'vitest';
import { decodeCbor, encodeCanonical } from '../kernel/canonical.ts';
import { createTestWorld, FOUNDER, type TestWorld } from '../sim/test-world.ts';
import { DIAL_BACK_PROTOCOL, DialBackRequest } from './dial-back-wire.ts';
import { federatedOn } from './test-federation.ts';
import { Internet } from './test-internet.ts';

const MINUTE_MS = 60_000;
const HOME = '/ip4/8.8.0.1/tcp/4001';
const ADA = '/ip4/9.9.0.1/tcp/4001';
const LAN = '/ip4/192.168.1.5/tcp/4001';
const LOOPBACK = '/ip4/127.0.0.1/tcp/4001';
let world: TestWorld;
let internet: Internet;
beforeEach(() => {
  world = createTestWorld();
  internet = new Internet(world);
});

/** The founder at home and a member on the internet who is connected to it. */
async function pair(listening: readonly string[]) {
  const host = await federatedOn(world, internet, FOUNDER, listening);
  host.admit('ada');
  internet.open('ada', ADA);
  const ada = await federatedOn(world, internet, 'ada', [ADA]);
  const dialled = host.federation.dial(`${ADA}/p2p/ada`);
  await world.clock.pass(5000);
  await dialled;
  return { host, ada };
}
const named = (...addresses: string[]) => addresses.map((address) => `${address}/p2p/${FOUNDER}`);

describe('where a node can be dialled', () => {
  test('[D3] [D4] an address that answers is reached, and the record announces it', async () => {
    internet.open(FOUNDER, HOME);
    const { host, ada } = await pair([HOME, LAN, LOOPBACK]);
    expect(host.federation.view().own[0]).toMatchObject({ address: HOME, state: 'reached' });
    expect(host.announced()).toEqual(named(HOME, LAN));
    expect(ada.dialBacks).toEqual([HOME]);
    expect(ada.federation.view().known).toBe(1);
  });

  test('[D4] an address that members cannot reach is no longer announced', async () => {
    const { host } = await pair([HOME, LAN]);
    expect(host.federation.view().own.find(({ address }) => address === HOME)?.state).toBe('unreachable');
    expect(host.announced()).toEqual(named(LAN));
    expect(() =>
      host.federation.invite({ role: 'member', hours: 1, uses: 1, reach: 'internet' }),
    ).toThrowError(expect.objectContaining({ code: 'not-reachable' }));
  });

  test('[D4] a port forwarded without a setting is found by the observed address, once a member got through', async () => {
    internet.open(FOUNDER, HOME);
    const { host } = await pair([LAN]);
    expect(host.announced()).toEqual(named(LAN));
    host.around.observed = ['8.8.0.1'];
    host.changed();
    await world.clock.pass(5000);
    expect(host.announced()).toEqual(named(HOME, LAN));
  });

  test('[D1] [D4] a port that the router opens is announced within seconds, and withdrawn when the router is gone', async () => {
    internet.open(FOUNDER, HOME);
    const { host } = await pair([LAN]);
    const mapped = [
      {
        protocol: 'tcp',
        internalPort: 4001,
        externalHost: '8.8.0.1',
        externalPort: 4001,
        by: 'pcp',
      } as const,
    ];
    host.around.ports = { state: 'mapped', mapped, gateway: '192.168.1.1' };
    host.changed();
    await world.clock.pass(5000);
    expect(host.announced()).toEqual(named(HOME, LAN));
    host.around.ports = { state: 'none', mapped: [], gateway: null };
    host.changed();
    await world.clock.pass(5000);
    expect(host.announced()).toEqual(named(LAN));
  });

  test('[D4] a node that only its own machine reaches announces loopback', async () => {
    const { host } = await pair([LOOPBACK]);
    expect(host.announced()).toEqual(named(LOOPBACK));
    expect(() => host.federation.invite({ role: 'member', hours: 1, uses: 1 })).toThrowError(
      expect.objectContaining({ code: 'reach-unset' }),
    );
  });

  test('[D3] [D4] a run of the doctor does not withdraw a working address', async () => {
    internet.open(FOUNDER, HOME);
    const { host } = await pair([LAN]);
    host.around.observed = ['8.8.0.1'];
    host.changed();
    await world.clock.pass(5000);
    host.federation.diagnose();
    expect(host.announced()).toEqual(named(HOME, LAN));
    await world.clock.pass(5000);
    expect(host.announced()).toEqual(named(HOME, LAN));
  });

  test('[D2] a member that refuses to dial back is asked once a minute', async () => {
    const { host, ada } = await pair([]);
    let asked = 0;
    ada.transport.handle(DIAL_BACK_PROTOCOL, async (channel) => {
      asked++;
      const { value } = await channel.receive().next();
      const [, addresses] = DialBackRequest.parse(decodeCbor(value!));
      await channel.send(encodeCanonical(['dialled', addresses.map(() => 'refused')]));
    });
    host.around.listening = [HOME];
    host.changed();
    await world.clock.pass(10 * MINUTE_MS);
    expect(asked).toBeGreaterThan(1);
    expect(asked).toBeLessThanOrEqual(10);
  });
});
