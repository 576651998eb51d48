import type { Doctor } from '../../contract/federation.ts';
import type { ProblemFields } from '../kernel/errors.ts';
import { findingOf } from './findings.ts';
import type { OwnAddress } from './own-addresses.ts';
import { problem } from './problems.ts';
import { reportOn, type ReachFacts } from './reach.ts';
import type { Translation } from './udp-view.ts';

type Check = Doctor['checks'][number];
type ReachabilityVerdict = Doctor['reachability']['verdict'];

/** The facts that the doctor examines. */
export interface DoctorFacts extends ReachFacts {
  /** When a member outside last tested an address of this node. */
  readonly testedAt: number | null;
  /** Relays that hold a place for this node. */
  readonly relays: number;
  /** Other members' nodes that relay, as far as this node knows. */
  readonly knownRelays: number;
  readonly peers: readonly {
    readonly direction: 'inbound' | 'outbound';
    readonly via: 'direct' | 'relay' | 'local';
    /** Whether the peer connected from the internet without hole punching. */
    readonly isOutside: boolean;
  }[];
  readonly translation: Translation;
  /** Whether another node signs with this node's key. */
  readonly isCopied: boolean;
}

/** Reports who can reach this node, why, and what would help, with one finding and remedy for each check. */
export function examine(facts: DoctorFacts): Doctor {
  const verdict = verdictOf(facts);
  return {
    reachability: { verdict, testedAt: facts.testedAt },
    summary: summaryOf(verdict, facts).message,
    checks: [
      listening(facts),
      address(facts),
      router(facts),
      dialBack(facts),
      relay(facts),
      direct(facts),
      local(facts),
      key(facts),
    ],
  };
}

const outsideOf = (own: readonly OwnAddress[]) =>
  own.filter(({ scope, source }) => scope === 'internet' && source !== 'relay');

/** A member outside dialled in, which proves reachability whatever the tests say. */
const wasDialled = ({ peers }: DoctorFacts) =>
  peers.some(({ direction, via, isOutside }) => direction === 'inbound' && via === 'direct' && isOutside);

function verdictOf(facts: DoctorFacts): ReachabilityVerdict {
  const { listening: addresses, own, relays, settings } = facts;
  if (addresses.length === 0) return 'offline';
  const outside = outsideOf(own);
  if (outside.some(({ state }) => state === 'reached') || wasDialled(facts)) return 'direct';
  if (relays > 0) return 'relayed';
  const untested = outside.some(({ state, source }) => state === 'untested' && source !== 'observed');
  if (settings.listen !== 'everywhere' || !untested) return 'private';
  return 'unknown';
}

function summaryOf(verdict: ReachabilityVerdict, facts: DoctorFacts): ProblemFields {
  switch (verdict) {
    case 'direct':
      return findingOf('reached-directly');
    case 'relayed':
      return findingOf('reached-by-relay');
    case 'unknown':
      return findingOf('untested');
    case 'offline':
      return findingOf(facts.isAlone ? 'alone' : 'offline');
    case 'private':
      return findingOf(facts.settings.listen !== 'everywhere' ? 'machine-only' : 'network-only');
  }
}

function listening({ isAlone, listening: addresses, settings, own }: DoctorFacts): Check {
  const id = 'listening';
  if (addresses.length === 0) return check(id, 'bad', findingOf(isAlone ? 'alone' : 'offline'));
  if (settings.listen !== 'everywhere') return check(id, 'bad', findingOf('listening-loopback'));
  if (own.every(({ scope, source }) => scope === 'machine' || source === 'relay')) {
    return check(id, 'bad', findingOf('no-network'));
  }
  return check(id, 'good', findingOf('listening', { count: addresses.length }));
}

function address(facts: DoctorFacts): Check {
  const id = 'address';
  const { own, settings } = facts;
  if (settings.listen !== 'everywhere') return check(id, 'off', findingOf('address-unneeded'));
  const outside = outsideOf(own).filter(({ source, state }) => source !== 'observed' || state === 'reached');
  const [best] = outside;
  if (best === undefined) return check(id, 'bad', withFirstStep(findingOf('address-unknown'), facts));
  const failing = own.find(({ source, state }) => source === 'setting' && state === 'unreachable');
  if (failing !== undefined) {
    return check(id, 'bad', findingOf('address-failing', { address: failing.address }));
  }
  return check(id, 'good', findingOf('address-told', { address: best.address }));
}

function router({ ports, settings, port }: DoctorFacts): Check {
  const id = 'router';
  switch (ports.state) {
    case 'off':
      return check(id, 'off', findingOf('router-off'));
    case 'searching':
      return check(id, 'unknown', findingOf('router-searching'));
    case 'mapped': {
      const { gateway, mapped } = ports;
      const count = mapped.length;
      return check(
        id,
        'good',
        gateway === null
          ? findingOf('router-mapped-unnamed', { count })
          : findingOf('router-mapped', { gateway, count }),
      );
    }
    case 'refused':
      return check(id, 'bad', findingOf('router-refused'));
    case 'none':
      return check(id, 'bad', findingOf('router-none', { port: port ?? settings.port }));
  }
}

function dialBack(facts: DoctorFacts): Check {
  const id = 'dialback';
  const { own, hasTester, settings } = facts;
  const outside = outsideOf(own);
  if (outside.some(({ state }) => state === 'reached')) {
    return check(id, 'good', findingOf('dialback-reached'));
  }
  if (wasDialled(facts)) return check(id, 'good', findingOf('dialback-inbound'));
  if (settings.listen !== 'everywhere') return check(id, 'off', findingOf('dialback-unneeded'));
  if (outside.some(({ state }) => state === 'unreachable')) {
    return check(id, 'bad', withFirstStep(findingOf('dialback-failed'), facts));
  }
  return check(id, 'unknown', findingOf(hasTester ? 'dialback-running' : 'dialback-nobody'));
}

function relay(facts: DoctorFacts): Check {
  const id = 'relay';
  const { relays, knownRelays } = facts;
  if (relays > 0) return check(id, 'good', findingOf('relay-used', { count: relays }));
  if (verdictOf(facts) !== 'private' || facts.settings.listen !== 'everywhere')
    return check(id, 'off', findingOf('relay-unneeded'));
  return check(id, 'bad', findingOf(knownRelays === 0 ? 'relay-none' : 'relay-full'));
}

function direct({ settings, translation, port, own }: DoctorFacts): Check {
  const id = 'direct';
  if (settings.listen !== 'everywhere' || port === null)
    return check(id, 'off', findingOf('direct-unavailable'));
  if (!settings.holePunching) return check(id, 'off', findingOf('direct-off'));
  if (outsideOf(own).some(({ state }) => state === 'reached'))
    return check(id, 'good', findingOf('direct-unneeded'));
  switch (translation) {
    case 'none':
      return check(id, 'good', findingOf('direct-untranslated'));
    case 'endpoint-independent':
      return check(id, 'good', findingOf('direct-works'));
    case 'endpoint-dependent':
      return check(id, 'bad', findingOf('direct-symmetric'));
    case 'unknown':
      return check(id, 'unknown', findingOf('direct-unknown'));
  }
}

function local({ settings, peers }: DoctorFacts): Check {
  const id = 'local';
  if (!settings.localDiscovery) return check(id, 'off', findingOf('local-off'));
  const count = peers.filter(({ via }) => via === 'local').length;
  return check(id, 'good', findingOf('local', { count }));
}

function key({ isCopied }: DoctorFacts): Check {
  return isCopied
    ? check('key', 'bad', problem.fields('node-key-copied'))
    : check('key', 'good', findingOf('key-single'));
}

/** A finding whose remedy is the first step towards the internet, where there is one. */
function withFirstStep(found: ProblemFields, facts: DoctorFacts): ProblemFields {
  return { ...found, remedy: reportOn('internet', facts).steps[0] ?? found.remedy };
}

function check(id: Check['id'], state: Check['state'], found: ProblemFields): Check {
  return { id, state, finding: found.message, remedy: found.remedy };
}
