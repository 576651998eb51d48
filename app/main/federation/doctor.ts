import type { Doctor } from '../../contract/federation.ts';
import type { OwnAddress } from './own-addresses.ts';
import { reportOn, type ReachFacts } from './reach.ts';
import type { Translation } from './udp-view.ts';

type Check = Doctor['checks'][number];
type ReachabilityVerdict = Doctor['reachability']['verdict'];

/** The facts that the doctor looks at. */
export interface DoctorFacts extends ReachFacts {
  /** When a member outside tested an address of this node last. */
  readonly testedAt: number | null;
  /** Relays that hold a place for this node. */
  readonly relays: number;
  /** Other members' nodes that relay, as far as this node knows. */
  readonly knownRelays: number;
  readonly peers: readonly {
    readonly direction: 'inbound' | 'outbound';
    readonly via: 'direct' | 'relay' | 'local';
    /** Whether the peer came from the internet without the help of hole punching. */
    readonly isOutside: boolean;
  }[];
  readonly translation: Translation;
  /** Whether another node signs with this node's key. */
  readonly isCopied: boolean;
}

/** Says who can reach this node, why, and what would help: one finding and one remedy for each part of the way. */
export function examine(facts: DoctorFacts): Doctor {
  const verdict = verdictOf(facts);
  return {
    reachability: { verdict, testedAt: facts.testedAt },
    summary: summaryOf(verdict, facts),
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

/** A member outside dialled in: proof, whatever the tests say. */
const wasDialled = ({ peers }: DoctorFacts) =>
  peers.some(({ direction, via, isOutside }) => direction === 'inbound' && via === 'direct' && isOutside);

function verdictOf(facts: DoctorFacts): ReachabilityVerdict {
  const { listening: addresses, own, relays, settings } = facts;
  if (addresses.length === 0) return 'offline';
  const outside = outsideOf(own);
  if (outside.some(({ state }) => state === 'reached') || wasDialled(facts)) return 'direct';
  if (relays > 0) return 'relayed';
  const untested = outside.some(({ state, source }) => state === 'untested' && source !== 'observed');
  if (settings.listen === 'loopback' || !untested) return 'private';
  return 'unknown';
}

function summaryOf(verdict: ReachabilityVerdict, facts: DoctorFacts): string {
  switch (verdict) {
    case 'direct':
      return 'Others can dial this node directly.';
    case 'relayed':
      return 'Others reach this node through a relay.';
    case 'unknown':
      return 'This node has an address on the internet that nobody outside has tested.';
    case 'offline':
      return 'This node does not listen.';
    case 'private':
      return facts.settings.listen === 'loopback'
        ? 'Only nodes on this machine can dial this node; it still dials others.'
        : 'Nobody outside this network can dial this node; it still dials others.';
  }
}

function listening({ listening: addresses, settings, own }: DoctorFacts): Check {
  const id = 'listening';
  if (addresses.length === 0) {
    return bad(
      id,
      'The node does not listen.',
      'Choose another port in the network settings: this one may be taken.',
    );
  }
  if (settings.listen === 'loopback') {
    return bad(
      id,
      'The node listens on this machine alone.',
      'Make an invite for this network or the internet, or change “Listen on” under Settings, Network.',
    );
  }
  if (own.every(({ scope, source }) => scope === 'machine' || source === 'relay')) {
    return bad(id, 'This machine is in no network.', 'Connect this machine to a network.');
  }
  return good(id, `The node listens on ${count(addresses.length, 'address', 'addresses')}.`);
}

function address(facts: DoctorFacts): Check {
  const id = 'address';
  const { own, settings } = facts;
  if (settings.listen === 'loopback') return off(id, 'No address on the internet is needed.');
  const outside = outsideOf(own).filter(({ source, state }) => source !== 'observed' || state === 'reached');
  const [best] = outside;
  if (best === undefined) {
    const report = reportOn('internet', facts);
    return bad(
      id,
      'This node knows no address of its own on the internet.',
      report.steps[0] ?? 'Enter one under Settings, Network, “Addresses others dial”.',
    );
  }
  const failing = own.find(({ source, state }) => source === 'setting' && state === 'unreachable');
  if (failing !== undefined) {
    return bad(
      id,
      `Members outside do not get through to ${failing.address}, which the settings name.`,
      'Check the address and the forwarded port, or remove the address under Settings, Network.',
    );
  }
  return good(id, `Others are told ${best.address}.`);
}

function router({ ports, settings, port }: DoctorFacts): Check {
  const id = 'router';
  switch (ports.state) {
    case 'off':
      return off(id, 'The router is not asked to forward ports.');
    case 'searching':
      return {
        id,
        state: 'unknown',
        finding: 'The router is being asked to forward the ports.',
        remedy: null,
      };
    case 'mapped':
      return good(
        id,
        `The router ${ports.gateway ?? ''} forwards ${count(ports.mapped.length, 'port', 'ports')}.`.replace(
          '  ',
          ' ',
        ),
      );
    case 'refused':
      return bad(
        id,
        'The router answered, but does not forward the port.',
        'Allow UPnP or NAT-PMP in the router, or forward the port there by hand.',
      );
    case 'none':
      return bad(
        id,
        'No router answered the request to forward ports.',
        `Forward TCP and UDP port ${port ?? settings.port} to this machine in the router, and enter its address under Settings, Network.`,
      );
  }
}

function dialBack(facts: DoctorFacts): Check {
  const id = 'dialback';
  const { own, hasTester, settings } = facts;
  const outside = outsideOf(own);
  if (outside.some(({ state }) => state === 'reached')) {
    return good(id, 'Members outside dialled this node back and got through.');
  }
  if (wasDialled(facts)) return good(id, 'A member outside dialled this node.');
  if (settings.listen === 'loopback')
    return off(id, 'There is nothing to test while the node listens on this machine alone.');
  if (outside.some(({ state }) => state === 'unreachable')) {
    return bad(
      id,
      'Members outside dialled this node back and did not get through.',
      reportOn('internet', facts).steps[0] ??
        'Open the port in the firewall of this machine, and forward it in the router.',
    );
  }
  return {
    id,
    state: 'unknown',
    finding: hasTester
      ? 'A member outside is testing the addresses of this node.'
      : 'No member outside is connected who could test.',
    remedy: hasTester
      ? 'Wait half a minute.'
      : 'Invite someone outside; their node tests this one by itself.',
  };
}

function relay(facts: DoctorFacts): Check {
  const id = 'relay';
  const { relays, knownRelays } = facts;
  if (relays > 0)
    return good(id, `${count(relays, 'relay passes', 'relays pass')} connections on to this node.`);
  if (verdictOf(facts) !== 'private' || facts.settings.listen === 'loopback')
    return off(id, 'No relay is needed.');
  return bad(
    id,
    knownRelays === 0 ? 'No member offers a relay.' : 'No relay has a place for this node.',
    knownRelays === 0
      ? 'Ask a member whose node can be dialled to switch on “Relay for members” under Settings, Network.'
      : 'Check that the nodes that relay are online; this node asks them again each minute.',
  );
}

function direct({ settings, translation, port, own }: DoctorFacts): Check {
  const id = 'direct';
  if (settings.listen === 'loopback' || port === null)
    return off(id, 'Direct connections through routers need a node that listens on the network.');
  if (!settings.holePunching) return off(id, 'Direct connections through routers are switched off.');
  if (outsideOf(own).some(({ state }) => state === 'reached'))
    return good(id, 'This node needs no help with direct connections.');
  switch (translation) {
    case 'none':
      return good(id, 'No router translates addresses; a firewall lets answers in.');
    case 'endpoint-independent':
      return good(id, 'The router lets this node and others connect directly.');
    case 'endpoint-dependent':
      return {
        id,
        state: 'bad',
        finding:
          'The router uses another port for each destination (symmetric NAT), so most direct connections fail and relays carry them.',
        remedy: 'Forward the port in the router, or switch its NAT to full cone where it offers that.',
      };
    case 'unknown':
      return {
        id,
        state: 'unknown',
        finding: 'Two members with public addresses must be connected to tell how the router treats UDP.',
        remedy: null,
      };
  }
}

function local({ settings, peers }: DoctorFacts): Check {
  const id = 'local';
  if (!settings.localDiscovery) return off(id, 'The node does not search its network for others.');
  const found = peers.filter(({ via }) => via === 'local').length;
  return good(
    id,
    found === 0
      ? 'The node searches its network for others; none is connected.'
      : `${count(found, 'node', 'nodes')} of this network ${found === 1 ? 'is' : 'are'} connected.`,
  );
}

function key({ isCopied }: DoctorFacts): Check {
  const id = 'key';
  if (!isCopied) return good(id, 'This node is the only one with its key.');
  return bad(
    id,
    'Another node runs with a copy of this node’s key, so connections go to one or the other.',
    'Stop one of the two; to run both, let the second join with an invite and a directory of its own.',
  );
}

const count = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;

function good(id: Check['id'], finding: string): Check {
  return { id, state: 'good', finding, remedy: null };
}

function off(id: Check['id'], finding: string): Check {
  return { id, state: 'off', finding, remedy: null };
}

function bad(id: Check['id'], finding: string, remedy: string): Check {
  return { id, state: 'bad', finding, remedy };
}
