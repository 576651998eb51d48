import { isIp4 } from '../../contract/host-port.ts';

/** The multiaddr (https://github.com/multiformats/multiaddr) of a host, a port and a transport. */
export function addressText(
  { host, port }: { readonly host: string; readonly port: number },
  way: 'tcp' | 'websocket' | 'quic',
): string {
  const family = host.includes(':') ? 'ip6' : isIp4(host) ? 'ip4' : 'dns';
  const travel = { tcp: `tcp/${port}`, websocket: `tcp/${port}/ws`, quic: `udp/${port}/quic-v1` }[way];
  return `/${family}/${host}/${travel}`;
}
