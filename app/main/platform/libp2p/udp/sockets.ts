import { createSocket, type Socket } from 'node:dgram';
import type { Family } from './endpoint.ts';

/** Room for a burst of packets while the event loop is busy, in bytes; the system may grant less. */
const BUFFER_BYTES = 1024 * 1024;

/** A UDP socket that looks up no names. */
export function createUdpSocket(family: Family): Socket {
  const socket = createSocket({
    type: family === 4 ? 'udp4' : 'udp6',
    ipv6Only: family === 6,
    recvBufferSize: BUFFER_BYTES,
    sendBufferSize: BUFFER_BYTES,
    // Every address here is an IP, and a look-up costs each packet a turn of the event loop.
    lookup: (ip, _options, done) => done(null, ip, family),
  });
  // An error after binding reports one lost packet, and anybody can forge the ICMP message behind it. QUIC
  // and STUN have their own deadlines.
  socket.on('error', () => {});
  return socket;
}

/** Resolves with the port once the socket is bound; rejects with the system's error. */
export function bindUdpSocket(socket: Socket, ip: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error) => {
      socket.off('listening', onListening);
      socket.close();
      reject(error);
    };
    const onListening = () => {
      socket.off('error', onError);
      resolve(socket.address().port);
    };
    socket.once('error', onError);
    socket.once('listening', onListening);
    socket.bind({ address: ip, port, exclusive: true });
  });
}
