import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startHost, type Host } from './host.ts';
import { MAX_CLIENT_MESSAGE_BYTES } from './socket-server.ts';
import { plainHost } from './test-hosts.ts';
import { connectPage } from './test-page.ts';

let host: Host;
beforeAll(async () => {
  host = await startHost(plainHost);
});
afterAll(() => host.stop());

describe('misbehaving clients', () => {
  const open = async (on: Host) => {
    const socket = await connectPage(on);
    socket.on('error', () => {});
    return socket;
  };

  test('a message over the limit ends the connection', async () => {
    const socket = await open(host);
    const closed = once(socket, 'close');
    socket.send(new Uint8Array(MAX_CLIENT_MESSAGE_BYTES + 1));
    expect((await closed)[0]).toBe(1009);
  });

  test('a flood ends the connection', async () => {
    const socket = await open(host);
    const closed = once(socket, 'close');
    for (let sent = 0; sent < 2000; sent += 1) {
      socket.send(JSON.stringify({ i: String(sent), p: { u: '/nothing', b: {} } }));
    }
    expect((await closed)[0]).toBe(1008);
  });

  test.each(['', 'null', '{', '{"i":1}', '[]', '{"i":"1","p":{"u":"/__proto__/constructor"}}'])(
    'the message %j harms nobody',
    async (message) => {
      const socket = await open(host);
      socket.send(message);
      socket.close();
      await once(socket, 'close');
      expect((await fetch(`${host.url}/healthz`)).status).toBe(200);
    },
  );
});
