import { createORPCClient } from '@orpc/client';
import { implement } from '@orpc/server';
import { RPCHandler } from '@orpc/server/ws';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { contract } from '../../contract/index.ts';
import type { CommunityClient } from '../../contract/index.ts';
import { browserTimers, LastingLink } from './connection.ts';
import type { Refused } from './page-session.ts';
import { webSocketCarrier } from './websocket.ts';

const answers = { answers: [0, 1, 2].map((index) => ({ index, word: 'tide' })) };
const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

/** A host that lets each of its proofs in once. */
async function host(): Promise<{ server: WebSocketServer; url: string }> {
  const os = implement(contract);
  const confirmPhrase = os.identity.confirmPhrase.handler(() => ({ confirmed: true }));
  const handler = new RPCHandler({ identity: { confirmPhrase } });
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  const used = new Set<string>();
  server.on('connection', (socket) => {
    if (used.has(socket.protocol)) return socket.terminate();
    used.add(socket.protocol);
    handler.upgrade(socket);
  });
  await new Promise((resolve) => server.once('listening', resolve));
  open.push(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { server, url: `ws://127.0.0.1:${port}/api` };
}

function dial(url: string, subprotocol: () => Promise<{ protocol: string } | { refused: Refused }>) {
  const link = new LastingLink(webSocketCarrier({ url, session: { subprotocol } }), {
    ...browserTimers,
    random: () => 0,
  });
  open.push(() => link.close());
  const client: CommunityClient = createORPCClient(link);
  return { link, client, state: () => link.connection.getState().state };
}

test('a call reaches the node, and again with a new proof after the host dropped the connection', async () => {
  const { server, url } = await host();
  let proofs = 0;
  const { client, state } = dial(url, () => Promise.resolve({ protocol: `impulse.${proofs++}` }));
  expect(await client.identity.confirmPhrase(answers)).toEqual({ confirmed: true });
  for (const socket of server.clients) socket.terminate();
  await vi.waitFor(() => expect(state()).toBe('lost'));
  expect(await client.identity.confirmPhrase(answers)).toEqual({ confirmed: true });
  expect(state()).toBe('open');
  expect(proofs).toBe(2);
});

test.each(['denied', 'unproven', 'lost'] as const)(
  'a page that is refused as %s opens no connection',
  async (refused) => {
    const { server, url } = await host();
    const { state } = dial(url, () => Promise.resolve({ refused }));
    await vi.waitFor(() => expect(state()).toBe(refused));
    expect(server.clients.size).toBe(0);
  },
);

test('a host that is down is lost, not denied', async () => {
  const { state } = dial('ws://127.0.0.1:9/api', () => Promise.resolve({ protocol: 'impulse.x' }));
  await vi.waitFor(() => expect(state()).toBe('lost'));
});
