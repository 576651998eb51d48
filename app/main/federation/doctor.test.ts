import { describe, expect, test } from 'vitest';
import { defaultSettings } from '../../contract/settings.ts';
import { examine, type DoctorFacts } from './doctor.ts';
import type { OwnAddress } from './own-addresses.ts';

const everywhere = { ...defaultSettings.network, listen: 'everywhere' } as const;
const lan: OwnAddress = {
  address: '/ip4/192.168.1.10/tcp/4001',
  source: 'interface',
  scope: 'network',
  state: 'untested',
};
const outside = (source: OwnAddress['source'], state: OwnAddress['state']): OwnAddress => ({
  address: '/ip4/8.8.4.4/tcp/4001',
  source,
  scope: 'internet',
  state,
});

/** An untested node at home behind a router. */
const home: DoctorFacts = {
  isAlone: false,
  own: [lan],
  listening: [lan.address],
  ports: { state: 'off', mapped: [], gateway: null },
  hasTester: false,
  settings: everywhere,
  port: 4001,
  platform: 'linux',
  testedAt: null,
  relays: 0,
  knownRelays: 0,
  peers: [],
  translation: 'unknown',
  isCopied: false,
};
const mapped = {
  protocol: 'tcp',
  internalPort: 4001,
  externalHost: '100.64.3.2',
  externalPort: 4001,
  by: 'upnp',
} as const;

interface Case {
  readonly facts: Partial<DoctorFacts>;
  readonly verdict: ReturnType<typeof examine>['reachability']['verdict'];
  /** The check concerned, its finding, and its remedy or null. */
  readonly check: string;
  readonly state: string;
  readonly finding: RegExp;
  readonly remedy: RegExp | null;
}

const cases: Record<string, Case> = {
  'the port is taken, so nothing listens': {
    facts: { listening: [], own: [], port: null },
    verdict: 'offline',
    check: 'listening',
    state: 'bad',
    finding: /does not listen/,
    remedy: /another port/,
  },
  'the node runs with default settings': {
    facts: { settings: defaultSettings.network, own: [], port: null },
    verdict: 'private',
    check: 'listening',
    state: 'bad',
    finding: /this machine alone/,
    remedy: /invite for this network or the internet/,
  },
  'the machine is in no network': {
    facts: { own: [{ ...lan, address: '/ip4/127.0.0.1/tcp/4001', scope: 'machine' }] },
    verdict: 'private',
    check: 'listening',
    state: 'bad',
    finding: /in no network/,
    remedy: /Connect this machine/,
  },
  'a rented server, and no member yet': {
    facts: { own: [outside('interface', 'untested')] },
    verdict: 'unknown',
    check: 'dialback',
    state: 'unknown',
    finding: /No member outside is connected/,
    remedy: /Invite someone outside/,
  },
  'a rented server that members reached': {
    facts: { own: [outside('interface', 'reached')], testedAt: 5, hasTester: true },
    verdict: 'direct',
    check: 'dialback',
    state: 'good',
    finding: /got through/,
    remedy: null,
  },
  'a rented server behind a firewall': {
    facts: { own: [outside('interface', 'unreachable')], testedAt: 5, hasTester: true },
    verdict: 'private',
    check: 'dialback',
    state: 'bad',
    finding: /did not get through/,
    remedy: /forward|port/,
  },
  'a home behind a router that forwards nothing': {
    facts: {},
    verdict: 'private',
    check: 'address',
    state: 'bad',
    finding: /no address of its own on the internet/,
    remedy: /forward TCP and UDP port 4001/,
  },
  'the router was asked and none answered': {
    facts: {
      settings: { ...everywhere, portMapping: true },
      ports: { state: 'none', mapped: [], gateway: null },
    },
    verdict: 'private',
    check: 'router',
    state: 'bad',
    finding: /No router answered/,
    remedy: /Forward TCP and UDP port 4001/,
  },
  'the router is being asked': {
    facts: { ports: { state: 'searching', mapped: [], gateway: null } },
    verdict: 'private',
    check: 'router',
    state: 'unknown',
    finding: /being asked to forward/,
    remedy: null,
  },
  'a member outside is testing': {
    facts: { own: [outside('interface', 'untested')], hasTester: true },
    verdict: 'unknown',
    check: 'dialback',
    state: 'unknown',
    finding: /is testing the addresses/,
    remedy: /Wait half a minute/,
  },
  'a node for this machine alone needs no test': {
    facts: { settings: defaultSettings.network, own: [] },
    verdict: 'private',
    check: 'dialback',
    state: 'off',
    finding: /nothing to test/,
    remedy: null,
  },
  'a node for this machine alone needs no relay': {
    facts: { settings: defaultSettings.network },
    verdict: 'private',
    check: 'relay',
    state: 'off',
    finding: /No relay is needed/,
    remedy: null,
  },
  'the router forwards without a name': {
    facts: { ports: { state: 'mapped', mapped: [mapped, mapped], gateway: null } },
    verdict: 'private',
    check: 'router',
    state: 'good',
    finding: /The router forwards 2 ports/,
    remedy: null,
  },
  'only a relay gives an address': {
    facts: { own: [{ ...outside('relay', 'untested'), source: 'relay' }], relays: 1 },
    verdict: 'relayed',
    check: 'listening',
    state: 'bad',
    finding: /in no network/,
    remedy: /Connect this machine/,
  },
  'the router refuses': {
    facts: { ports: { state: 'refused', mapped: [], gateway: '192.168.1.1' } },
    verdict: 'private',
    check: 'router',
    state: 'bad',
    finding: /does not forward/,
    remedy: /Allow UPnP or NAT-PMP/,
  },
  'the router forwards, and members got through': {
    facts: {
      ports: { state: 'mapped', mapped: [{ ...mapped, externalHost: '8.8.4.4' }], gateway: '192.168.1.1' },
      own: [outside('router', 'reached'), lan],
      testedAt: 5,
    },
    verdict: 'direct',
    check: 'router',
    state: 'good',
    finding: /192\.168\.1\.1 forwards 1 port/,
    remedy: null,
  },
  'the router forwards, but stands behind another one': {
    facts: { ports: { state: 'mapped', mapped: [mapped], gateway: '192.168.1.1' } },
    verdict: 'private',
    check: 'address',
    state: 'bad',
    finding: /no address of its own on the internet/,
    remedy: /public IPv4 address, or switch the first router to bridge mode/,
  },
  'the sysop forwarded the port and entered the address': {
    facts: { own: [outside('setting', 'reached'), lan], testedAt: 5 },
    verdict: 'direct',
    check: 'address',
    state: 'good',
    finding: /Others are told \/ip4\/8\.8\.4\.4/,
    remedy: null,
  },
  'the address that the sysop entered is wrong': {
    facts: { own: [outside('setting', 'unreachable'), lan], testedAt: 5, hasTester: true },
    verdict: 'private',
    check: 'address',
    state: 'bad',
    finding: /do not get through to \/ip4\/8\.8\.4\.4/,
    remedy: /Check the address and the forwarded port/,
  },
  'a member dialled in before any test': {
    facts: {
      own: [outside('interface', 'untested')],
      peers: [{ direction: 'inbound', via: 'direct', isOutside: true }],
    },
    verdict: 'direct',
    check: 'dialback',
    state: 'good',
    finding: /A member outside dialled/,
    remedy: null,
  },
  'a peer of the same network dialled in, which proves nothing': {
    facts: { peers: [{ direction: 'inbound', via: 'direct', isOutside: false }] },
    verdict: 'private',
    check: 'dialback',
    state: 'unknown',
    finding: /No member outside/,
    remedy: /Invite someone/,
  },
  'behind a router, with a place on a relay': {
    facts: { relays: 2, knownRelays: 2 },
    verdict: 'relayed',
    check: 'relay',
    state: 'good',
    finding: /2 relays pass/,
    remedy: null,
  },
  'behind a router, and no member relays': {
    facts: {},
    verdict: 'private',
    check: 'relay',
    state: 'bad',
    finding: /No member offers a relay/,
    remedy: /switch on “Relay for members”/,
  },
  'behind a router, and the relays refuse': {
    facts: { knownRelays: 1 },
    verdict: 'private',
    check: 'relay',
    state: 'bad',
    finding: /has a place/,
    remedy: /asks them again/,
  },
  'a router with which direct connections work': {
    facts: { relays: 1, translation: 'endpoint-independent' },
    verdict: 'relayed',
    check: 'direct',
    state: 'good',
    finding: /connect directly/,
    remedy: null,
  },
  'a symmetric router': {
    facts: { relays: 1, translation: 'endpoint-dependent' },
    verdict: 'relayed',
    check: 'direct',
    state: 'bad',
    finding: /symmetric NAT/,
    remedy: /Forward the port/,
  },
  'a copy of the node runs elsewhere': {
    facts: { isCopied: true },
    verdict: 'private',
    check: 'key',
    state: 'bad',
    finding: /copy of this node’s key/,
    remedy: /Stop one of the two/,
  },
};

describe('the reachability doctor', () => {
  test.each(Object.entries(cases))('%s', (_name, { facts, verdict, check, state, finding, remedy }) => {
    const doctor = examine({ ...home, ...facts });
    expect(doctor.reachability.verdict).toBe(verdict);
    const found = doctor.checks.find(({ id }) => id === check);
    expect(found?.state).toBe(state);
    expect(found?.finding).toMatch(finding);
    if (remedy === null) expect(found?.remedy).toBeNull();
    else expect(found?.remedy).toMatch(remedy);
  });

  test.each(Object.entries(cases))(
    '%s: every bad finding has a remedy, and sentences end',
    (_name, { facts }) => {
      const { checks, summary } = examine({ ...home, ...facts });
      expect(summary).toMatch(/\.$/);
      for (const one of checks) {
        expect(one.finding).toMatch(/^[A-Z\d].*\.$/);
        if (one.state === 'bad') expect(one.remedy).toMatch(/^[A-Z].*\.$/);
      }
    },
  );
});
