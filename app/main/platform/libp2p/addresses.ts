import { BlockList, isIP } from 'node:net';
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr';
import { Problem } from '../../kernel/errors.ts';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Ranges that do not lead across the internet: home and carrier networks, link-local, documentation, tests. */
const PRIVATE = new BlockList();
PRIVATE.addSubnet('10.0.0.0', 8, 'ipv4');
PRIVATE.addSubnet('172.16.0.0', 12, 'ipv4');
PRIVATE.addSubnet('192.168.0.0', 16, 'ipv4');
PRIVATE.addSubnet('100.64.0.0', 10, 'ipv4');
PRIVATE.addSubnet('169.254.0.0', 16, 'ipv4');
PRIVATE.addSubnet('192.0.2.0', 24, 'ipv4');
PRIVATE.addSubnet('198.18.0.0', 15, 'ipv4');
PRIVATE.addSubnet('198.51.100.0', 24, 'ipv4');
PRIVATE.addSubnet('203.0.113.0', 24, 'ipv4');
PRIVATE.addSubnet('fc00::', 7, 'ipv6');
PRIVATE.addSubnet('fe80::', 10, 'ipv6');
PRIVATE.addSubnet('2001:db8::', 32, 'ipv6');

/** Ranges where no node can live: unspecified, multicast, broadcast, reserved. */
const NOWHERE = new BlockList();
NOWHERE.addSubnet('0.0.0.0', 8, 'ipv4');
NOWHERE.addSubnet('224.0.0.0', 3, 'ipv4');
NOWHERE.addAddress('::', 'ipv6');
NOWHERE.addSubnet('ff00::', 8, 'ipv6');

function within(list: BlockList, ip: string): boolean {
  const family = isIP(ip);
  return family !== 0 && list.check(ip, family === 4 ? 'ipv4' : 'ipv6');
}

/** The IP that an address leads to first (the relay's, for a relayed one), or null where it is a name. */
export function hostOf(address: Multiaddr): string | null {
  const host = address.getComponents().find(({ name }) => name === 'ip4' || name === 'ip6');
  return host?.value ?? null;
}

export const isLoopback = (ip: string): boolean => within(LOOPBACK, ip);
export const isLocal = (ip: string): boolean => within(LOOPBACK, ip) || within(PRIVATE, ip);
export const isNowhere = (ip: string): boolean => within(NOWHERE, ip);
export const isRelayed = (address: Multiaddr): boolean =>
  address.getComponents().some(({ name }) => name === 'p2p-circuit');

/** Whether a node that listens at these addresses can only be reached from its own machine. */
export function isLoopbackOnly(addresses: readonly string[]): boolean {
  return addresses.every((text) => {
    const address = parseAddress(text);
    const host = hostOf(address);
    return isRelayed(address) || (host !== null && isLoopback(host));
  });
}

/** A multiaddr from text. Throws a Problem (`address-invalid`) that says how one looks. */
export function parseAddress(text: string): Multiaddr {
  try {
    const address = multiaddr(text);
    if (address.getComponents().length === 0) throw new Error('The address is empty.');
    return address;
  } catch (error) {
    throw new Problem(
      'address-invalid',
      'That is not an address of a node.',
      'Copy the address from the other node; it looks like /ip4/192.0.2.7/tcp/4001/p2p/12D3...',
      { cause: error },
    );
  }
}

/** All IPs that many honest nodes may share: those of one machine or one household. */
export class LocalAddresses extends Set<string> {
  override has(ip: string): boolean {
    return isLocal(ip);
  }
}
