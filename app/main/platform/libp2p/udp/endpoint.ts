import { isIP, SocketAddress } from 'node:net';
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr';

/** An IP in its canonical text form, and a UDP port. */
export interface Endpoint {
  readonly ip: string;
  readonly port: number;
}

/** The version of IP that an endpoint belongs to. */
export type Family = 4 | 6;

const QUIC_FORMS = new Set(['ip4/udp/quic-v1', 'ip6/udp/quic-v1']);

/** An endpoint with its IP in canonical form, or null when the IP or the port is not one. */
export function toEndpoint(ip: string, port: number): Endpoint | null {
  const family = isIP(ip);
  if (family === 0 || ip.includes('%') || !Number.isInteger(port) || port < 1 || port > 65_535) return null;
  const { address } = new SocketAddress({ address: ip, port, family: family === 4 ? 'ipv4' : 'ipv6' });
  return { ip: address, port };
}

export const familyOf = ({ ip }: Endpoint): Family => (ip.includes(':') ? 6 : 4);

/** One text per endpoint, for maps. */
export const keyOf = ({ ip, port }: Endpoint): string => `${ip} ${port}`;

/** Whether the address is exactly an IP with a QUIC port, with or without a peer id at its end. */
export function isQuic(address: Multiaddr): boolean {
  const names = address.getComponents().map(({ name }) => name);
  if (names.at(-1) === 'p2p') names.pop();
  return QUIC_FORMS.has(names.join('/'));
}

/** IP and port of a QUIC address, port 0 included, or null for any other address. */
export function hostAndPortOf(address: Multiaddr): Endpoint | null {
  if (!isQuic(address)) return null;
  const [host, udp] = address.getComponents();
  return { ip: host?.value ?? '', port: Number(udp?.value) };
}

/** The peer id at the end of an address, or null. */
export function peerIn(address: Multiaddr): string | null {
  return address.getComponents().findLast(({ name }) => name === 'p2p')?.value ?? null;
}

/** The QUIC address of an endpoint, with a peer id if given. */
export function quicAddress({ ip, port }: Endpoint, peer: string | null = null): Multiaddr {
  // A zone ("fe80::1%eth0") is only valid on this machine.
  const [host = ''] = ip.split('%');
  const text = `/${host.includes(':') ? 'ip6' : 'ip4'}/${host}/udp/${port}/quic-v1`;
  return multiaddr(peer === null ? text : `${text}/p2p/${peer}`);
}

/** The 4 or 16 bytes of an IP. */
export function ipToBytes(text: string): Uint8Array {
  if (!text.includes(':')) return Uint8Array.from(text.split('.'), Number);
  const [host = ''] = text.split('%');
  const sides = host.split('::').map((side) => (side === '' ? [] : side.split(':').flatMap(words)));
  const [front = [], back = []] = sides;
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => 0);
  const groups = [...front, ...zeros, ...back];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** An IP in canonical form from its 4 or 16 bytes. */
export function ipFromBytes(bytes: Uint8Array): string {
  if (bytes.byteLength === 4) return bytes.join('.');
  const groups: string[] = [];
  for (let at = 0; at < 16; at += 2)
    groups.push((((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16));
  return new SocketAddress({ address: groups.join(':'), family: 'ipv6' }).address;
}

/** A colon-separated part of an IPv6 address as 16-bit words: one, or two for a dotted IPv4 tail. */
function words(part: string): number[] {
  if (!part.includes('.')) return [Number.parseInt(part, 16)];
  const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number);
  return [(a << 8) | b, (c << 8) | d];
}
