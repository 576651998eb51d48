import { describe, expect, test } from 'vitest';
import { parseInvite } from '../../app/main/federation/invite.ts';
import type { Doctor, FederationView } from '../../app/contract/federation.ts';
import type { LabNode } from './lab-node.ts';
import { exchange, join, obstacle, peerOf, Scenario, until, viewOf } from './scenario.ts';

const INTERNET = { reach: 'internet' } as const;
const is = (verdict: Doctor['reachability']['verdict']) => (view: FederationView) =>
  view.doctor.reachability.verdict === verdict;
const checkOf = async (node: LabNode, id: string) =>
  (await viewOf(node)).doctor.checks.find((check) => check.id === id);

describe.skipIf(obstacle !== null)('two homes behind symmetric routers', () => {
  const scenario = new Scenario();
  const { measured } = scenario;

  test('meet through the relay of a public member, and are told why not directly', async () => {
    const { world } = scenario;
    const founder = await scenario.founder(world.publicHost('founder'));
    const link = await founder.invite('--uses', '3', '--reach', 'internet');
    const other = await scenario.node(world.publicHost('other'), 'other');
    await join(other, link, { reach: 'internet', relay: true });
    const homes: LabNode[] = [];
    for (const name of ['ines', 'juno']) {
      const { hosts } = await world.home(name, { nat: 'symmetric' });
      const node = await scenario.node(hosts[0], name);
      await join(node, link, INTERNET);
      homes.push(node);
    }
    const [ines, juno] = homes as [LabNode, LabNode];
    measured.add(
      'two homes meet by relay',
      await until(ines, 30_000, (view) => peerOf(view, juno)?.via === 'relay'),
    );
    await exchange(measured, 'post from home to home, by relay', ines, juno, 20);
    await until(ines, 60_000, (view) =>
      view.doctor.checks.some(
        ({ id, state, finding }) => id === 'direct' && state === 'bad' && /symmetric/.test(finding),
      ),
    );
    expect(peerOf(await viewOf(ines), juno)?.via).toBe('relay');
  });
});

describe.skipIf(obstacle !== null)('a home behind a full cone and one behind a symmetric router', () => {
  const scenario = new Scenario();

  test('connect directly', async () => {
    const { world } = scenario;
    const founder = await scenario.founder(world.publicHost('founder'));
    const link = await founder.invite('--uses', '2', '--reach', 'internet');
    const home = async (name: string, nat: 'full-cone' | 'symmetric') => {
      const { hosts } = await world.home(name, { nat });
      const node = await scenario.node(hosts[0], name);
      await join(node, link, INTERNET);
      return node;
    };
    const ines = await home('ines', 'full-cone');
    const juno = await home('juno', 'symmetric');
    const took = await until(ines, 30_000, (view) => {
      const peer = peerOf(view, juno);
      return peer?.via === 'direct' && peer.address.includes('/quic-v1');
    });
    scenario.measured.add('direct, full cone and symmetric', took);
  });
});

describe.skipIf(obstacle !== null)('founders at home', () => {
  const scenario = new Scenario();
  const visitor = async (name: string) => {
    const { hosts } = await scenario.world.home(name, { nat: 'port-restricted' });
    return scenario.node(hosts[0], name);
  };

  test('behind a forwarded port: the sysop enters the address, and others join', async () => {
    const home = await scenario.world.home('forwarded', { nat: 'port-restricted', forward: 4001 });
    const founder = await scenario.founder(home.hosts[0], 'forwarded');
    const link = await founder.invite('--reach', 'internet', '--address', home.publicAddress());
    expect(parseInvite(link).addresses[0]).toContain(`/ip4/${home.publicAddress()}/tcp/4001/`);
    await join(await visitor('guest-of-forwarded'), link, INTERNET);
    await until(founder, 30_000, is('direct'));
    expect(await checkOf(founder, 'address')).toMatchObject({ state: 'good' });
  });

  test('behind a router that maps ports: nothing has to be entered', async () => {
    const home = await scenario.world.home('mapped', { nat: 'port-restricted', upnp: true });
    const founder = await scenario.founder(home.hosts[0], 'mapped');
    const link = await founder.invite('--reach', 'internet');
    expect(parseInvite(link).addresses[0]).toContain(`/ip4/${home.publicAddress()}/tcp/`);
    await join(await visitor('guest-of-mapped'), link, INTERNET);
    await until(founder, 30_000, is('direct'));
    expect(await checkOf(founder, 'router')).toMatchObject({ state: 'good' });
  });

  test('behind a router that maps nothing: no useless invite is made, and the steps are told', async () => {
    const home = await scenario.world.home('closed', { nat: 'port-restricted' });
    const founder = await scenario.founder(home.hosts[0], 'closed');
    await expect(founder.invite('--reach', 'internet')).rejects.toThrow(/forward TCP and UDP port 4001/);
    await expect(founder.invite('--reach', 'internet')).rejects.toThrow(/Relay for members/);
    await until(founder, 30_000, is('private'));
  });

  test('behind a router that maps ports and a carrier that does not: the second router is named', async () => {
    const home = await scenario.world.home('carried', { nat: 'port-restricted', upnp: true, cgnat: true });
    const founder = await scenario.founder(home.hosts[0], 'carried');
    await expect(founder.invite('--reach', 'internet')).rejects.toThrow(
      /another router stands before it.*public IPv4 address/s,
    );
    await until(founder, 30_000, is('private'));
  });

  test('with default settings: an invite is not made until it is said for whom', async () => {
    const founder = await scenario.founder(scenario.world.publicHost('default'), 'default');
    await expect(founder.invite()).rejects.toThrow(/listens on this machine alone/);
    const link = await founder.invite('--reach', 'machine');
    expect(parseInvite(link).addresses.every((address) => address.startsWith('/ip4/127.0.0.1/'))).toBe(true);
    await until(founder, 5000, is('private'));
  });
});

describe.skipIf(obstacle !== null)('an invite from a home through a relay', () => {
  const scenario = new Scenario();

  test('holds the relay’s address, and lets another home in', async () => {
    const { world } = scenario;
    const founder = await scenario.founder(world.publicHost('founder'));
    const first = await founder.invite('--reach', 'internet', '--role', 'moderator');
    await founder.post('The first of all');
    const home = async (name: string) => {
      const { hosts } = await world.home(name, { nat: 'symmetric' });
      return scenario.node(hosts[0], name);
    };
    const ines = await home('ines');
    await join(ines, first, INTERNET);
    await until(ines, 30_000, is('relayed'));
    const link = await ines.invite('--reach', 'internet');
    expect(parseInvite(link).addresses.some((address) => address.includes('/p2p-circuit/'))).toBe(true);
    const juno = await home('juno');
    scenario.measured.add('join through a relay', await join(juno, link, INTERNET));
    await juno.seen('The first of all');
    const { subject } = await juno.post('Hello from behind two routers');
    await ines.seen(subject);
    await founder.seen(subject);
  });
});
