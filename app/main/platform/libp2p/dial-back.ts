import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { webSockets } from '@libp2p/websockets';
import { yamux } from '@libp2p/yamux';
import { createLibp2p } from 'libp2p';
import { parseAddress } from './addresses.ts';
import { loadQuic } from './udp/quic-library.ts';

/**
 * Whether `peer` answers at an address. Dials with a one-time key: libp2p would otherwise reuse the existing
 * connection, and closing that disconnects the peer (AutoNAT of js-libp2p does so). The handshake proves who
 * answers.
 */
export async function dialAsStranger(peer: string, address: string, signal: AbortSignal): Promise<boolean> {
  const isIp6 = address.startsWith('/ip6/');
  const bare = address.replace(/\/p2p\/[^/]+$/, '');
  const quic = bare.includes('/quic-v1') ? await loadQuic() : null;
  const node = await createLibp2p({
    addresses: { listen: [] },
    transports: [tcp(), webSockets(), ...(quic === null ? [] : [quic({ ipv4: !isIp6, ipv6: isIp6 })])],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
    connectionMonitor: { enabled: false },
  });
  try {
    const connection = await node.dial(parseAddress(`${bare}/p2p/${peer}`), { signal });
    return connection.remotePeer.toString() === peer;
  } catch {
    return false;
  } finally {
    await node.stop();
  }
}
