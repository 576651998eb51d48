import { execFileSync } from 'node:child_process';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { os } from '@orpc/server';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, request as httpRequest } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { ServedContext } from '../../contract/index.ts';
import { GREETING_PATH, randomSecret, SESSION_PATH } from '../../contract/session.ts';
import { systemClock, systemRandom } from '../kernel/clock.ts';
import { silentLogger } from '../kernel/logger.ts';
import { headersFor as shellHeadersFor } from '../shell/protocol.ts';
import { startHost, type Host, type HostInit } from './host.ts';
import { prometheusText } from './metrics.ts';
import { contentSecurityPolicy } from '../kernel/page-policy.ts';
import { TokenBucket, TokenBuckets } from '../kernel/token-bucket.ts';
import { entryUrlFrom, openSocket } from './local-client.ts';
import { socketPath } from './socket-path.ts';
import { MAX_CLIENT_MESSAGE_BYTES } from './socket-server.ts';
import { staticFile } from './static-files.ts';
import { beginSession, codeOf, post, protocolOf } from './test-page.ts';
import { loadToken } from './token.ts';

const metricsToken = 'A'.repeat(42) + 'B';
let root: string;
let host: Host;
const more: Host[] = [];

const base: HostInit = {
  router: {},
  rendererDir: null,
  port: 0,
  metricsToken,
  clock: systemClock,
  random: systemRandom,
  logger: silentLogger,
};

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'impulse-host-'));
  await mkdir(join(root, 'site', 'assets'), { recursive: true });
  await writeFile(join(root, 'site', 'index.html'), '<!doctype html><title>Impulse</title>');
  await writeFile(join(root, 'site', 'assets', 'main-AbCd1234.js'), 'export {}');
  await writeFile(join(root, 'site', '.hidden'), 'hidden');
  await writeFile(join(root, 'secret'), 'secret');
  host = await startHost({ ...base, rendererDir: join(root, 'site') });
});
afterEach(async () => {
  await Promise.all(more.splice(0).map((one) => one.stop()));
});
afterAll(async () => {
  await host.stop();
  await rm(root, { recursive: true, force: true });
});

async function start(init: Partial<HostInit>): Promise<Host> {
  const started = await startHost({ ...base, ...init });
  more.push(started);
  return started;
}

/** A request with the exact headers and path, which `fetch` would normalise. */
function raw(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const request = httpRequest({ host: '127.0.0.1', port: host.port, path, headers, method }, (response) => {
    let body = '';
    response.setEncoding('utf8').on('data', (part: string) => (body += part));
    response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
  });
  request.on('error', reject).end();
  return promise;
}

interface Attempt {
  readonly protocols?: string[];
  readonly headers?: Record<string, string>;
  readonly on?: Host;
  readonly path?: string;
}

/** The status of a WebSocket handshake; 101 if accepted. */
async function knock({ protocols = [], headers = {}, on = host, path = '/api' }: Attempt): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${on.port}${path}`, protocols, { headers });
  const { promise, resolve } = Promise.withResolvers<number>();
  socket.on('open', () => resolve(101));
  socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
  socket.on('error', () => {});
  const status = await promise;
  socket.terminate();
  return status;
}

describe('pages', () => {
  test('the console is served with the same policy as in the desktop app', async () => {
    const response = await fetch(host.url);
    expect(await response.text()).toContain('Impulse');
    expect(response.headers.get('content-security-policy')).toBe(contentSecurityPolicy);
    expect(shellHeadersFor('index.html')['content-security-policy']).toBe(contentSecurityPolicy);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('cache-control')).toBe('no-cache');
  });

  test('a file with a hash in its name is cached permanently', async () => {
    const response = await fetch(`${host.url}/assets/main-AbCd1234.js`);
    expect(response.headers.get('cache-control')).toContain('immutable');
    expect(response.headers.get('content-type')).toContain('javascript');
  });

  test.each([
    '/../secret',
    '/..%2fsecret',
    '/%2e%2e/secret',
    '/assets/../../secret',
    '/..%5csecret',
    '/.hidden',
    '/index.html%00.png',
    '/%ff',
    '/assets',
    '//etc/passwd',
    '/assets/main-AbCd1234.js.map',
  ])('the path %s leads nowhere', async (path) => {
    const answer = await raw(path);
    expect(answer.status).toBe(404);
    expect(answer.body).not.toContain('secret');
  });

  test('a path never leaves the folder', () => {
    expect(staticFile('/srv/site', '/a/b.js')).toBe('/srv/site/a/b.js');
    expect(staticFile('/srv/site', '/../site-other/x')).toBeNull();
  });

  test('only GET and HEAD are answered', async () => {
    expect((await raw('/', {}, 'POST')).status).toBe(405);
    expect(await raw('/', {}, 'HEAD')).toEqual({ status: 200, body: '' });
  });

  test('hundreds of idle sockets leave room: the longest idle one is closed for a browser', async () => {
    let now = 1_000_000;
    const clock = { now: () => now, after: () => () => {} };
    const crowded = await start({ clock });
    const sockets = Array.from({ length: 300 }, () => connect(crowded.port, '127.0.0.1'));
    const closed = new Set<unknown>();
    for (const socket of sockets) socket.on('error', () => {}).on('close', () => closed.add(socket));
    await vi.waitFor(() => expect(closed.size).toBe(300 - 192), { timeout: 10_000 });
    now += 1000;
    for (let count = 0; count < 5; count++) expect((await fetch(`${crowded.url}/healthz`)).status).toBe(200);
    expect(closed.size).toBeGreaterThan(300 - 192);
    for (const socket of sockets) socket.destroy();
  });

  test('malformed HTTP closes its own connection and no other', async () => {
    const socket = connect(host.port, '127.0.0.1');
    const closed = once(socket, 'close');
    socket.on('error', () => {});
    socket.write('\u0000\u0001 not http\r\n\r\n');
    await closed;
    expect((await fetch(`${host.url}/healthz`)).status).toBe(200);
  });
});

describe('admission', () => {
  const enters = async (on: Host, headers: Record<string, string> = {}) =>
    knock({ on, protocols: [await protocolOf(on, await beginSession(on))], headers });

  test('a page that exchanged its code for a session, and proves it', async () => {
    expect(await enters(host)).toBe(101);
    expect(await enters(host, { origin: host.url })).toBe(101);
  });

  test('a code works once, and not after five minutes', async () => {
    let now = Date.now();
    const timed = await start({ clock: { ...systemClock, now: () => now } });
    const code = codeOf(timed);
    expect((await post(timed, SESSION_PATH, { code })).status).toBe(200);
    expect((await post(timed, SESSION_PATH, { code })).status).toBe(401);
    const late = codeOf(timed);
    now += 5 * 60_000 + 1;
    expect((await post(timed, SESSION_PATH, { code: late })).status).toBe(401);
  });

  test('a proof opens one connection, and soon', async () => {
    let now = Date.now();
    const timed = await start({ clock: { ...systemClock, now: () => now } });
    const session = await beginSession(timed);
    const protocol = await protocolOf(timed, session);
    expect(await knock({ on: timed, protocols: [protocol] })).toBe(101);
    expect(await knock({ on: timed, protocols: [protocol] })).toBe(401);
    const late = await protocolOf(timed, session);
    now += 10_001;
    expect(await knock({ on: timed, protocols: [late] })).toBe(401);
  });

  test('nobody without the key of the session: a proof that differs anywhere counts for nothing', async () => {
    const guarded = await start({ clock: endless() });
    const session = await beginSession(guarded);
    for (const at of [0, 21, 42]) {
      const parts = (await protocolOf(guarded, session)).split('.');
      const proof = parts[3]!;
      // The last letter has two bits that mean nothing.
      const other = proof[at] === 'A' ? 'Q' : 'A';
      parts[3] = proof.slice(0, at) + other + proof.slice(at + 1);
      expect(await knock({ on: guarded, protocols: [parts.join('.')] })).toBe(401);
    }
    const stranger = { ...session, key: randomSecret() };
    await expect(protocolOf(guarded, stranger)).rejects.toThrow('did not prove itself');
    expect(await knock({ on: guarded, protocols: ['impulse.short'] })).toBe(401);
    expect(await knock({ on: guarded })).toBe(401);
  });

  test('sessions end with the host, and another host cannot prove that it is the first', async () => {
    const first = await start({});
    const session = await beginSession(first);
    const second = await start({});
    expect(
      (await post(second, GREETING_PATH, { session: session.session, nonce: randomSecret() })).status,
    ).toBe(401);
  });

  test('not a page of another site, even with the right proof', async () => {
    for (const origin of ['https://evil.example', 'null', `${host.url}.evil.example`, 'http://127.0.0.1:1']) {
      expect(await enters(host, { origin })).toBe(403);
      const answer = await fetch(`${host.url}${SESSION_PATH}`, {
        method: 'POST',
        headers: { origin },
        body: JSON.stringify({ code: codeOf(host) }),
      });
      expect(answer.status).toBe(403);
    }
  });

  test('not under a foreign name that resolves to this machine', async () => {
    const headers = { host: 'evil.example' };
    expect(await enters(host, headers)).toBe(421);
    expect((await raw('/', headers)).status).toBe(421);
    expect((await raw('/', { host: `127.0.0.1.evil.example:${host.port}` })).status).toBe(421);
  });

  test('after many wrong attempts the answer is to wait, but the owner still gets in; few of them are logged', async () => {
    let logged = 0;
    const guarded = await start({ logger: { ...silentLogger, warn: () => void logged++ } });
    for (let failures = 0; failures < 10; failures += 1) {
      expect((await post(guarded, SESSION_PATH, { code: randomSecret() })).status).toBe(401);
    }
    for (let failures = 0; failures < 30; failures += 1) {
      expect((await post(guarded, SESSION_PATH, { code: randomSecret() })).status).toBe(429);
    }
    expect(logged).toBe(10);
    expect(await enters(guarded)).toBe(101);
  });

  test.each(['', '{', '[]', '{"code":1}', `{"code":"${'A'.repeat(43)}","more":1}`, `"${'x'.repeat(5000)}"`])(
    'the request %j for a session is refused',
    async (body) => {
      expect((await post(host, SESSION_PATH, body)).status).toBe(400);
      expect((await post(host, GREETING_PATH, body)).status).toBe(400);
    },
  );

  test('only at one path', async () => {
    const protocols = [await protocolOf(host, await beginSession(host))];
    expect(await knock({ protocols, path: '/other' })).toBe(404);
  });
});

test('a call of a page comes as one of a browser, and one over the socket as one of a program', async () => {
  const socket = join(await mkdtemp(join(root, 'via-')), 'host.sock');
  const router = { via: os.$context<ServedContext>().handler(({ context }) => context.via) };
  const served = await start({ router, socket });
  const ask = (websocket: WebSocket) =>
    createORPCClient<{ via(): Promise<string> }>(new RPCLink({ websocket: websocket as never })).via();
  const page = new WebSocket(`ws://127.0.0.1:${served.port}/api`, [
    await protocolOf(served, await beginSession(served)),
  ]);
  await once(page, 'open');
  expect(await ask(page)).toBe('browser');
  page.terminate();
  const program = (await openSocket(socket)) as WebSocket;
  expect(await ask(program)).toBe('program');
  program.terminate();
});

describe('programs of this user', () => {
  const local = async () => {
    const socket = join(await mkdtemp(join(root, 'local-')), 'host.sock');
    return { socket, host: await start({ socket }) };
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
    more.splice(more.indexOf(served), 1);
    await served.stop();
    await writeFile(socket, 'left');
    await start({ socket });
    expect(await openSocket(socket)).toBeInstanceOf(WebSocket);
  });

  test('a socket where nobody listens, and one in a folder that others can enter, is none', async () => {
    expect(await openSocket(join(root, 'nothing.sock'))).toBe('failed');
    const { socket } = await local();
    await chmod(dirname(socket), 0o755);
    expect(await openSocket(socket)).toBe('failed');
    await expect(entryUrlFrom(socket)).rejects.toThrow('not private');
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
    expect(await socketPath(short, systemRandom)).toBe(join(short, 'host.sock'));
    const long = join(root, 'x'.repeat(120));
    const path = await socketPath(long, systemRandom);
    expect(Buffer.byteLength(path)).toBeLessThan(104);
    expect((await stat(dirname(path))).mode & 0o777).toBe(0o700);
    await chmod(dirname(path), 0o755);
    await expect(socketPath(long, systemRandom)).rejects.toMatchObject({ code: 'socket-exposed' });
    await rm(dirname(path), { recursive: true });
  });
});

/** A clock whose limits never run out: every attempt counts as a minute after the one before it. */
function endless() {
  let now = Date.now();
  return { ...systemClock, now: () => (now += 1000) };
}

describe('misbehaving clients', () => {
  const open = async (on: Host) => {
    const socket = new WebSocket(`ws://127.0.0.1:${on.port}/api`, [
      await protocolOf(on, await beginSession(on)),
    ]);
    socket.on('error', () => {});
    await once(socket, 'open');
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

describe('health and metrics', () => {
  test('health needs no token and reveals nothing else', async () => {
    const response = await fetch(`${host.url}/healthz`);
    expect(await response.json()).toEqual({ status: 'ok' });
    const ill = await start({ healthy: () => false });
    expect((await fetch(`${ill.url}/healthz`)).status).toBe(503);
  });

  test('metrics need their token, every letter of it, and it opens nothing else', async () => {
    for (const at of [0, 20, 42]) {
      const wrong = metricsToken.slice(0, at) + 'Z' + metricsToken.slice(at + 1);
      const answer = await fetch(`${host.url}/metrics`, { headers: { authorization: `Bearer ${wrong}` } });
      expect([401, 429]).toContain(answer.status);
    }
    expect([401, 429]).toContain(await knock({ headers: { authorization: `Bearer ${metricsToken}` } }));
    const response = await fetch(`${host.url}/metrics`, {
      headers: { authorization: `Bearer ${metricsToken}` },
    });
    expect(await response.text()).toMatch(/^impulse_host_refused_total \d+$/m);
  });

  test('label values cannot break out of their quotes', () => {
    const labels = { name: 'a"b\\c\nd' };
    expect(prometheusText([{ name: 'x', help: 'h', type: 'gauge', value: 1, labels }])).toContain(
      'x{name="a\\"b\\\\c\\nd"} 1',
    );
  });
});

describe('where it listens', () => {
  test('off loopback only with TLS', async () => {
    await expect(startHost({ ...base, bind: '0.0.0.0' })).rejects.toMatchObject({
      code: 'tls-needed',
      remedy: expect.stringContaining('--tls-cert'),
    });
  });

  test('with TLS it answers in TLS, and an unreadable certificate is reported', async () => {
    const key = join(root, 'key.pem');
    const cert = join(root, 'cert.pem');
    const ask = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '1',
    ];
    execFileSync('openssl', [...ask, '-keyout', key, '-out', cert, '-subj', '/CN=bbs.example'], {
      stdio: 'ignore',
    });
    const secure = await start({ bind: '0.0.0.0', tls: { cert, key }, names: ['bbs.example'] });
    expect(secure.url).toMatch(/^https:/);
    // Without a proof it is refused after TLS, under its name.
    const socket = new WebSocket(`wss://127.0.0.1:${secure.port}/api`, [], {
      rejectUnauthorized: false,
      headers: { host: 'bbs.example', origin: 'https://bbs.example' },
    });
    socket.on('error', () => {});
    const [, refused] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    expect(refused.statusCode).toBe(401);
    await expect(startHost({ ...base, tls: { cert: key, key: cert } })).rejects.toMatchObject({
      code: 'tls-unreadable',
    });
  });

  test('a requested port that is taken is reported; by default the next free one is used', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const address = blocker.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await expect(startHost({ ...base, port })).rejects.toMatchObject({
      code: 'port-taken',
      message: expect.stringContaining(String(port)),
    });
    blocker.close();
    const [first, second] = [await start({ port: null }), await start({ port: null })];
    expect(second.port).toBeGreaterThan(first.port);
  });

  test('stopping ends clients and frees the port', async () => {
    const short = await startHost(base);
    const socket = new WebSocket(`ws://127.0.0.1:${short.port}/api`, [
      await protocolOf(short, await beginSession(short)),
    ]);
    await once(socket, 'open');
    const closed = once(socket, 'close');
    await short.stop();
    expect((await closed)[0]).toBe(1001);
    await (await startHost({ ...base, port: short.port })).stop();
  });
});

test('the token is kept in a private file and replaced only if it is damaged', async () => {
  const path = join(root, 'metrics-token');
  const made = await loadToken(path, systemRandom);
  expect(made).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await loadToken(path, systemRandom)).toBe(made);
  await writeFile(path, 'short');
  expect(await loadToken(path, systemRandom)).not.toBe(made);
});

test('a bucket allows its burst, then refills with time', () => {
  let now = 0;
  const clock = { now: () => now, after: () => () => {} };
  const bucket = new TokenBucket(clock, 2, 1);
  expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([true, true, false]);
  now = 1000;
  expect([bucket.take(), bucket.take()]).toEqual([true, false]);
  const limit = new TokenBuckets(clock, 1, 0, 2);
  expect(['a', 'a', 'b', 'c', 'd'].map((name) => limit.take(name))).toEqual([true, false, true, true, true]);
});
