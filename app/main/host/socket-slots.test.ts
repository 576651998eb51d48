import { EventEmitter } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { listen } from './listen.ts';
import { limitSockets } from './socket-slots.ts';

/** A server whose sockets are made by the test; it keeps which of them were closed. */
function crowded() {
  let now = 1_000_000;
  const server = new EventEmitter();
  const keep = limitSockets(server as never, { now: () => now, after: () => () => {} });
  const closed: number[] = [];
  const connect = (n: number, named = true) => {
    const socket = Object.assign(new EventEmitter(), {
      ...(named ? { localAddress: '127.0.0.1', remoteAddress: '127.0.0.1', remotePort: n } : {}),
      destroy() {
        closed.push(n);
        socket.emit('close');
      },
    });
    server.emit('connection', socket);
    return socket;
  };
  /** A request on a socket; returns how it is answered. */
  const ask = (socket: object) => {
    const response = new EventEmitter();
    server.emit('request', { socket }, response);
    return () => response.emit('close');
  };
  const upgrade = (socket: object) => keep({ socket } as unknown as IncomingMessage);
  return { server, closed, connect, ask, upgrade, pass: (ms: number) => (now += ms) };
}

test.each([true, false])(
  'the socket that was idle for longest makes room, not one that is answered or open (addresses: %j)',
  (named) => {
    const { closed, connect, ask, upgrade, pass } = crowded();
    const sockets = Array.from({ length: 192 }, (_, n) => connect(n, named));
    const answered = ask(sockets[0]!);
    upgrade(sockets[1]!);
    pass(2000);
    connect(1000, named);
    connect(1001, named);
    expect(closed).toEqual([2, 3].slice(0, closed.length));
    expect(closed.length).toBeGreaterThan(0);
    pass(2000);
    const before = closed.length;
    answered();
    for (let n = 0; n < 5; n++) connect(2000 + n, named);
    expect(closed.length).toBeGreaterThan(before);
    expect([closed.includes(0), closed.includes(1)]).toEqual([false, false]);
  },
);

test('a request inside TLS keeps the socket below it open', () => {
  const { server, closed, connect, ask, pass } = crowded();
  const sockets = Array.from({ length: 192 }, (_, n) => connect(n));
  const { localAddress, remoteAddress, remotePort } = sockets[0]! as unknown as Record<string, unknown>;
  const secure = Object.assign(new EventEmitter(), { localAddress, remoteAddress, remotePort });
  server.emit('secureConnection', secure);
  ask(secure);
  pass(2000);
  connect(1000);
  connect(1001);
  expect([closed.length > 0, closed.includes(0)]).toEqual([true, false]);
});

test('a request on a socket that nobody knows is answered without a count', () => {
  const { ask, upgrade } = crowded();
  const stray = new EventEmitter();
  ask(stray)();
  upgrade(stray);
});

test('an address that this machine does not have cannot be bound, and the reason is told', async () => {
  const server = createServer();
  await expect(listen(server, 0, '203.0.113.1')).rejects.toMatchObject({
    code: 'bind-failed',
    params: { bind: '203.0.113.1', port: 0, reason: expect.stringContaining('EADDRNOTAVAIL') as string },
  });
});
