import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Scope } from '../../federation/ports.ts';
import { problem } from './problems.ts';

type Range = readonly [network: string, bits: number];

const LOOPBACK: readonly Range[] = [
  ['127.0.0.0', 8],
  ['::1', 128],
];

/**
 * Ranges that are not routed on the internet: home and carrier networks, link-local, documentation, tests
 * (RFC 6890).
 */
const PRIVATE: readonly Range[] = [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['2001:2::', 48],
  ['2001:db8::', 32],
];

/** Ranges where no node can be: unspecified, multicast, broadcast, reserved. */
const NOWHERE: readonly Range[] = [
  ['0.0.0.0', 8],
  ['224.0.0.0', 3],
  ['::', 128],
  ['ff00::', 8],
];

function listOf(ranges: readonly Range[]): BlockList {
  const list = new BlockList();
  for (const [network, bits] of ranges) list.addSubnet(network, bits, isIP(network) === 6 ? 'ipv6' : 'ipv4');
  return list;
}

const has = (list: BlockList, ip: string) => list.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4');

/**
 * The scopes of IP addresses. Test networks may declare private ranges public, so that nodes behave there as
 * on the internet.
 */
export class Scopes {
  readonly #loopback = listOf(LOOPBACK);
  readonly #private = listOf(PRIVATE);
  readonly #nowhere = listOf(NOWHERE);
  readonly #public: BlockList;

  /** @param publicNetworks ranges in CIDR notation. Throws a Problem `network-invalid` for other text. */
  constructor(publicNetworks: readonly string[] = []) {
    this.#public = listOf(publicNetworks.map(rangeOf));
  }

  of(ip: string): Scope {
    if (isIP(ip) === 0 || has(this.#nowhere, ip)) return 'nowhere';
    if (has(this.#loopback, ip)) return 'machine';
    return has(this.#private, ip) && !has(this.#public, ip) ? 'network' : 'internet';
  }

  /** Whether many honest nodes may share the address: those of one machine or one household. */
  isShared(ip: string): boolean {
    const scope = this.of(ip);
    return scope === 'machine' || scope === 'network';
  }
}

function rangeOf(text: string): Range {
  const [network = '', bits] = text.split('/');
  const family = isIP(network);
  const length = Number(bits);
  if (family !== 0 && Number.isInteger(length) && length >= 0 && length <= (family === 6 ? 128 : 32))
    return [network, length];
  throw problem('network-invalid', { text });
}

/** Whether an IP address lies in a network that this machine has an interface in. */
export function isNeighbour(ip: string): boolean {
  const ranges = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ internal, cidr }) => !internal && cidr !== null)
    .map(({ cidr }) => rangeOf(cidr!));
  return isIP(ip) !== 0 && has(listOf(ranges), ip);
}
