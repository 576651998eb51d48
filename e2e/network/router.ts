import { Bridge, settle, unsettle, type Places } from './bridge.ts';
import { inboundUpdate, routerRules, type Nat } from './firewall.ts';
import { Namespace } from './netns.ts';

export interface RouterInit {
  readonly label: string;
  /** The network outside. */
  readonly uplink: Bridge;
  /** The router's address inside; the network is a /24. */
  readonly inside: string;
  readonly nat: Nat;
  /** Port forwarded to the first host inside, for TCP and UDP, or null. */
  readonly forward: number | null;
}

const WAN = 'wan';
const KINDS = { ip4: true, ip6: false };

/** A router with address translation between its `lan` and its `wan`. */
export class Router {
  readonly namespace: Namespace;
  /** The network inside. */
  readonly lan: Bridge;
  readonly #init: RouterInit;
  #outside: Places;

  constructor(init: RouterInit) {
    this.#init = init;
    const { label, uplink, inside, nat, forward } = init;
    this.namespace = Namespace.create(label);
    const own = { ip4: { address: inside, prefix: 24, gateway: inside }, ip6: null };
    this.lan = new Bridge({ namespace: this.namespace, own, internet: false });
    this.#outside = uplink.next(KINDS);
    uplink.attach(this.namespace, WAN);
    this.namespace.nft(routerRules({ nat, forward, first: inside.replace(/\d+$/, '10') }));
    settle(this.namespace, WAN, this.#outside);
    this.namespace.set('ipv4/ip_forward', 1);
  }

  /** The IPv4 address outside. */
  get address(): string {
    return this.#outside.ip4?.address ?? '';
  }

  /**
   * Gets another address outside, as from an internet provider overnight; all mappings of the old one are
   * gone.
   */
  changeAddress(): void {
    this.#outside = this.#init.uplink.next(KINDS);
    unsettle(this.namespace, WAN);
    settle(this.namespace, WAN, this.#outside);
  }

  /** Sends unsolicited inbound traffic that passes to this address from now on. */
  pointInboundTo(first: string): void {
    const { nat, forward } = this.#init;
    this.namespace.nft(inboundUpdate({ nat, forward, first }));
  }
}
