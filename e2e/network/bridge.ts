import { existsSync } from 'node:fs';
import { wireRules } from './firewall.ts';
import type { Namespace } from './netns.ts';

/** Where an interface is in its network: an address with the length of its prefix, and the gateway. */
export interface Place {
  readonly address: string;
  readonly prefix: number;
  readonly gateway: string;
}

/** The IPv4 and the IPv6 place of an interface, each null where it has none. */
export interface Places {
  readonly ip4: Place | null;
  readonly ip6: Place | null;
}

/** Gives an interface its addresses and default routes, and takes it up. */
export function settle(namespace: Namespace, device: string, { ip4, ip6 }: Places): void {
  namespace.set(`ipv6/conf/${device}/disable_ipv6`, ip6 === null ? 1 : 0);
  namespace.ip('link', 'set', device, 'up');
  if (ip4) {
    namespace.ip('addr', 'replace', `${ip4.address}/${ip4.prefix}`, 'dev', device);
    namespace.ip('route', 'replace', 'default', 'via', ip4.gateway);
  }
  if (ip6) {
    // Addresses here are unique, so nothing waits for the detection of duplicates.
    namespace.ip('addr', 'replace', `${ip6.address}/${ip6.prefix}`, 'dev', device, 'nodad');
    namespace.ip('-6', 'route', 'replace', 'default', 'via', ip6.gateway);
  }
}

/** Takes all addresses off an interface, and with them its routes. */
export function unsettle(namespace: Namespace, device: string): void {
  namespace.ip('addr', 'flush', 'dev', device, 'scope', 'global');
}

export interface BridgeInit {
  /** The namespace of the bridge: the internet, or a router. */
  readonly namespace: Namespace;
  /** The addresses of the bridge itself, the gateway of all others. */
  readonly own: Places;
  /** Whether this is the internet, which carries no multicast. */
  readonly internet: boolean;
}

/** A bridge is always called this, so that rules can name it. */
const DEVICE = 'lan';
/** First host part that is handed out. */
const FIRST_HOST = 10;

/** One network on a bridge: the internet, a home or what a carrier has behind its NAT. */
export class Bridge {
  readonly #init: BridgeInit;
  #hosts = FIRST_HOST;
  #ports = 0;

  constructor(init: BridgeInit) {
    this.#init = init;
    const { namespace, own } = init;
    // Without a querier, snooping would cut off multicast between the hosts of a home after a while.
    namespace.ip('link', 'add', DEVICE, 'type', 'bridge', 'mcast_snooping', '0', 'forward_delay', '0');
    // Where the kernel hands bridged packets to the firewall, the rules for routed ones would drop them.
    if (existsSync('/proc/sys/net/bridge')) namespace.set('bridge/bridge-nf-call-iptables', 0);
    namespace.set(`ipv6/conf/${DEVICE}/disable_ipv6`, own.ip6 === null ? 1 : 0);
    namespace.ip('link', 'set', DEVICE, 'up');
    for (const place of [own.ip4, own.ip6]) {
      if (place) namespace.ip('addr', 'add', `${place.address}/${place.prefix}`, 'dev', DEVICE);
    }
  }

  /** Places that were never used, of the kinds that are wanted. */
  next({ ip4, ip6 }: { ip4: boolean; ip6: boolean }): Places {
    const { own } = this.#init;
    const host = this.#hosts++;
    if (host > 254) throw new Error('This network of the lab has no address left.');
    return {
      ip4: ip4 && own.ip4 ? { ...own.ip4, address: own.ip4.address.replace(/\d+$/, String(host)) } : null,
      ip6:
        ip6 && own.ip6
          ? { ...own.ip6, address: `${own.ip6.address.replace(/[^:]+$/, '')}${host.toString(16)}` }
          : null,
    };
  }

  /**
   * Connects a new interface of `namespace` with this network by a wire.
   *
   * @returns how to set the share of packets lost on the wire in each direction, 0 to 100 percent.
   */
  attach(namespace: Namespace, device: string): (lossPercent: number) => void {
    const { namespace: here, internet } = this.#init;
    const port = `port${this.#ports++}`;
    here.ip('link', 'add', port, 'type', 'veth', 'peer', 'name', device, 'netns', namespace.name);
    // Segments leave one by one, so that a lost packet is one packet and not a burst of them.
    namespace.ip('link', 'set', device, 'gso_max_segs', '1');
    here.ip('link', 'set', port, 'gso_max_segs', '1');
    here.set(`ipv6/conf/${port}/disable_ipv6`, 1);
    here.ip('link', 'set', port, 'master', DEVICE, 'up');
    const setLoss = (lossPercent: number) => {
      here.nft(wireRules(port, lossPercent, internet));
      namespace.nft(wireRules(device, lossPercent, false));
    };
    setLoss(0);
    return setLoss;
  }
}
