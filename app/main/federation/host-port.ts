/** The text of addresses: how a sysop writes one, and how libp2p does (https://github.com/multiformats/multiaddr). */

const NAME = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{1,63}$/i;
const BYTE = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
const IPV4 = new RegExp(String.raw`^(?:${BYTE}\.){3}${BYTE}$`);
/** Loose on purpose: the network adapter reads the address before it is used. */
const IPV6 = /^(?=.*:.*:)[0-9a-f:]{2,39}$/i;

export interface HostPort {
  readonly host: string;
  /** Null where none was given: the port that the node listens on. */
  readonly port: number | null;
}

/** Reads `192.0.2.7`, `192.0.2.7:4001`, `bbs.example.org:4001`, `2001:db8::7` or `[2001:db8::7]:4001`; null for anything else. */
export function parseHostPort(text: string): HostPort | null {
  const trimmed = text.trim();
  const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(trimmed);
  if (bracketed) return checked(bracketed[1]!, bracketed[2], IPV6);
  if (IPV6.test(trimmed)) return { host: trimmed.toLowerCase(), port: null };
  const plain = /^([^:]+)(?::(\d{1,5}))?$/.exec(trimmed);
  if (!plain) return null;
  return (
    checked(plain[1]!, plain[2], IPV4) ??
    (/^[\d.]+$/.test(plain[1]!) ? null : checked(plain[1]!, plain[2], NAME))
  );
}

function checked(host: string, port: string | undefined, pattern: RegExp): HostPort | null {
  const number = port === undefined ? null : Number(port);
  if (!pattern.test(host) || (number !== null && (number < 1 || number > 65_535))) return null;
  return { host: host.toLowerCase(), port: number };
}

/** The multiaddr of a host, a port and a way of travel. */
export function addressText(
  { host, port }: { readonly host: string; readonly port: number },
  way: 'tcp' | 'websocket' | 'quic',
): string {
  const family = host.includes(':') ? 'ip6' : IPV4.test(host) ? 'ip4' : 'dns';
  const travel = { tcp: `tcp/${port}`, websocket: `tcp/${port}/ws`, quic: `udp/${port}/quic-v1` }[way];
  return `/${family}/${host}/${travel}`;
}
