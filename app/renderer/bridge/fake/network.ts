import { defaultSettings } from '../../../contract/index.ts';
import type { Doctor, OwnAddress, Reach, ReachReport, Settings } from '../../../contract/index.ts';
import { sampleChecks, type Surroundings } from './checks.ts';

export const PEER_ID = '12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo';
const RELAY_ID = '12D3KooWLRPJAA5o6YkZ5hZMk3vKqGzT8yR1nDq5uXbWc7fE2kelp';
const PUBLIC_HOST = '203.0.113.7';
const PORT = 4001;

const open = { listen: 'everywhere', portMapping: true } as const;
const surroundings = {
  /** Anyone can dial it. */
  direct: {
    settings: { ...open, relay: true },
    forwards: true,
    tested: true,
    relayed: false,
    symmetric: false,
  },
  /** Behind a router with a symmetric NAT; others connect through a relay. */
  relayed: { settings: open, forwards: false, tested: true, relayed: true, symmetric: true },
  /** Behind a router that forwards nothing, and no member relays. */
  closed: { settings: open, forwards: false, tested: false, relayed: false, symmetric: false },
  /** Listens only on its own machine; the router would forward. */
  local: { settings: {}, forwards: true, tested: true, relayed: false, symmetric: false },
  /** A node that joins: it listens only on its own machine, and the router forwards nothing. */
  setup: { settings: {}, forwards: false, tested: false, relayed: false, symmetric: false },
} as const satisfies Record<string, Surroundings>;

const isKind = (name: string): name is keyof typeof surroundings => name in surroundings;

/** The reachability of the sample node: a model of the router and the outside members. */
export class SampleNetwork {
  readonly around: Surroundings;
  settings: Settings['network'];

  /** `kind` names the network; anything else stands for a node that anyone can dial. */
  constructor(kind: string) {
    this.around = surroundings[isKind(kind) ? kind : 'direct'];
    this.settings = { ...defaultSettings.network, ...this.around.settings };
  }

  get isMapped(): boolean {
    return this.settings.listen === 'everywhere' && this.settings.portMapping && this.around.forwards;
  }

  own(): OwnAddress[] {
    const { listen, announce } = this.settings;
    const both = (
      host: string,
      port: number,
      rest: Omit<OwnAddress, 'address'>,
      family = 'ip4',
    ): OwnAddress[] =>
      [`tcp/${port}`, `udp/${port}/quic-v1`].map((way) => ({
        address: `/${family}/${host}/${way}`,
        ...rest,
      }));
    const state = this.around.tested ? ('reached' as const) : ('untested' as const);
    const machine = both('127.0.0.1', PORT, { source: 'interface', scope: 'machine', state: 'untested' });
    if (listen === 'loopback') return machine;
    const wished = announce.flatMap((text) => {
      const [, bracketed, plain = '', port = String(PORT)] =
        /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(text) ?? [];
      const host = bracketed ?? plain;
      const family = host.includes(':') ? 'ip6' : /^[\d.]+$/.test(host) ? 'ip4' : 'dns';
      return both(host, Number(port), { source: 'setting', scope: 'internet', state }, family);
    });
    return [
      ...wished,
      ...(this.isMapped ? both(PUBLIC_HOST, PORT, { source: 'router', scope: 'internet', state }) : []),
      ...(!this.isMapped && this.around.tested
        ? both(PUBLIC_HOST, PORT, { source: 'observed', scope: 'internet', state: 'unreachable' })
        : []),
      ...(this.around.relayed
        ? [
            {
              address: `/ip4/198.51.100.4/tcp/4001/p2p/${RELAY_ID}/p2p-circuit`,
              source: 'relay' as const,
              scope: 'internet' as const,
              state: 'reached' as const,
            },
          ]
        : []),
      ...both('192.168.1.20', PORT, { source: 'interface', scope: 'network', state: 'untested' }),
      ...machine,
    ];
  }

  /** The addresses for a reach, with this node’s peer id; empty if nobody there could use them. */
  addressesFor(reach: Reach): string[] {
    const of = (scope: OwnAddress['scope']) =>
      this.own()
        .filter((one) => one.scope === scope && one.state !== 'unreachable')
        .map(({ address }) => `${address}/p2p/${PEER_ID}`);
    if (reach === 'machine') return of('machine');
    const outside = of('internet');
    if (reach === 'network') return [...of('network'), ...outside];
    return outside.length === 0 ? [] : [...outside, ...of('network')];
  }

  /** The addresses that this node announces. */
  told(): string[] {
    const outside = this.addressesFor('network');
    return outside.length > 0 ? outside : this.addressesFor('machine');
  }

  report(reach: Reach): ReachReport {
    const ready = this.addressesFor(reach).length > 0;
    const listens = this.settings.listen === 'everywhere';
    const alone = {
      finding: 'This node listens on this machine alone.',
      steps: ['Let this node listen on the networks of this machine.'],
    };
    const firewall = `If a firewall runs here, open TCP and UDP port ${PORT}; with ufw: sudo ufw allow ${PORT}.`;
    switch (reach) {
      case 'machine':
        return { reach, ready, finding: 'Another node on this machine can join.', steps: [] };
      case 'network':
        return {
          reach,
          ready,
          ...(listens ? { finding: 'Nodes on the same network can join.', steps: [firewall] } : alone),
        };
      case 'internet':
        return { reach, ready, ...(listens ? this.#outside(ready, firewall) : alone) };
    }
  }

  doctor(testedAt: number): Doctor {
    const { tested, relayed } = this.around;
    const direct =
      tested &&
      this.own().some(
        ({ scope, state, source }) => scope === 'internet' && state === 'reached' && source !== 'relay',
      );
    const untested = this.own().some(({ scope, state }) => scope === 'internet' && state === 'untested');
    const verdict = direct ? 'direct' : relayed ? 'relayed' : untested ? 'unknown' : 'private';
    const summaries = {
      direct: 'Others can dial this node directly.',
      relayed: 'Others reach this node through a relay.',
      unknown: 'This node has an address on the internet that nobody outside has tested.',
      private:
        this.settings.listen === 'loopback'
          ? 'Only nodes on this machine can dial this node; it still dials others.'
          : 'Nobody outside this network can dial this node; it still dials others.',
    };
    return {
      reachability: { verdict, testedAt: tested && this.settings.listen === 'everywhere' ? testedAt : null },
      summary: summaries[verdict],
      checks: sampleChecks(this),
    };
  }

  #outside(ready: boolean, firewall: string): Pick<ReachReport, 'finding' | 'steps'> {
    if (ready && this.around.relayed)
      return { finding: 'Anyone with the link can join through the relay of a member.', steps: [] };
    if (ready && this.around.tested)
      return { finding: 'Members outside reached this node: anyone with the link can join.', steps: [] };
    if (ready)
      return {
        finding:
          'This node has an address on the internet. No member outside is connected yet, so it is not tested.',
        steps: [firewall],
      };
    return {
      finding:
        'The router answered, but does not forward the port: that is switched off there, or another router stands before it.',
      steps: [
        `In the router, forward TCP and UDP port ${PORT} to this machine, or allow UPnP there.`,
        'Then enter the router’s public address, or a DNS name for it, as an address that others dial.',
        'Or have a member with a public address switch on “Relay for members”: this node then uses it automatically.',
        'Or run the first node of the community on a rented server, and join it from here.',
      ],
    };
  }
}
