import * as z from 'zod';

const Ip4 = z.ipv4();
const Ip6 = z.ipv6();
const Name = z.hostname();

/** A host as a sysop writes it, with an optional port. */
export interface HostPort {
  /** An IP address or a DNS name, in lower case. */
  readonly host: string;
  /** Null if none was given; the port that the node listens on applies then. */
  readonly port: number | null;
}

/**
 * Reads `192.0.2.7`, `192.0.2.7:4001`, `bbs.example.org:4001`, `2001:db8::7` or `[2001:db8::7]:4001`; null
 * for anything else. A name needs a dot, because others do not know the names local to this machine.
 */
export function parseHostPort(text: string): HostPort | null {
  const trimmed = text.trim().toLowerCase();
  if (isIp6(trimmed)) return { host: trimmed, port: null };
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(trimmed) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || !(bracketed === undefined ? isIp4(host) || isName(host) : isIp6(host)))
    return null;
  const port = digits === undefined ? null : Number(digits);
  return port !== null && (port < 1 || port > 65_535) ? null : { host, port };
}

export const isIp4 = (host: string): boolean => Ip4.safeParse(host).success;

const isIp6 = (host: string): boolean => Ip6.safeParse(host).success;

const isName = (host: string): boolean =>
  Name.safeParse(host).success && host.includes('.') && !/^[\d.]+$/.test(host);
