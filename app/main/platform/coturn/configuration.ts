import { isIPv6 } from 'node:net';
import type { RelayOptions } from '../../calls/ports.ts';

/** A participant allocates for each of two connections, each network interface and each address of the relay. */
const ALLOCATIONS_OF_ONE = 32;
/** Of 100 participants. */
const ALLOCATIONS = 3200;
/** Nine pictures of 720p and 100 voices, in each direction of an allocation. */
const BYTES_PER_SECOND = 3_000_000;
const NONCE_SECONDS = 600;
/** The most URLs that a participant is told. */
const MAX_URLS = 8;

const isLoopback = (ip: string) => ip.startsWith('127.') || ip === '::1';

/** Where the relay listens: on this machine alone only if the media of calls are received there alone. */
export function relayAddresses({ listen }: RelayOptions): RelayOptions['listen'] {
  const outer = listen.filter(({ ip }) => !isLoopback(ip));
  return outer.length > 0 ? outer : listen;
}

/**
 * The configuration of coturn. The relay carries media between participants and the SFU of this node and to nowhere else:
 * whoever has credentials reaches no other address of this network or of the internet through it.
 *
 * @param folder a folder of the node's own, for the files of coturn.
 */
export function configuration(
  options: RelayOptions,
  { secret, folder }: { readonly secret: string; readonly folder: string },
): string {
  const { listen, port, certificate } = options;
  const own = relayAddresses(options);
  const peers = new Set(
    listen.flatMap(({ ip, announced }) => (announced === undefined ? [ip] : [ip, announced])),
  );
  // Names are no addresses: coturn refuses them here.
  const allowed = [...peers].filter((peer) => /^[\d.]+$/.test(peer) || isIPv6(peer));
  return [
    ...own.flatMap(({ ip }) => [`listening-ip=${ip}`, `relay-ip=${ip}`]),
    `listening-port=${port}`,
    // The same port answers plain connections and TLS.
    `tls-listening-port=${port}`,
    'use-auth-secret',
    `static-auth-secret=${secret}`,
    'realm=impulse',
    'denied-peer-ip=0.0.0.0-255.255.255.255',
    'denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    ...allowed.map((peer) => `allowed-peer-ip=${peer}`),
    ...(own.every(({ ip }) => isLoopback(ip)) ? ['allow-loopback-peers'] : []),
    'no-multicast-peers',
    `total-quota=${ALLOCATIONS}`,
    `user-quota=${ALLOCATIONS_OF_ONE}`,
    `max-bps=${BYTES_PER_SECOND}`,
    'fingerprint',
    `stale-nonce=${NONCE_SECONDS}`,
    'no-cli',
    'no-rfc5780',
    'no-stun-backward-compatibility',
    'response-origin-only-with-rfc5780',
    'no-software-attribute',
    ...(certificate === null
      ? ['no-tls', 'no-dtls']
      : [`cert=${certificate.cert}`, `pkey=${certificate.key}`, 'no-tlsv1', 'no-tlsv1_1', 'no-dtls']),
    `pidfile=${pidFile(folder)}`,
    `userdb=${folder}/users.db`,
    'log-file=stdout',
    'simple-log',
    '',
  ].join('\n');
}

export const pidFile = (folder: string): string => `${folder}/turnserver.pid`;

/** The URLs of the relay: over UDP, TCP and, with a certificate, TLS; at the announced address where there is one. */
export function relayUrls(options: RelayOptions): string[] {
  const { port, certificate } = options;
  return relayAddresses(options)
    .flatMap(({ ip, announced }) => (announced === undefined ? [ip] : [announced, ip]))
    .flatMap((address) => {
      const at = `${isIPv6(address) ? `[${address}]` : address}:${port}`;
      return [
        `turn:${at}?transport=udp`,
        `turn:${at}?transport=tcp`,
        ...(certificate === null ? [] : [`turns:${at}?transport=tcp`]),
      ];
    })
    .slice(0, MAX_URLS);
}
