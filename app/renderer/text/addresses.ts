import { parseHostPort } from '../../contract/index.ts';
import { federation as words } from '../messages/federation.ts';

const MOST = 4;
const LAST_PORT = 65_535;

export type Announced =
  | { readonly ok: true; readonly addresses: string[] }
  | { readonly ok: false; readonly why: string };

/** Parses the addresses that others dial, separated by lines, commas or spaces; at most four. */
export function readAnnounced(text: string): Announced {
  const addresses = [...new Set(text.split(/[\s,;]+/).filter((part) => part !== ''))];
  for (const address of addresses) {
    const why = faultOf(address);
    if (why !== null) return { ok: false, why };
  }
  if (addresses.length > MOST) return { ok: false, why: words.announce.tooMany(MOST) };
  return { ok: true, addresses };
}

/** Why a `host` or `host:port` is invalid, or null if it is valid. */
function faultOf(text: string): string | null {
  if (parseHostPort(text) !== null) return null;
  const [, host] = /^(.+):\d+$/.exec(text) ?? [];
  const isPortAtFault = host !== undefined && parseHostPort(host) !== null;
  return isPortAtFault ? words.announce.badPort(text, LAST_PORT) : words.announce.notAnAddress(text);
}

/**
 * Whether a multiaddr leads beyond the machine that dials it: its host is neither loopback nor `localhost`.
 */
export function leadsBeyond(multiaddr: string): boolean {
  const [, family, host = ''] = multiaddr.split('/');
  switch (family) {
    case 'ip4':
      return !host.startsWith('127.');
    case 'ip6':
      return host !== '::1';
    default:
      return host !== 'localhost';
  }
}
