import type { Doctor } from '../../contract/federation.ts';
import type { Settings } from '../../contract/settings.ts';
import type { NetworkProbe } from '../log/transport.ts';

type Check = Doctor['checks'][number];

/** What the doctor looks at: facts of the network and the settings they rest on. */
export interface DoctorFacts {
  readonly listening: readonly string[];
  readonly confirmed: ReturnType<NetworkProbe['confirmed']>;
  readonly routerMapped: boolean | null;
  readonly relays: readonly string[];
  readonly peers: readonly {
    readonly direction: 'inbound' | 'outbound';
    readonly via: 'direct' | 'relay' | 'local';
  }[];
  readonly settings: Settings['network'];
}

/** Says in plain sentences who can reach this node, why, and what would help. */
export function examine(facts: DoctorFacts): Doctor {
  const checks = [listening(facts), router(facts), dialback(facts), relay(facts), local(facts)];
  const verdict = verdictOf(facts);
  return { reachability: { verdict, testedAt: facts.confirmed.testedAt }, summary: SUMMARY[verdict], checks };
}

type Verdict = Doctor['reachability']['verdict'];

const SUMMARY: Record<Verdict, string> = {
  direct: 'Others can call this node directly.',
  relayed: 'Others reach this node through a relay.',
  private: 'Nobody outside can call this node; it still calls others.',
  unknown: 'Whether others can call this node is not known yet.',
  offline: 'This node does not listen on the network.',
};

function verdictOf({ listening, confirmed, relays, peers, settings }: DoctorFacts): Verdict {
  if (listening.length === 0) return 'offline';
  const calledDirectly = peers.some(({ direction, via }) => direction === 'inbound' && via === 'direct');
  if (confirmed.verdict === 'public') return 'direct';
  if (settings.listen === 'everywhere' && calledDirectly) return 'direct';
  if (relays.length > 0) return 'relayed';
  if (settings.listen === 'loopback' || confirmed.verdict === 'private') return 'private';
  return 'unknown';
}

function listening({ listening: addresses, settings }: DoctorFacts): Check {
  const id = 'listening';
  if (addresses.length === 0) {
    return bad(
      id,
      'The node does not listen for peers.',
      'Choose another port in the network settings, as this one may be taken.',
    );
  }
  if (settings.listen === 'loopback') {
    return bad(
      id,
      'The node listens on this machine alone, so no other machine can call it.',
      'Under Settings, Network, set “Who may dial this node” to every network it is in.',
    );
  }
  const count = addresses.length;
  return good(id, `The node listens on ${count} ${count === 1 ? 'address' : 'addresses'}.`);
}

function router({ routerMapped, settings }: DoctorFacts): Check {
  const id = 'router';
  if (!settings.upnp || routerMapped === null) {
    return {
      id,
      state: 'off',
      finding: 'The router is not asked to let calls in.',
      remedy:
        'Under Settings, Network, switch on “Ask the router to open the port”, or forward the port by hand in the router.',
    };
  }
  if (routerMapped) return good(id, 'The router lets calls for this node in.');
  return bad(
    id,
    'The router did not open the port.',
    `Forward ${settings.port === 0 ? 'a fixed port' : `TCP port ${settings.port}`} to this machine in the router’s settings.`,
  );
}

function dialback({ confirmed }: DoctorFacts): Check {
  const id = 'dialback';
  switch (confirmed.verdict) {
    case 'public':
      return good(id, 'Other nodes called this one back and got through.');
    case 'private':
      return bad(
        id,
        'Other nodes tried to call this one back and did not get through.',
        'Forward the port in the router, or connect to a node that relays.',
      );
    case 'unknown':
      return {
        id,
        state: 'unknown',
        finding: 'No other node has tried to call this one back yet.',
        remedy: 'Connect to at least one node on the internet and wait a minute.',
      };
  }
}

function relay({ relays, confirmed }: DoctorFacts): Check {
  const id = 'relay';
  const count = relays.length;
  if (count > 0)
    return good(id, `${count} ${count === 1 ? 'relay passes' : 'relays pass'} calls on to this node.`);
  return {
    id,
    state: confirmed.verdict === 'private' ? 'bad' : 'off',
    finding: 'No relay passes calls on to this node.',
    remedy:
      confirmed.verdict === 'private'
        ? 'Ask a member whose node can be called to switch on “Relay” in the network settings.'
        : null,
  };
}

function local({ settings, peers }: DoctorFacts): Check {
  const id = 'local';
  if (!settings.localDiscovery) {
    return {
      id,
      state: 'off',
      finding: 'Nodes on the same network are not looked for.',
      remedy:
        'If you trust this network, switch on “Find peers on the local network” under Settings, Network.',
    };
  }
  const count = peers.filter(({ via }) => via === 'local').length;
  return good(
    id,
    count === 0
      ? 'Nodes on the same network are looked for; none is connected.'
      : `${count} ${count === 1 ? 'node' : 'nodes'} on the same network ${count === 1 ? 'is' : 'are'} connected.`,
  );
}

function good(id: Check['id'], finding: string): Check {
  return { id, state: 'good', finding, remedy: null };
}

function bad(id: Check['id'], finding: string, remedy: string): Check {
  return { id, state: 'bad', finding, remedy };
}
