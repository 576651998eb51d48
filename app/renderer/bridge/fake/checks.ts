import type { Check as CheckSchema, OwnAddress, Settings } from '../../../contract/index.ts';
import type * as z from 'zod';

type Check = z.infer<typeof CheckSchema>;

/** The network around a sample node. */
export interface Surroundings {
  readonly settings: Partial<Settings['network']>;
  /** Whether the router forwards a port on request. */
  readonly forwards: boolean;
  /** Whether outside members are connected who can test its addresses. */
  readonly tested: boolean;
  readonly relayed: boolean;
  readonly symmetric: boolean;
}

/** The network whose report is made. */
export interface CheckedNetwork {
  readonly around: Surroundings;
  readonly settings: Settings['network'];
  readonly isMapped: boolean;
  own(): OwnAddress[];
}

const check = (
  id: Check['id'],
  state: Check['state'],
  finding: string,
  remedy: string | null = null,
): Check => ({ id, state, finding, remedy });

/** The reachability report of a sample node, in the order of a node’s own report. */
export function sampleChecks(network: CheckedNetwork): Check[] {
  const { around, settings, isMapped } = network;
  const isAlone = settings.listen === 'loopback';
  const own = network.own();
  const outside = own.find(({ scope, source }) => scope === 'internet' && source !== 'observed');
  return [
    isAlone
      ? check(
          'listening',
          'bad',
          'This node listens on this machine alone.',
          'Make an invite for this network or the internet, or change “Listen on” under Settings, Network.',
        )
      : check('listening', 'good', 'The node listens on 4 addresses.'),
    isAlone
      ? check('address', 'off', 'No address on the internet is needed.')
      : outside === undefined || outside.source === 'relay'
        ? check(
            'address',
            'bad',
            'This node knows no address of its own on the internet.',
            'Enter one under Settings, Network, “Addresses others dial”.',
          )
        : check('address', 'good', `Others are told ${outside.address}.`),
    !settings.portMapping
      ? check('router', 'off', 'The router is not asked to forward ports.')
      : isMapped
        ? check('router', 'good', 'The router 192.168.1.1 forwards 2 ports.')
        : check(
            'router',
            'bad',
            'The router answered, but does not forward the port.',
            'Allow UPnP or NAT-PMP in the router, or forward the port there by hand.',
          ),
    isAlone
      ? check('dialback', 'off', 'There is nothing to test while the node listens on this machine alone.')
      : !around.tested
        ? check(
            'dialback',
            'unknown',
            'No member outside is connected who could test.',
            'Invite someone outside; their node tests this one automatically.',
          )
        : isMapped
          ? check('dialback', 'good', 'Members outside dialled this node back and got through.')
          : check(
              'dialback',
              'bad',
              'Members outside dialled this node back and did not get through.',
              'Open the port in the firewall of this machine, and forward it in the router.',
            ),
    around.relayed
      ? check('relay', 'good', '1 relay passes connections on to this node.')
      : isAlone || isMapped
        ? check('relay', 'off', 'No relay is needed.')
        : check(
            'relay',
            'bad',
            'No member offers a relay.',
            'Ask a member whose node can be dialled to switch on “Relay for members” under Settings, Network.',
          ),
    direct(network, isAlone),
    check(
      'local',
      settings.localDiscovery ? 'good' : 'off',
      settings.localDiscovery
        ? '1 node of this network is connected.'
        : 'The node does not search its network for others.',
    ),
    check('key', 'good', 'This node is the only one with its key.'),
  ];
}

function direct({ around, settings, isMapped }: CheckedNetwork, isAlone: boolean): Check {
  if (isAlone)
    return check(
      'direct',
      'off',
      'Direct connections through routers need a node that listens on the network.',
    );
  if (!settings.holePunching)
    return check('direct', 'off', 'Direct connections through routers are switched off.');
  if (isMapped) return check('direct', 'good', 'This node needs no help with direct connections.');
  if (around.symmetric)
    return check(
      'direct',
      'bad',
      'The router uses another port for each destination (symmetric NAT), so most direct connections fail and relays carry them.',
      'Forward the port in the router, or switch its NAT to full cone where it offers that.',
    );
  return check(
    'direct',
    'unknown',
    'Two members with public addresses must be connected to tell how the router treats UDP.',
  );
}
