import { beforeAll, describe, expect, test } from 'vitest';
import { parseInvite } from '../../app/main/federation/invite.ts';
import type { LabNode } from './lab-node.ts';
import { exchange, join, obstacle, peerOf, Scenario, until, viewOf } from './scenario.ts';
import type { Home } from './world.ts';

const INTERNET = { reach: 'internet' } as const;

describe.skipIf(obstacle !== null)('a node in an IPv6 network', () => {
  const scenario = new Scenario();

  test('founds and is joined without IPv4', async () => {
    const { world } = scenario;
    const founder = await scenario.founder(world.publicHost('founder', { ip4: false, ip6: true }));
    const link = await founder.invite('--reach', 'internet');
    expect(parseInvite(link).addresses[0]).toMatch(/^\/ip6\/2001:2:/);
    const ines = await scenario.node(world.publicHost('ines', { ip4: false, ip6: true }), 'ines');
    scenario.measured.add('join over IPv6', await join(ines, link, INTERNET));
    await until(founder, 30_000, (view) => view.doctor.reachability.verdict === 'direct');
    await exchange(scenario.measured, 'post over IPv6', founder, ines);
  });
});

describe.skipIf(obstacle !== null)('a home whose network changes', () => {
  const scenario = new Scenario();
  const { measured } = scenario;
  let founder: LabNode;
  let ines: LabNode;
  let home: Home;

  /** Measures how long the node takes to reach its founder again after a change. */
  const back = async (what: string, change: () => void | Promise<void>) => {
    const lost = ines.peersLost().length;
    await change();
    const startedAt = Date.now();
    const { subject } = await founder.post(`After ${what}`);
    const seenAt = await ines.seen(subject, 30_000);
    measured.add(`back after ${what}`, Math.max(0, seenAt - startedAt));
    return ines.peersLost().length - lost;
  };

  beforeAll(async () => {
    const { world } = scenario;
    founder = await scenario.founder(world.publicHost('founder'));
    const link = await founder.invite('--reach', 'internet');
    home = await world.home('ines', { nat: 'port-restricted' });
    ines = await scenario.node(home.hosts[0], 'ines');
    await join(ines, link, INTERNET);
    await until(ines, 30_000, (view) => peerOf(view, founder) !== undefined);
  });

  test('is back within seconds after each', async () => {
    await back('a new address of the machine', () => home.hosts[0].changeAddress());
    await back('a new address of the router', () => home.changeAddress());
    await back('cable to Wi-Fi', async () => {
      home.hosts[0].unplug();
      await new Promise((go) => setTimeout(go, 3000));
      home.hosts[0].plug();
    });
    await back('sleep', async () => {
      ines.suspend();
      await new Promise((go) =>
        setTimeout(go, Number(process.env['IMPULSE_LAB_SLEEP_SECONDS'] ?? '20') * 1000),
      );
      home.changeAddress();
      ines.wake();
    });
  });

  test('works through a line that loses a fifth of its packets', async () => {
    ines.host.setLoss(20);
    try {
      await exchange(measured, 'post with 20 % loss', founder, ines, 10);
    } finally {
      ines.host.setLoss(0);
    }
    expect((await viewOf(ines)).peers.length).toBeGreaterThan(0);
  });
});
