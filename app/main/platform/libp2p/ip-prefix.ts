import { isIP } from 'node:net';

/**
 * The network prefix of an IP address whose strangers share a budget: /24 of IPv4, /48 of IPv6. These are the longest
 * prefixes that are routed on the internet, so more of them cost more than more addresses or peer ids.
 *
 * @returns the address without the host's part; other text unchanged.
 */
export function prefixOf(host: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host)?.[1];
  const ip = mapped ?? host;
  if (isIP(ip) === 4) return ip.split('.').slice(0, 3).join('.');
  if (isIP(ip) !== 6) return host;
  const [head = '', tail] = ip.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups =
    tail === undefined
      ? left
      : [...left, ...Array.from<string>({ length: 8 - left.length - right.length }).fill('0'), ...right];
  return groups
    .slice(0, 3)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
