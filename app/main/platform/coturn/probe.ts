import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createServer, isIPv6 } from 'node:net';
import type { Clock } from '../../kernel/clock.ts';

/** The header of a STUN binding request without attributes, and the type of a success (RFC 8489, section 5). */
const REQUEST = Buffer.from([0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42]);
const SUCCESS = 0x0101;
const HEADER_BYTES = 20;

/** Whether a STUN server answers over UDP within `limitMs`. */
export function answersStun(clock: Clock, ip: string, port: number, limitMs: number): Promise<boolean> {
  const request = Buffer.concat([REQUEST, randomBytes(12)]);
  const socket = createSocket(isIPv6(ip) ? 'udp6' : 'udp4');
  return new Promise<boolean>((resolve) => {
    const cancel = clock.after(limitMs, () => resolve(false));
    const done = (answered: boolean) => {
      cancel();
      resolve(answered);
    };
    socket.on('error', () => done(false));
    socket.on('message', (message) => {
      if (message.length < HEADER_BYTES || message.readUInt16BE(0) !== SUCCESS) return;
      if (message.subarray(4, HEADER_BYTES).equals(request.subarray(4))) done(true);
    });
    socket.send(request, port, ip, (error) => {
      if (error) done(false);
    });
  }).finally(() => socket.close());
}

/**
 * Whether a port is free for UDP and TCP. coturn shares its port with whoever else shares it, so that two of them would each
 * get half of the requests.
 */
export async function isFree(ip: string, port: number): Promise<boolean> {
  const server = createServer();
  const socket = createSocket(isIPv6(ip) ? 'udp6' : 'udp4');
  const bound = (binding: typeof server | typeof socket) =>
    new Promise<boolean>((resolve) => {
      binding.once('error', () => resolve(false)).once('listening', () => resolve(true));
    });
  const both = Promise.all([bound(server), bound(socket)]);
  server.listen(port, ip);
  socket.bind({ port, address: ip, exclusive: true });
  const [tcp, udp] = await both;
  await new Promise<void>((done) => (tcp ? server.close(() => done()) : done()));
  await new Promise<void>((done) => (udp ? socket.close(() => done()) : done()));
  return tcp && udp;
}
