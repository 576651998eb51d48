import { describe, expect, test } from 'vitest';
import { defaultSettings } from '../../contract/settings.ts';
import { problemOf } from '../kernel/errors.ts';
import type { AddressSource, AddressState, OwnAddress } from './own-addresses.ts';
import type { Scope } from './ports.ts';
import { addressesFor, notReachable, reportOn, widestReach, type ReachFacts } from './reach.ts';

const at = (
  scope: Scope,
  source: AddressSource = 'interface',
  state: AddressState = 'untested',
): OwnAddress => ({
  address: `/${scope}/${source}/${state}`,
  source,
  scope,
  state,
});
const everywhere = { ...defaultSettings.network, listen: 'everywhere' as const };
const FACTS: ReachFacts = {
  isAlone: false,
  own: [],
  listening: [],
  ports: { state: 'off', mapped: [], gateway: null },
  hasTester: false,
  settings: everywhere,
  port: 4001,
  platform: 'linux',
};
const report = (reach: 'machine' | 'network' | 'internet', facts: Partial<ReachFacts> = {}) =>
  reportOn(reach, { ...FACTS, ...facts });

describe('reports', () => {
  test('[I1] a node that listens on loopback alone is ready for this machine and names the steps for more', () => {
    const facts = { own: [at('machine')], settings: defaultSettings.network };
    expect(report('machine', facts)).toMatchObject({ ready: true, steps: [] });
    for (const reach of ['network', 'internet'] as const)
      expect(report(reach, facts)).toMatchObject({
        ready: false,
        finding: 'This node listens on this machine alone.',
        steps: ['Let this node listen on the networks of this machine.'],
      });
  });

  test('[I1] a node without addresses is ready for no reach, and each report has a step', () => {
    for (const reach of ['machine', 'network', 'internet'] as const) {
      const { ready, steps } = report(reach);
      expect(ready).toBe(false);
      expect(steps).not.toEqual([]);
    }
  });

  test('[I1] a node that stays disconnected in a community is not sent to its ports', () => {
    for (const reach of ['machine', 'network', 'internet'] as const)
      expect(report(reach, { isAlone: true })).toEqual({
        reach,
        ready: false,
        finding: 'This node does not connect to others in this community.',
        steps: [
          'Take the community out of the archive, or start the node with “impulse serve” if it does not run.',
        ],
      });
  });

  test('[I1] once members outside reached the node no steps are left', () => {
    expect(report('internet', { own: [at('internet', 'observed', 'reached')] })).toMatchObject({
      ready: true,
      steps: [],
    });
  });

  test('[I1] a relay place is enough for the internet; an observed address that was not reached is not', () => {
    expect(report('internet', { own: [at('internet', 'relay', 'reached')] }).ready).toBe(true);
    expect(report('internet', { own: [at('internet', 'observed')] }).ready).toBe(false);
  });

  test('[I1] an untested address is ready, with the step for the firewall of this system', () => {
    const steps = ['linux', 'darwin', 'win32'].map(
      (platform) => report('internet', { own: [at('internet')], platform }).steps[0],
    );
    expect(steps[0]).toContain('sudo ufw allow 4001');
    expect(steps[1]).toContain('macOS');
    expect(steps[2]).toContain('Windows');
  });

  test('[W6] behind a router the steps name the port that the node listens on', () => {
    const { ready, steps } = report('internet', { own: [at('network')], port: 45_000 });
    expect(ready).toBe(false);
    expect(steps[0]).toContain('port 45000');
    expect(report('internet', { own: [at('network')], port: null }).steps[0]).toContain('port 4001');
  });

  test('[W6] behind two routers the steps name the provider, not the forwarding that already works', () => {
    const ports = { state: 'mapped', mapped: [], gateway: null } as const;
    const { finding, steps } = report('internet', { own: [at('network', 'router')], ports });
    expect(finding).toContain('another router');
    expect(steps.join(' ')).not.toContain('forward TCP');
  });

  test('[I1] an address of the settings that members did not reach is reported', () => {
    const own = [at('internet', 'setting', 'unreachable')];
    expect(report('internet', { own, hasTester: true }).finding).toContain('do not get through');
  });

  test('[W6] behind a router with an address on the internet the steps do not name the provider, even if no member got through', () => {
    const mapped = [
      { protocol: 'tcp', internalPort: 4001, externalHost: '8.8.0.1', externalPort: 4001, by: 'pcp' },
    ] as const;
    const ports = { state: 'mapped', mapped, gateway: null } as const;
    const own = [at('internet', 'router', 'unreachable')];
    const { finding, steps } = report('internet', { own, ports, hasTester: true });
    expect(finding).toContain('did not get through');
    expect(steps.join(' ')).not.toContain('provider');
  });

  test('[I3] a report that is not ready becomes a refusal with its steps', () => {
    const { code, message, remedy } = problemOf(notReachable(report('internet')));
    expect(code).toBe('not-reachable');
    expect(message).toContain('router');
    expect(remedy).toContain('Relay for members');
  });
});

describe('addresses of invites', () => {
  const own = [
    at('internet', 'setting', 'reached'),
    at('internet', 'observed'),
    at('internet', 'router', 'unreachable'),
    at('internet', 'relay', 'reached'),
    at('network'),
    at('machine'),
  ];

  test('[I2] an invite for the internet holds usable addresses there and those of the network', () => {
    expect(addressesFor('internet', own)).toEqual([own[0], own[3], own[4]].map((one) => one!.address));
  });

  test('[I2] an invite for the internet holds nothing if only the network can use it', () => {
    expect(addressesFor('internet', [at('network'), at('machine')])).toEqual([]);
  });

  test('[I2] an invite for the network starts with its addresses; one for this machine holds loopback alone', () => {
    expect(addressesFor('network', own)[0]).toBe(own[4]!.address);
    expect(addressesFor('network', own)).not.toContain(own[5]!.address);
    expect(addressesFor('machine', own)).toEqual([own[5]!.address]);
  });

  test('[I3] the widest reach is chosen; loopback alone is not one', () => {
    expect(widestReach(own)).toBe('internet');
    expect(widestReach([at('network'), at('machine')])).toBe('network');
    expect(() => widestReach([at('machine')])).toThrowError(expect.objectContaining({ code: 'reach-unset' }));
  });
});
