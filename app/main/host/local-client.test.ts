import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { os } from '@orpc/server';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { ServedContext } from '../../contract/index.ts';
import { SESSION_PATH } from '../../contract/session.ts';
import { entryUrlFrom, openSocket } from './local-client.ts';
import { socketPath } from './socket-path.ts';
import { TestHosts } from './test-hosts.ts';
import { beginSession, connectPage, knock, post, protocolOf } from './test-page.ts';

let root: string;
const hosts = new TestHosts();
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'impulse-local-'));
});
afterEach(() => hosts.end());
afterAll(() => rm(root, { recursive: true, force: true }));

test('a call of a page comes as one of a browser, and one over the socket as one of a program', async () => {
  const socket = join(await mkdtemp(join(root, 'via-')), 'host.sock');
  const router = { via: os.$context<ServedContext>().handler(({ context }) => context.via) };
  const served = await hosts.start({ router, socket });
  const ask = (websocket: WebSocket) =>
    createORPCClient<{ via(): Promise<string> }>(new RPCLink({ websocket: websocket as never })).via();
  const page = await connectPage(served);
  expect(await ask(page)).toBe('browser');
  page.terminate();
  const program = (await openSocket(socket)) as WebSocket;
  expect(await ask(program)).toBe('program');
  program.terminate();
});

describe('programs of this user', () => {
  const local = async () => {
    const socket = join(await mkdtemp(join(root, 'local-')), 'host.sock');
    return { socket, host: await hosts.start({ socket }) };
  };

  test('connect to a socket without a token, and only they ask for entry addresses', async () => {
    const { socket, host: served } = await local();
    const opened = await openSocket(socket);
    expect(opened).toBeInstanceOf(WebSocket);
    (opened as WebSocket).terminate();
    const url = new URL(await entryUrlFrom(socket));
    expect(url.origin).toBe(served.url);
    expect((await post(served, SESSION_PATH, { code: url.hash.slice('#code='.length) })).status).toBe(200);
    expect((await fetch(`${served.url}/entry`, { method: 'POST' })).status).toBe(405);
  });

  test('the socket is private, and one that a killed host left is replaced', async () => {
    const { socket, host: served } = await local();
    expect((await stat(socket)).mode & 0o777).toBe(0o600);
    await hosts.stop(served);
    await writeFile(socket, 'left');
    await hosts.start({ socket });
    expect(await openSocket(socket)).toBeInstanceOf(WebSocket);
  });

  test('a socket where nobody listens, and one in a folder that others can enter, is none', async () => {
    expect(await openSocket(join(root, 'nothing.sock'))).toBe('failed');
    const { socket } = await local();
    await chmod(dirname(socket), 0o755);
    expect(await openSocket(socket)).toBe('failed');
    await expect(entryUrlFrom(socket)).rejects.toThrow('not private');
  });

  test('read the metrics without a token, and find nothing else', async () => {
    const { socket } = await local();
    const ask = (path: string, method: string) =>
      new Promise<[status: number | undefined, body: string]>((resolve, reject) => {
        const asked = request({ socketPath: socket, path, method }, (answer) => {
          let body = '';
          answer.setEncoding('utf8').on('data', (part: string) => (body += part));
          answer.on('end', () => resolve([answer.statusCode, body]));
        });
        asked.on('error', reject).end();
      });
    expect(await ask('/metrics', 'GET')).toEqual([200, expect.stringContaining('impulse_host_clients 0')]);
    for (const [path, method] of [
      ['/metrics', 'POST'],
      ['/entry', 'GET'],
      ['/', 'GET'],
    ] as const) {
      expect(await ask(path, method)).toEqual([404, 'There is nothing here.\n']);
    }
    const elsewhere = new WebSocket('ws://localhost/other', { createConnection: () => connect(socket) });
    elsewhere.on('error', () => {});
    const [, refused] = (await once(elsewhere, 'unexpected-response')) as [unknown, { statusCode: number }];
    expect(refused.statusCode).toBe(404);
  });

  test('64 clients are served at a time, programs and pages together', async () => {
    const { socket, host: served } = await local();
    const proof = await protocolOf(served, await beginSession(served));
    const clients = await Promise.all(Array.from({ length: 64 }, () => openSocket(socket)));
    expect(clients.every((client) => client instanceof WebSocket)).toBe(true);
    expect(await openSocket(socket)).toBe('failed');
    expect(await knock(served, { protocols: [proof] })).toBe(503);
    for (const client of clients) (client as WebSocket).terminate();
    await expect.poll(() => openSocket(socket)).toBeInstanceOf(WebSocket);
  });

  test('what is no address is not taken for one', async () => {
    const path = join(await mkdtemp(join(root, 'odd-')), 'host.sock');
    const odd = createHttpServer((_request, response) => response.end('<script>'));
    odd.listen(path);
    await once(odd, 'listening');
    await expect(entryUrlFrom(path)).rejects.toThrow('no address');
    odd.close();
  });

  test('a path that is too long for a socket leads to a private folder for temporary files', async () => {
    const short = join(root, 'node');
    expect(await socketPath(short)).toBe(join(short, 'host.sock'));
    const long = join(root, 'x'.repeat(120));
    const path = await socketPath(long);
    expect(Buffer.byteLength(path)).toBeLessThan(104);
    expect((await stat(dirname(path))).mode & 0o777).toBe(0o700);
    await chmod(dirname(path), 0o755);
    await expect(socketPath(long)).rejects.toMatchObject({ code: 'socket-exposed' });
    await rm(dirname(path), { recursive: true });
  });
});
