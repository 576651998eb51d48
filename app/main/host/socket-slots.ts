import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../kernel/clock.ts';
import { Slots, type Slot } from '../kernel/slots.ts';

/** Connections of one server; those that only wait, or idle, leave a quarter to open WebSockets. */
const SOCKETS = {
  total: 256,
  strangers: 192,
  perOwner: 1,
  perPeer: 1,
  perPrefix: 192,
  turnMs: 1000,
  idleMs: 15_000,
};

interface Client {
  readonly slot: Slot;
  /** Requests that are being answered. */
  requests: number;
  /** Whether it became a WebSocket, for which a session or this user's socket is needed. */
  isOpen: boolean;
}

/**
 * Closes sockets on which nothing happens, and lets a new one take the place of the one that was idle for longest.
 *
 * @returns a function that keeps the socket of a request open, which became a WebSocket.
 */
export function limitSockets(server: Server, clock: Clock): (request: IncomingMessage) => void {
  const clients = new Map<string, Client>();
  const slots = new Slots(clock, SOCKETS, (name) => (clients.get(name)?.isOpen ? name : null));
  let count = 0;
  const names = new WeakMap<Socket, string>();
  server.on('connection', (socket: Socket) => {
    const name = addressOf(socket) ?? `${++count}`;
    const isBusy = () => (clients.get(name)?.requests ?? 0) > 0;
    const slot = slots.take({ peer: name, prefix: '', evict: () => socket.destroy(), isBusy });
    if (slot === null) {
      socket.destroy();
      return;
    }
    clients.set(name, { slot, requests: 0, isOpen: false });
    names.set(socket, name);
    socket.once('close', () => {
      slot.release();
      clients.delete(name);
    });
  });
  // TLS wraps the socket in another, which has the same addresses.
  server.on('secureConnection', (secure: Socket) => {
    const name = addressOf(secure);
    if (name !== null) names.set(secure, name);
  });
  const clientOf = ({ socket }: IncomingMessage) => clients.get(names.get(socket) ?? '');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const client = clientOf(request);
    if (!client) return;
    client.requests++;
    response.once('close', () => {
      client.requests--;
      client.slot.touch();
    });
  });
  return (request) => {
    const client = clientOf(request);
    if (client) client.isOpen = true;
  };
}

/** A name of a connection by its two ends; null for a connection of this machine, which has no addresses. */
function addressOf({ localAddress, remoteAddress, remotePort }: Socket): string | null {
  return remotePort === undefined ? null : `${localAddress} ${remoteAddress} ${remotePort}`;
}
