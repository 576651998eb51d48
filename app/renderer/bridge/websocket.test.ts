import { createORPCClient } from '@orpc/client';
import { implement } from '@orpc/server';
import { RPCHandler } from '@orpc/server/ws';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { contract } from '../../contract/index.ts';
import type { CommunityClient } from '../../contract/index.ts';
import { browserTimers, LastingLink } from './connection.ts';
import { CLOSE_DENIED, takeToken, webSocketCarrier } from './websocket.ts';

const answers = { answers: [0, 1, 2].map((index) => ({ index, word: 'tide' })) };
const TOKEN = 'a-token-that-is-long-enough';
const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

async function host(): Promise<{ server: WebSocketServer; url: string }> {
  const os = implement(contract);
  const confirmPhrase = os.identity.confirmPhrase.handler(() => ({ confirmed: true }));
  const handler = new RPCHandler({ identity: { confirmPhrase } });
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (socket) => {
    if (socket.protocol !== `impulse.${TOKEN}`) return socket.close(CLOSE_DENIED);
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

function dial(url: string, token: string | null) {
  const carrier = webSocketCarrier({ url, token, alive: () => Promise.resolve(false) });
  const link = new LastingLink(carrier, { ...browserTimers, random: () => 0 });
  open.push(() => link.close());
  const client: CommunityClient = createORPCClient(link);
  return { link, client, state: () => link.connection.getState().state };
}

test('a call reaches the node with the token, and again after the host dropped the connection', async () => {
  const { server, url } = await host();
  const { client, state } = dial(url, TOKEN);
  expect(await client.identity.confirmPhrase(answers)).toEqual({ confirmed: true });
  for (const socket of server.clients) socket.terminate();
  await vi.waitFor(() => expect(state()).toBe('lost'));
  expect(await client.identity.confirmPhrase(answers)).toEqual({ confirmed: true });
  expect(state()).toBe('open');
});

test('a wrong token and a missing one are told apart from a host that is down', async () => {
  const { url } = await host();
  const wrong = dial(url, 'another-token-long-enough');
  await vi.waitFor(() => expect(wrong.state()).toBe('denied'));
  const none = dial(url, null);
  await vi.waitFor(() => expect(none.state()).toBe('denied'));
  const down = dial('ws://127.0.0.1:9/api', TOKEN);
  await vi.waitFor(() => expect(down.state()).toBe('lost'));
});

test('the token is taken out of the address and kept for the tab', () => {
  const held = new Map<string, string>();
  const storage = {
    getItem: (key: string) => held.get(key) ?? null,
    setItem: (key: string, value: string) => void held.set(key, value),
  };
  const replaced: string[] = [];
  const history = { state: null, replaceState: (_: unknown, __: string, url: string) => replaced.push(url) };
  const at = (hash: string) => ({ hash, pathname: '/', search: '' });
  expect(takeToken(at(`#token=${TOKEN}`), history, storage)).toBe(TOKEN);
  expect(replaced).toEqual(['/']);
  expect(takeToken(at('#/boards'), history, storage)).toBe(TOKEN);
  expect(replaced).toHaveLength(1);
});
