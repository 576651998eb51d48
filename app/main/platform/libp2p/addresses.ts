import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr';
import type { AddressParts } from '../../federation/ports.ts';
import type { Scopes } from './scopes.ts';
import { problem } from './problems.ts';

const HOSTS = new Set(['ip4', 'ip6', 'dns', 'dns4', 'dns6']);

const valueOf = (address: Multiaddr, name: string) =>
  address.getComponents().find((component) => component.name === name)?.value ?? null;

/** The first IP address in an address (the relay's, for a relayed one), or null if it begins with a name. */
export function hostOf(address: Multiaddr): string | null {
  return valueOf(address, 'ip4') ?? valueOf(address, 'ip6');
}

export const isRelayed = (address: Multiaddr): boolean =>
  address.getComponents().some(({ name }) => name === 'p2p-circuit');

/** Parses an address; null if this node could not dial it. */
export function readAddress(text: string, scopes: Scopes): AddressParts | null {
  let address: Multiaddr;
  try {
    address = multiaddr(text);
  } catch {
    return null;
  }
  const components = address.getComponents();
  const [first, second] = components;
  if (first?.value === undefined || second?.value === undefined || !HOSTS.has(first.name)) return null;
  const way = wayOf(components.map(({ name }) => name));
  const port = Number(second.value);
  if (way === null || port === 0) return null;
  const circuit = components.findIndex(({ name }) => name === 'p2p-circuit');
  const peerIn = (part: typeof components) => part.find(({ name }) => name === 'p2p')?.value ?? null;
  const isName = isIP(first.value) === 0;
  return {
    host: first.value,
    port,
    way,
    scope: isName ? 'internet' : scopes.of(first.value),
    isName,
    relay: circuit < 0 ? null : peerIn(components.slice(0, circuit)),
    peer: peerIn(circuit < 0 ? components : components.slice(circuit + 1)),
  };
}

function wayOf(names: readonly string[]): AddressParts['way'] | null {
  if (names.includes('quic-v1')) return names[1] === 'udp' ? 'quic' : null;
  if (names[1] !== 'tcp') return null;
  return names.includes('ws') || names.includes('wss') ? 'websocket' : 'tcp';
}

/** An address once for each IP address that its name resolves to, at most four. Rejects if there is none. */
export async function resolveAddress(text: string): Promise<string[]> {
  const address = parseAddress(text);
  const [first] = address.getComponents();
  if (first?.value === undefined || isIP(first.value) !== 0) return [text];
  const family = first.name === 'dns4' ? 4 : first.name === 'dns6' ? 6 : 0;
  const found = await lookup(first.value, { all: true, family });
  return found
    .slice(0, 4)
    .map((one) => text.replace(/^\/[^/]+\/[^/]+/, `/${one.family === 6 ? 'ip6' : 'ip4'}/${one.address}`));
}

/** Whether these listening addresses are reachable from this machine only. */
export function isLoopbackOnly(addresses: readonly string[], scopes: Scopes): boolean {
  return addresses.every((text) => {
    const host = hostOf(parseAddress(text));
    return host !== null && scopes.of(host) === 'machine';
  });
}

/** A multiaddr from text. Throws a Problem (`address-invalid`) with an example. */
export function parseAddress(text: string): Multiaddr {
  try {
    const address = multiaddr(text);
    if (address.getComponents().length === 0) throw new Error('The address is empty.');
    return address;
  } catch (error) {
    throw problem('address-invalid', {}, { cause: error });
  }
}
