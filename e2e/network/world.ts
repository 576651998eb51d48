import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bridge } from './bridge.ts';
import type { Nat } from './firewall.ts';
import { startGateway } from './gateway.ts';
import { LabHost } from './host.ts';
import { Namespace, ownPrefix, removeFolder, removeNamespaces, startGuard, sweep } from './netns.ts';
import { Router } from './router.ts';

/**
 * The networks that serve as the internet: those reserved for benchmarking (RFC 2544, RFC 5180). Nodes treat
 * them as private unless the environment says otherwise, as it does in the lab.
 */
export const PUBLIC_NETWORKS = '198.18.0.0/15,2001:2::/48';

const INTERNET = {
  ip4: { address: '198.18.0.1', prefix: 16, gateway: '198.18.0.1' },
  ip6: { address: '2001:2::1', prefix: 64, gateway: '2001:2::1' },
};

export interface HomeOptions {
  readonly nat: Nat;
  /** A router that maps ports by UPnP, NAT-PMP and PCP on request. */
  readonly upnp?: boolean;
  /** How many hosts are behind the router; one if left out. */
  readonly hosts?: number;
  /** A port that the router forwards to the first host, for TCP and UDP. */
  readonly forward?: number;
  /**
   * The router is itself behind the port-restricted NAT of a carrier, and has an address in 100.64.0.0/10.
   */
  readonly cgnat?: boolean;
}

/** A home network: a router and the hosts behind it, at 192.168.N.10 and up. */
export interface Home {
  /** At least one. */
  readonly hosts: readonly [LabHost, ...LabHost[]];
  /** The hosts' gateway, 192.168.N.1. */
  readonly gateway: string;
  /** The IPv4 address under which the internet sees the home; changes with {@link Home.changeAddress}. */
  readonly publicAddress: () => string;
  /** Gets another address on the internet; open flows are cut off. */
  changeAddress(): void;
}

/** A small internet, in network namespaces of this process. */
export interface World {
  /** A folder for the data of this world, removed by {@link World.close}. */
  readonly folder: string;
  /** A host on the internet without a firewall; IPv4 only if nothing is said. */
  publicHost(name: string, kinds?: { ip4?: boolean; ip6?: boolean }): LabHost;
  /**
   * A home behind a router that drops unsolicited inbound traffic and has no hairpinning (RFC 4787, section
   * 6).
   */
  home(name: string, options: HomeOptions): Promise<Home>;
  /** Ends all that runs in the world and removes every trace of it; the end of the process does the same. */
  close(): void;
}

let worlds = 0;

/** Makes an internet without hosts. Needs what {@link capable} asks for. */
export function createWorld(): World {
  sweep();
  const world = `w${++worlds}`;
  const prefix = `${ownPrefix()}${world}-`;
  const folder = mkdtempSync(join(tmpdir(), prefix));
  startGuard(prefix, folder);
  // It forwards nothing, so that what is sent to a private address vanishes here as it does on the internet.
  const namespace = Namespace.create(`${world}-internet`);
  const internet = new Bridge({ namespace, own: INTERNET, internet: true });
  let homes = 0;

  return {
    folder,
    close() {
      removeNamespaces(prefix);
      removeFolder(folder);
    },
    publicHost: (name, { ip4 = true, ip6 = false } = {}) =>
      new LabHost({ label: `${world}-${name}`, bridge: internet, kinds: { ip4, ip6 } }),

    async home(name, { nat, upnp = false, hosts = 1, forward = null, cgnat = false }) {
      const number = ++homes;
      const carrier = cgnat
        ? new Router({
            label: `${world}-${name}-carrier`,
            uplink: internet,
            inside: `100.64.${number}.1`,
            nat: 'port-restricted',
            forward: null,
          })
        : null;
      const gateway = `192.168.${number}.1`;
      const uplink = carrier?.lan ?? internet;
      const own = new Router({ label: `${world}-${name}-router`, uplink, inside: gateway, nat, forward });
      if (upnp) await startGateway(own.namespace, folder, cgnat);
      const host = (index: number) =>
        new LabHost({
          label: `${world}-${index === 0 ? name : `${name}${index + 1}`}`,
          bridge: own.lan,
          kinds: { ip4: true, ip6: false },
          ...(index === 0 ? { moved: ({ ip4 }) => ip4 !== null && own.pointInboundTo(ip4) } : {}),
        });
      const outer = carrier ?? own;
      const others = Array.from({ length: hosts - 1 }, (_, index) => index + 1);
      return {
        hosts: [host(0), ...others.map(host)],
        gateway,
        publicAddress: () => outer.address,
        changeAddress: () => outer.changeAddress(),
      };
    },
  };
}
