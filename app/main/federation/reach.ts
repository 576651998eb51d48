import type { Reach, ReachReport, ReachWish } from '../../contract/federation.ts';
import type { Settings, SettingsPatch } from '../../contract/settings.ts';
import { Problem } from '../kernel/errors.ts';
import { isUsable, type OwnAddress } from './own-addresses.ts';
import type { PortMapperState } from './port-mapper.ts';

/** The facts behind a report on a reach. */
export interface ReachFacts {
  readonly own: readonly OwnAddress[];
  readonly listening: readonly string[];
  readonly ports: PortMapperState;
  /** Whether a member outside is connected who can test. */
  readonly hasTester: boolean;
  readonly settings: Settings['network'];
  /** The TCP and UDP port that this node listens on, or null. */
  readonly port: number | null;
  /** The operating system, as `process.platform` names it. */
  readonly platform: string;
}

/** [I1] Whether invites for a reach work, and what a person has left to do. */
export function reportOn(reach: Reach, facts: ReachFacts): ReachReport {
  const ready = addressesFor(reach, facts.own).length > 0;
  return { reach, ready, ...{ machine, network, internet }[reach](facts, ready) };
}

type Words = Pick<ReachReport, 'finding' | 'steps'>;

function machine(_facts: ReachFacts, ready: boolean): Words {
  return ready
    ? { finding: 'Another node on this machine can join.', steps: [] }
    : { finding: 'This node does not listen.', steps: ['Choose another port under Settings, Network.'] };
}

function network(facts: ReachFacts, ready: boolean): Words {
  if (ready) {
    return { finding: 'Nodes on the same network can join.', steps: [firewallStep(facts)] };
  }
  if (facts.settings.listen === 'loopback') {
    return {
      finding: 'This node listens on this machine alone.',
      steps: ['Let this node listen on the networks of this machine.'],
    };
  }
  return {
    finding: 'This machine is in no network.',
    steps: ['Connect this machine to a network.'],
  };
}

function internet(facts: ReachFacts, ready: boolean): Words {
  const { own, settings, hasTester } = facts;
  if (settings.listen === 'loopback' && !ready) {
    return {
      finding: 'This node listens on this machine alone.',
      steps: ['Let this node listen on the networks of this machine.'],
    };
  }
  const outside = own.filter(({ scope }) => scope === 'internet');
  const direct = outside.filter(({ source }) => source !== 'relay');
  if (direct.some(({ state }) => state === 'reached')) {
    return { finding: 'Members outside reached this node: anyone with the link can join.', steps: [] };
  }
  if (outside.some(({ source }) => source === 'relay')) {
    return { finding: 'Anyone with the link can join through the relay of a member.', steps: [] };
  }
  if (direct.some(({ source, state }) => source === 'setting' && state === 'unreachable')) {
    return {
      finding: 'Members outside do not get through to the address that the settings name.',
      steps: [
        'Check the address under Settings, Network, and the forwarded port in the router.',
        firewallStep(facts),
      ],
    };
  }
  if (ready) {
    return {
      finding: hasTester
        ? 'This node has an address on the internet; a member outside is testing it.'
        : 'This node has an address on the internet. No member outside is connected yet, so it is not tested.',
      steps: [firewallStep(facts)],
    };
  }
  return { finding: closedFinding(facts, direct), steps: closedSteps(facts) };
}

function closedFinding(facts: ReachFacts, direct: readonly OwnAddress[]): string {
  const { ports } = facts;
  if (direct.some(({ state, source }) => state === 'unreachable' && source !== 'observed'))
    return 'Members outside tried the address of this node and did not get through.';
  if (isBehindTwo(facts))
    return 'The router forwards the port, but has no address on the internet itself: another router stands before it.';
  if (ports.state === 'refused')
    return 'The router answered, but does not forward the port: that is switched off there, or another router stands before it.';
  return 'This node is behind a router that forwards no port to it.';
}

/** Whether the router forwards ports, but has no address on the internet. */
const isBehindTwo = ({ ports, own }: ReachFacts) =>
  ports.state === 'mapped' && !own.some(({ source, scope }) => source === 'router' && scope === 'internet');

const BEHIND_TWO = 'Ask your provider for a public IPv4 address, or switch the first router to bridge mode.';

/** [W6] The ways that work from behind a router, in the order of effort. */
function closedSteps(facts: ReachFacts): string[] {
  const { ports, port, settings } = facts;
  const number = port ?? settings.port;
  return [
    ...(isBehindTwo(facts)
      ? [BEHIND_TWO]
      : [
          `In the router, forward TCP and UDP port ${number} to this machine, or allow UPnP there.`,
          'Then enter the router’s public address, or a DNS name for it, as an address that others dial.',
        ]),
    ...(ports.state === 'refused'
      ? [
          `If the router’s own address starts with 10., 100., 172. or 192.168., that does not help. ${BEHIND_TWO}`,
        ]
      : []),
    'Or have a member with a public address switch on “Relay for members”: this node then uses it by itself.',
    'Or run the first node of the community on a rented server, and join it from here.',
  ];
}

function firewallStep({ port, settings, platform }: ReachFacts): string {
  const number = port ?? settings.port;
  switch (platform) {
    case 'win32':
      return 'When Windows asks, allow Impulse Console through the firewall for private and public networks.';
    case 'darwin':
      return 'When macOS asks, allow Impulse Console to accept incoming connections.';
    default:
      return `If a firewall runs here, open TCP and UDP port ${number}; with ufw: sudo ufw allow ${number}.`;
  }
}

/**
 * [I2] The addresses that an invite of a reach holds: none where nobody there could use it. One for the internet
 * holds those of the network too, since the friend may sit beside you.
 */
export function addressesFor(reach: Reach, own: readonly OwnAddress[]): string[] {
  const of = (wanted: OwnAddress['scope']) =>
    own.filter((one) => one.scope === wanted && isUsable(one)).map(({ address }) => address);
  const outside = of('internet');
  switch (reach) {
    case 'machine':
      return of('machine');
    case 'network':
      return [...of('network'), ...outside];
    case 'internet':
      return outside.length === 0 ? [] : [...outside, ...of('network')];
  }
}

/** [I3] The widest reach beyond this machine that works. Throws a Problem `reach-unset` where none does. */
export function widestReach(own: readonly OwnAddress[]): Reach {
  for (const reach of ['internet', 'network'] as const) {
    if (addressesFor(reach, own).length > 0) return reach;
  }
  throw new Problem(
    'reach-unset',
    'This node listens on this machine alone, so nobody elsewhere could use the invite.',
    'Choose whom the invite is for: the internet, this network, or other nodes on this machine.',
  );
}

/** [I3] An invite that nobody could use is not made. */
export function notReachable({ finding, steps }: ReachReport): Problem {
  return new Problem('not-reachable', finding, steps.join(' '));
}

/** [I4] The settings with which a node is set up for a reach. */
export function networkFor({ reach, relay, announce }: ReachWish): NonNullable<SettingsPatch['network']> {
  return {
    ...(reach === 'machine' ? {} : { listen: 'everywhere' as const }),
    ...(reach === 'internet' ? { portMapping: true } : {}),
    ...(relay === undefined ? {} : { relay }),
    ...(announce === undefined ? {} : { announce }),
  };
}
