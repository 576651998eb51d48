import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LabHost } from './host.ts';
import { capable, ensureTools } from './tools.ts';
import { createWorld, type Home, type World } from './world.ts';

ensureTools();
const obstacle = capable();
if (obstacle !== null) console.log(`*** network lab was skipped: ${obstacle} ***`);

const PORT = 4001;
const program = fileURLToPath(import.meta.resolve('./probe.ts'));
const argv = (...args: (string | number)[]) => [process.execPath, program, ...args.map(String)];

interface Answer {
  readonly heard?: string;
  readonly failed?: string;
  readonly answers?: number;
  readonly self?: string;
  readonly connected?: boolean;
  readonly result?: number;
  readonly address?: string;
}

/** Runs a probe to its end. */
const probe = async (host: LabHost, ...args: (string | number)[]): Promise<Answer> =>
  JSON.parse(await host.exec(argv(...args))) as Answer;

/** Starts a probe that goes on; its lines come one by one. */
function start(host: LabHost, ...args: (string | number)[]) {
  const child = host.spawn(argv(...args), { stdio: ['pipe', 'pipe', 'inherit'] });
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error('The probe has no pipes.');
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  return {
    next: async () => JSON.parse(String((await lines.next()).value)) as Answer,
    tell: (line: string) => stdin.write(`${line}\n`),
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function serve(host: LabHost) {
  const server = start(host, 'serve', PORT);
  await server.next();
  return server;
}

describe.skipIf(obstacle !== null)('the network lab', () => {
  let world: World;
  let hub: LabHost;
  let other: LabHost;
  let homes: Record<'plain' | 'second' | 'forwarded' | 'symmetric' | 'cone' | 'carrier' | 'upnp', Home>;

  beforeAll(async () => {
    world = createWorld();
    hub = world.publicHost('hub', { ip6: true });
    other = world.publicHost('other', { ip4: false, ip6: true });
    homes = {
      plain: await world.home('plain', { nat: 'port-restricted', hosts: 2 }),
      second: await world.home('second', { nat: 'port-restricted' }),
      forwarded: await world.home('forwarded', { nat: 'port-restricted', forward: PORT }),
      symmetric: await world.home('symmetric', { nat: 'symmetric' }),
      cone: await world.home('cone', { nat: 'full-cone' }),
      carrier: await world.home('carrier', { nat: 'port-restricted', cgnat: true, upnp: true }),
      upnp: await world.home('upnp', { nat: 'port-restricted', upnp: true }),
    };
    const [plain, neighbour] = homes.plain.hosts;
    const rest = [homes.second, homes.forwarded, homes.symmetric, homes.cone, homes.carrier, homes.upnp];
    const servers = [hub, other, plain, neighbour as LabHost, ...rest.map(({ hosts }) => hosts[0])];
    await Promise.all(servers.map(serve));
  });

  afterAll(() => world?.close());

  test('a home can dial a public host, which sees the address of the router', async () => {
    for (const home of Object.values(homes)) {
      expect(await probe(home.hosts[0], 'dial', hub.ip4 ?? '', PORT)).toEqual({
        heard: home.publicAddress(),
      });
    }
  });

  test('nobody can dial a home by TCP, neither at its public address nor at the private one of the host', async () => {
    const closed = [homes.second, homes.symmetric, homes.cone, homes.carrier, homes.upnp];
    const addresses = closed.flatMap((home) => [home.publicAddress(), home.hosts[0].ip4 ?? '']);
    const tries = [
      ...addresses.map((address) => probe(homes.plain.hosts[0], 'dial', address, PORT)),
      probe(hub, 'dial', homes.plain.publicAddress(), PORT),
    ];
    // No answer at all, not even a refusal.
    for (const { failed } of await Promise.all(tries)) expect(failed).toBe('ABORT_ERR');
  });

  test('hosts of one home reach each other', async () => {
    const [first, second] = homes.plain.hosts;
    expect(await probe(first, 'dial', second?.ip4 ?? '', PORT)).toEqual({ heard: first.ip4 });
  });

  test('a forwarded port is open to everyone for TCP and UDP, also after the host moved', async () => {
    const address = homes.forwarded.publicAddress();
    const from = homes.plain.publicAddress();
    for (const move of [false, true]) {
      if (move) homes.forwarded.hosts[0].changeAddress();
      expect(await probe(homes.plain.hosts[0], 'dial', address, PORT)).toEqual({ heard: from });
      expect((await probe(homes.plain.hosts[0], 'ask', address, PORT, 1)).answers).toBe(1);
    }
  });

  test('a full cone lets unsolicited UDP in, the other routers do not', async () => {
    const answers = async (home: Home) => (await probe(hub, 'ask', home.publicAddress(), PORT, 3)).answers;
    const { cone, plain, symmetric, carrier } = homes;
    expect(await Promise.all([cone, plain, symmetric, carrier].map(answers))).toEqual([3, 0, 0, 0]);
  });

  test('UDP hole punching works, except between a symmetric router and one that is not full-cone', async () => {
    const punched = async (one: Home, two: Home) => {
      const ends = [one, two].map(({ hosts }) => start(hosts[0], 'punch', 5000, hub.ip4 ?? '', PORT));
      const selves = await Promise.all(ends.map(async (end) => (await end.next()).self ?? ''));
      ends.forEach((end, index) => end.tell(selves[1 - index] ?? ''));
      const results = await Promise.all(ends.map((end) => end.next()));
      return results.every(({ connected }) => connected);
    };
    const { plain, second, symmetric, cone, carrier } = homes;
    expect(await punched(plain, second)).toBe(true);
    expect(await punched(plain, carrier)).toBe(true);
    expect(await punched(cone, symmetric)).toBe(true);
    expect(await punched(plain, symmetric)).toBe(false);
  });

  test('an IPv6-only host reaches others by IPv6, and none by IPv4', async () => {
    expect(await probe(other, 'dial', hub.ip6 ?? '', PORT)).toEqual({ heard: other.ip6 });
    expect((await probe(other, 'dial', hub.ip4 ?? '', PORT)).failed).toBe('ENETUNREACH');
    expect((await probe(homes.plain.hosts[0], 'dial', hub.ip6 ?? '', PORT)).failed).toBe('ENETUNREACH');
  });

  test('loss drops the share of packets it was set to, in each direction', async () => {
    const [host] = homes.second.hosts;
    const sent = 2000;
    host.setLoss(20);
    const { answers = 0 } = await probe(host, 'ask', hub.ip4 ?? '', PORT, sent);
    host.setLoss(0);
    // 0.8 there and 0.8 back; five standard deviations to either side.
    expect(answers / sent).toBeGreaterThan(0.64 - 0.054);
    expect(answers / sent).toBeLessThan(0.64 + 0.054);
    expect((await probe(host, 'ask', hub.ip4 ?? '', PORT, 200)).answers).toBe(200);
  });

  test('a host or a home that changes its address is reached at the new one alone', async () => {
    const [host] = homes.second.hosts;
    const inside = host.ip4;
    host.changeAddress();
    expect(host.ip4).not.toBe(inside);
    const ask = () => probe(host, 'ask', hub.ip4 ?? '', PORT, 1, 6000);
    const outside = homes.second.publicAddress();
    expect((await ask()).heard).toBe(`${outside}:6000`);
    homes.second.changeAddress();
    expect(homes.second.publicAddress()).not.toBe(outside);
    expect((await ask()).heard).toBe(`${homes.second.publicAddress()}:6000`);

    const [v4, v6] = [hub.ip4 ?? '', hub.ip6 ?? ''];
    hub.changeAddress();
    expect((await probe(homes.plain.hosts[0], 'dial', v4, PORT)).failed).toBeDefined();
    expect((await probe(other, 'dial', v6, PORT)).failed).toBeDefined();
    expect(await probe(other, 'dial', hub.ip6 ?? '', PORT)).toEqual({ heard: other.ip6 });
  });

  test('an unplugged host reaches nobody until it is plugged in', async () => {
    const dial = () => probe(other, 'dial', hub.ip6 ?? '', PORT);
    other.unplug();
    expect((await dial()).failed).toBe('ENETUNREACH');
    other.plug();
    expect(await dial()).toEqual({ heard: other.ip6 });
  });

  test('a gateway tells its address by NAT-PMP and opens a port on request; one behind a carrier refuses', async () => {
    const { upnp, carrier } = homes;
    const natPmp = ({ hosts, gateway }: Home, ...port: number[]) =>
      probe(hosts[0], 'nat-pmp', gateway, ...port);
    expect(await natPmp(upnp)).toEqual({ result: 0, address: upnp.publicAddress() });
    expect(await natPmp(upnp, PORT)).toEqual({ result: 0, port: PORT });
    expect(await probe(hub, 'dial', upnp.publicAddress(), PORT)).toEqual({ heard: hub.ip4 });
    expect((await natPmp(carrier, PORT)).result).not.toBe(0);
  });
});
