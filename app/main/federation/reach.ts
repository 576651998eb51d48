import type { Reach, ReachReport, ReachWish } from '../../contract/federation.ts';
import type { Settings, SettingsPatch } from '../../contract/settings.ts';
import type { Problem, ProblemFields } from '../kernel/errors.ts';
import { findingOf, stepOf } from './findings.ts';
import { isUsable, type OwnAddress } from './own-addresses.ts';
import type { PortMapperState } from './ports.ts';
import { problem } from './problems.ts';

/** The facts behind a report on a reach. */
export interface ReachFacts {
  /** Whether this node stays disconnected from all others in this community. */
  readonly isAlone: boolean;
  readonly own: readonly OwnAddress[];
  readonly listening: readonly string[];
  readonly ports: PortMapperState;
  /** Whether a member outside who can test is connected. */
  readonly hasTester: boolean;
  readonly settings: Settings['network'];
  /** The TCP and UDP port that this node listens on, or null. */
  readonly port: number | null;
  /** The operating system, as `process.platform` names it. */
  readonly platform: string;
}

/** [I1] Whether invites for a reach work, and the steps left for a person. */
export function reportOn(reach: Reach, facts: ReachFacts): ReachReport {
  const ready = addressesFor(reach, facts.own).length > 0;
  if (facts.isAlone) return { reach, ready: false, ...words(findingOf('alone'), stepOf('connect')) };
  return { reach, ready, ...{ machine, network, internet }[reach](facts, ready) };
}

type Words = Pick<ReachReport, 'finding' | 'steps'>;

function words(found: ProblemFields, ...steps: ProblemFields[]): Words {
  return { finding: found.message, steps: steps.map(({ message }) => message) };
}

function machine(_facts: ReachFacts, ready: boolean): Words {
  return ready ? words(findingOf('machine-ready')) : words(findingOf('offline'), stepOf('other-port'));
}

function network(facts: ReachFacts, ready: boolean): Words {
  if (ready) return words(findingOf('network-ready'), firewallStep(facts));
  if (facts.settings.listen !== 'everywhere') {
    return words(findingOf('listening-loopback'), stepOf('listen-everywhere'));
  }
  return words(findingOf('no-network'), stepOf('join-a-network'));
}

function internet(facts: ReachFacts, ready: boolean): Words {
  const { own, settings, hasTester } = facts;
  if (settings.listen !== 'everywhere' && !ready) {
    return words(findingOf('listening-loopback'), stepOf('listen-everywhere'));
  }
  const outside = own.filter(({ scope }) => scope === 'internet');
  const direct = outside.filter(({ source }) => source !== 'relay');
  if (direct.some(({ state }) => state === 'reached')) return words(findingOf('internet-reached'));
  if (outside.some(({ source }) => source === 'relay')) return words(findingOf('internet-relayed'));
  if (direct.some(({ source, state }) => source === 'setting' && state === 'unreachable')) {
    return words(findingOf('internet-failing'), stepOf('check-address'), firewallStep(facts));
  }
  if (ready) {
    return words(findingOf(hasTester ? 'internet-testing' : 'internet-untested'), firewallStep(facts));
  }
  return words(closedFinding(facts, direct), ...closedSteps(facts));
}

function closedFinding(facts: ReachFacts, direct: readonly OwnAddress[]): ProblemFields {
  if (direct.some(({ state, source }) => state === 'unreachable' && source !== 'observed'))
    return findingOf('closed-failed');
  if (isBehindTwo(facts)) return findingOf('closed-behind-two');
  if (facts.ports.state === 'refused') return findingOf('closed-refused');
  return findingOf('closed');
}

/** Whether the router forwards ports, but has no address on the internet. */
const isBehindTwo = ({ ports, own }: ReachFacts) =>
  ports.state === 'mapped' && !own.some(({ source, scope }) => source === 'router' && scope === 'internet');

/** [W6] The ways that work from behind a router, in the order of effort. */
function closedSteps(facts: ReachFacts): ProblemFields[] {
  const { ports, port, settings } = facts;
  return [
    ...(isBehindTwo(facts)
      ? [stepOf('behind-two')]
      : [stepOf('forward-port', { port: port ?? settings.port }), stepOf('enter-address')]),
    ...(ports.state === 'refused' ? [stepOf('behind-two-perhaps')] : []),
    stepOf('use-relay'),
    stepOf('rent-server'),
  ];
}

function firewallStep({ port, settings, platform }: ReachFacts): ProblemFields {
  switch (platform) {
    case 'win32':
      return stepOf('firewall-windows');
    case 'darwin':
      return stepOf('firewall-macos');
    default:
      return stepOf('firewall', { port: port ?? settings.port });
  }
}

/**
 * [I2] The addresses in an invite for a reach; none if nobody there could use it. An invite for the internet
 * also holds addresses of the network, since the friend may be on it.
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

/** [I3] The widest working reach beyond this machine. Throws a Problem `reach-unset` if there is none. */
export function widestReach(own: readonly OwnAddress[]): Reach {
  for (const reach of ['internet', 'network'] as const) {
    if (addressesFor(reach, own).length > 0) return reach;
  }
  throw problem('reach-unset');
}

/** [I3] The refusal to make an invite that nobody could use. */
export function notReachable({ finding, steps }: ReachReport): Problem {
  return problem('not-reachable', { finding, steps: steps.join(' ') });
}

/** [I4] The settings that set a node up for a reach. */
export function networkFor({ reach, relay, announce }: ReachWish): NonNullable<SettingsPatch['network']> {
  return {
    ...(reach === 'machine' ? {} : { listen: 'everywhere' as const }),
    ...(reach === 'internet' ? { portMapping: true } : {}),
    ...(relay === undefined ? {} : { relay }),
    ...(announce === undefined ? {} : { announce }),
  };
}
