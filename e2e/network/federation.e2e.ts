import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FederationView } from '../../app/contract/federation.ts';
import { parseInvite } from '../../app/main/federation/invite.ts';
import type { LabNode } from './lab-node.ts';
import { exchange, join, obstacle, peerOf, Scenario, until } from './scenario.ts';

const INTERNET = { reach: 'internet' } as const;
/** How long the founder may take to be found on its new port. */
const FOUND_MS = 30_000;

const is = (verdict: string) => (view: FederationView) => view.doctor.reachability.verdict === verdict;

describe.skipIf(obstacle !== null)('a public founder, two homes and a second public member', () => {
  const scenario = new Scenario();
  const { measured } = scenario;
  let founder: LabNode;
  let ines: LabNode;
  let juno: LabNode;
  let quinn: LabNode;

  let link: string;

  beforeAll(async () => {
    const { world } = scenario;
    founder = await scenario.founder(world.publicHost('founder'));
    link = await founder.invite('--uses', '3', '--reach', 'internet');
    await founder.post('The first of all');
    const home = async (name: string) => {
      const { hosts } = await world.home(name, { nat: 'port-restricted' });
      return scenario.node(hosts[0], name);
    };
    ines = await home('ines');
    juno = await home('juno');
    const arrive = async (node: LabNode) => {
      measured.add('join across NAT', await join(node, link, INTERNET));
      const joinedAtMs = Date.now();
      measured.add('newest posts after joining', (await node.seen('The first of all')) - joinedAtMs);
    };
    await arrive(ines);
    // Timed from the first peer, and from the moment both homes are members.
    measured.add('verdict of a public node', await until(founder, 30_000, is('direct')));
    measured.add('verdict of a home', await until(ines, 30_000, is('relayed')));
    await arrive(juno);
    measured.add(
      'direct connection between homes',
      await until(ines, 30_000, (view) => {
        const peer = peerOf(view, juno);
        return peer?.via === 'direct' && peer.address.includes('/quic-v1');
      }),
    );
    quinn = await scenario.node(world.publicHost('quinn'), 'quinn');
    await join(quinn, link, { reach: 'internet', relay: true });
  });
  beforeEach(async () => {
    if (founder.isRunning) return;
    await founder.serve();
    await until(ines, FOUND_MS, (view) => peerOf(view, founder) !== undefined);
  });

  test('an invite for the internet leads to the public address alone', () => {
    const { addresses } = parseInvite(link);
    expect(addresses[0]).toMatch(new RegExp(`^/ip4/${founder.host.ip4}/tcp/4001/p2p/`));
    expect(addresses.join(' ')).not.toMatch(/127\.0\.0\.1|192\.168/);
  });

  test('the doctors report who is dialled directly and who through a relay', async () => {
    await until(juno, 30_000, is('relayed'));
    await until(quinn, 30_000, is('direct'));
  });

  test('nodes behind a router keep places on two relays', async () => {
    const hasTwo = ({ addresses }: FederationView) =>
      new Set(addresses.flatMap((text) => /p2p\/(\w+)\/p2p-circuit/.exec(text)?.[1] ?? [])).size === 2;
    await until(ines, 60_000, hasTwo);
    await until(juno, 60_000, hasTwo);
  });

  test('posts between homes go directly', async () => {
    await exchange(measured, 'post from home to home, direct', ines, juno);
    await exchange(measured, 'post from home to public node', ines, founder);
  });

  test('no connection drops without a cause', async () => {
    const minutes = Number(process.env['IMPULSE_LAB_QUIET_MINUTES'] ?? '0.5');
    const all = [founder, ines, juno, quinn];
    const before = all.map((node) => node.peersLost().length);
    await new Promise((go) => setTimeout(go, minutes * 60_000));
    const lost = all.flatMap((node, at) => node.peersLost().slice(before[at]));
    console.log(`*** network lab: connections lost in ${minutes} quiet minutes: ${lost.length} ***`);
    expect(lost).toEqual([]);
  }, 900_000);

  test('with the founder gone, posts go on between the rest', async () => {
    await founder.kill();
    await exchange(measured, 'post with the founder gone', ines, juno);
    await exchange(measured, 'post with the founder gone', quinn, ines);
  });

  test('the founder is found again on another port', async () => {
    await founder.kill();
    await founder.configure({ port: 4777 });
    const startedAt = Date.now();
    await founder.serve();
    const left = () => FOUND_MS - (Date.now() - startedAt);
    await until(ines, left(), (view) => peerOf(view, founder) !== undefined);
    await until(juno, left(), (view) => peerOf(view, founder) !== undefined);
    measured.add('founder found on a new port', Date.now() - startedAt);
    const { subject } = await founder.post('Back on another port');
    await juno.seen(subject);
  });
});
