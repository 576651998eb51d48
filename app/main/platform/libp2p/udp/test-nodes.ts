import { quic } from '@chainsafe/libp2p-quic';
import { createSocket, type Socket } from 'node:dgram';
import { identify } from '@libp2p/identify';
import type { Libp2p } from '@libp2p/interface';
import { ping, type Ping } from '@libp2p/ping';
import { createLibp2p } from 'libp2p';
import { systemClock, systemRandom } from '../../../kernel/clock.ts';
import type { Traffic } from '../meter.ts';
import { SharedSocket } from './shared-socket.ts';
import { sharedQuic } from './shared-quic.ts';

export interface QuicNode {
  readonly node: Libp2p<{ ping: Ping }>;
  readonly socket: SharedSocket;
  readonly total: Traffic;
  /** The traffic of every connection by its timeline. */
  readonly traffic: Map<object, Traffic>;
}

export const noTraffic = (): Traffic => ({ sentBytes: 0, receivedBytes: 0 });

/** A real libp2p node that speaks only QUIC over a shared socket. */
export async function createQuicNode(listen = ['/ip4/127.0.0.1/udp/0/quic-v1']): Promise<QuicNode> {
  const total = noTraffic();
  const traffic = new Map<object, Traffic>();
  const socket = new SharedSocket({ clock: systemClock, random: systemRandom, total });
  const node = await createLibp2p({
    addresses: { listen },
    transports: [sharedQuic(socket, { quic, onConnection: (timeline, one) => traffic.set(timeline, one) })],
    services: { identify: identify(), ping: ping() },
  });
  return { node, socket, total, traffic };
}

/** A plain UDP socket on a loopback address, with the received packets. */
export async function createPlainSocket(ip = '127.0.0.1'): Promise<{ socket: Socket; received: Buffer[] }> {
  const socket = createSocket('udp4');
  const received: Buffer[] = [];
  socket.on('message', (packet) => received.push(packet));
  await new Promise<void>((resolve) => socket.bind(0, ip, resolve));
  return { socket, received };
}
