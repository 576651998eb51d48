import { federation as words } from '../messages/federation.ts';

const NAME = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{1,63}$/i;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.|$)){4}$/;
const DIGITS_AND_DOTS = /^[\d.]+$/;
/** Loose on purpose: the node reads the address before it is used. */
const IPV6 = /^(?=.*:.*:)[0-9a-f:]{2,39}$/i;
/** `[host]:port`, or `host:port` where the host holds no colon; the port may be left out. */
const PARTS = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/;
const MOST = 4;
const LAST_PORT = 65_535;

export type Announced =
  | { readonly ok: true; readonly addresses: string[] }
  | { readonly ok: false; readonly why: string };

/** Reads the addresses that others dial, as a person writes them: apart by lines, commas or spaces; at most four. */
export function readAnnounced(text: string): Announced {
  const addresses = [...new Set(text.split(/[\s,;]+/).filter((part) => part !== ''))];
  for (const address of addresses) {
    const why = faultOf(address);
    if (why !== null) return { ok: false, why };
  }
  if (addresses.length > MOST) return { ok: false, why: words.announce.tooMany(MOST) };
  return { ok: true, addresses };
}

/** What is wrong with one `host` or `host:port`, or null. */
function faultOf(text: string): string | null {
  if (IPV6.test(text)) return null;
  const [, bracketed, plain, port] = PARTS.exec(text) ?? [];
  const isHost =
    bracketed === undefined
      ? plain !== undefined && (IPV4.test(plain) || (!DIGITS_AND_DOTS.test(plain) && NAME.test(plain)))
      : IPV6.test(bracketed);
  if (!isHost) return words.announce.notAnAddress(text);
  const number = port === undefined ? 1 : Number(port);
  return number < 1 || number > LAST_PORT ? words.announce.badPort(text, LAST_PORT) : null;
}

/** Whether a multiaddr leads beyond the machine that dials it: its host is neither loopback nor `localhost`. */
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
