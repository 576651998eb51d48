/** How a home router maps and filters UDP and TCP (RFC 4787, sections 4 and 5). */
export type Nat = 'port-restricted' | 'full-cone' | 'symmetric';

/** The table that holds all rules of a router; miniupnpd adds its own to the chains named after it. */
export const ROUTER_TABLE = 'lab';

/** The first unprivileged port; a full cone opens this one and those above. */
const FIRST_FREE_PORT = 1024;

export interface Inbound {
  readonly nat: Nat;
  /** IPv4 address of the first host behind the router. */
  readonly first: string;
  /** Port forwarded to the first host for TCP and UDP, or null. */
  readonly forward: number | null;
}

function inboundRules({ nat, first, forward }: Inbound): string[] {
  const ports = forward === null ? [] : [`tcp dport ${forward}`, `udp dport ${forward}`];
  if (nat === 'full-cone') ports.push(`udp dport ${FIRST_FREE_PORT}-65535`);
  return ports.map((match) => `iifname "wan" ${match} dnat ip to ${first}`);
}

/**
 * The ruleset of a router between the interfaces `lan` and `wan`. All inbound traffic is dropped without an
 * answer unless it belongs to a flow from inside or to a forwarded port.
 *
 * - `port-restricted`: Linux keeps the source port where it is free, so the mapping is the same for every
 * destination.
 * - `symmetric`: a random port for every destination.
 * - `full-cone`: as `port-restricted`, and all UDP from outside to ports from 1024 on goes to the first host.
 * This is   a full cone for one host that keeps its ports; TCP is filtered as in `port-restricted`.
 */
export function routerRules(inbound: Inbound): string {
  return `
table inet ${ROUTER_TABLE} {
  chain input {
    type filter hook input priority filter; policy drop;
    iifname { "lo", "lan" } accept
    ct state established,related accept
    meta l4proto icmp accept
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    iifname "lan" oifname "wan" accept
    ct status dnat accept
    jump miniupnpd
  }
  chain prerouting {
    type nat hook prerouting priority dstnat;
    jump inbound
    jump prerouting_miniupnpd
  }
  chain postrouting {
    type nat hook postrouting priority srcnat;
    jump postrouting_miniupnpd
    oifname "wan" masquerade ${inbound.nat === 'symmetric' ? 'fully-random' : ''}
  }
  chain inbound { ${inboundRules(inbound).join('\n')}
  }
  chain miniupnpd { }
  chain prerouting_miniupnpd { }
  chain postrouting_miniupnpd { }
}
`;
}

/** Replaces the rules for inbound traffic after the first host got another address. */
export function inboundUpdate(inbound: Inbound): string {
  const rules = inboundRules(inbound).map((rule) => `add rule inet ${ROUTER_TABLE} inbound ${rule}\n`);
  return `flush chain inet ${ROUTER_TABLE} inbound\n${rules.join('')}`;
}

/**
 * Rules for packets that arrive at a device, before all other rules. The device is one end of a wire: the
 * rules drop packets from the other end, so no sender sees an error.
 *
 * @param lossPercent share of IP packets to drop, 0 to 100, in steps of a tenth.
 * @param noMulticast drops multicast that does not cross the internet: mDNS and SSDP.
 */
export function wireRules(device: string, lossPercent: number, noMulticast: boolean): string {
  const table = `netdev wire-${device}`;
  const loss = `meta protocol { ip, ip6 } numgen random mod 1000 < ${Math.round(lossPercent * 10)} drop`;
  return `
table ${table} { }
delete table ${table}
table ${table} {
  chain arriving {
    type filter hook ingress device "${device}" priority filter;
    ${lossPercent > 0 ? loss : ''}
    ${noMulticast ? 'ip daddr 224.0.0.0/4 drop\n    ip6 nexthdr udp ip6 daddr ff00::/8 drop' : ''}
  }
}
`;
}
