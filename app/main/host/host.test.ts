import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { systemClock, systemRandom } from '../kernel/clock.ts';
import { silentLogger } from '../kernel/logger.ts';
import { headersFor as shellHeadersFor } from '../shell/protocol.ts';
import { startHost, type Host, type HostInit } from './host.ts';
import { prometheusText } from './metrics.ts';
import { contentSecurityPolicy } from '../kernel/page-policy.ts';
import { RateLimit, TokenBucket } from '../kernel/rate-limit.ts';
import { MAX_CLIENT_MESSAGE_BYTES } from './socket-server.ts';
import { staticFile } from './static-files.ts';
import { loadToken } from './token.ts';

const token = 'A'.repeat(43);
let root: string;
let host: Host;
const more: Host[] = [];

const base: HostInit = {
  router: {},
  rendererDir: null,
  port: 0,
  token,
  clock: systemClock,
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
  test('the right token, as subprotocol or as header', async () => {
    expect(await knock({ protocols: [`impulse.${token}`] })).toBe(101);
    expect(await knock({ headers: { authorization: `Bearer ${token}` } })).toBe(101);
  });

  test('the host’s own page', async () => {
    const headers = { origin: host.url };
    expect(await knock({ protocols: [`impulse.${token}`], headers })).toBe(101);
  });

  test('not a page of another site, even with the right token', async () => {
    for (const origin of ['https://evil.example', 'null', `${host.url}.evil.example`, 'http://127.0.0.1:1']) {
      expect(await knock({ protocols: [`impulse.${token}`], headers: { origin } })).toBe(403);
    }
  });

  test('not under a foreign name that resolves to this machine', async () => {
    const headers = { host: 'evil.example' };
    expect(await knock({ protocols: [`impulse.${token}`], headers })).toBe(421);
    expect((await raw('/', headers)).status).toBe(421);
    expect((await raw('/', { host: `127.0.0.1.evil.example:${host.port}` })).status).toBe(421);
  });

  test('not without a token; after many wrong ones the answer is to wait, but the owner still gets in', async () => {
    const guarded = await start({});
    expect(await knock({ on: guarded })).toBe(401);
    for (let failures = 0; failures < 9; failures += 1) {
      expect(await knock({ on: guarded, protocols: [`impulse.${'B'.repeat(43)}`] })).toBe(401);
    }
    expect(await knock({ on: guarded, protocols: ['impulse.short'] })).toBe(429);
    expect(await knock({ on: guarded, protocols: [`impulse.${token}`] })).toBe(101);
  });

  test('only at one path', async () => {
    expect(await knock({ protocols: [`impulse.${token}`], path: '/other' })).toBe(404);
  });
});

describe('misbehaving clients', () => {
  const open = async (on: Host) => {
    const socket = new WebSocket(`ws://127.0.0.1:${on.port}/api`, [`impulse.${token}`]);
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

  test('metrics need the token', async () => {
    expect((await fetch(`${host.url}/metrics`)).status).toBe(401);
    const response = await fetch(`${host.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
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
    const socket = new WebSocket(`wss://127.0.0.1:${secure.port}/api`, [`impulse.${token}`], {
      rejectUnauthorized: false,
      headers: { host: 'bbs.example', origin: 'https://bbs.example' },
    });
    await once(socket, 'open');
    socket.terminate();
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
    const socket = new WebSocket(`ws://127.0.0.1:${short.port}/api`, [`impulse.${token}`]);
    await once(socket, 'open');
    const closed = once(socket, 'close');
    await short.stop();
    expect((await closed)[0]).toBe(1001);
    await (await startHost({ ...base, port: short.port })).stop();
  });
});

test('the token is kept in a private file and replaced only if it is damaged', async () => {
  const path = join(root, 'host-token');
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
  const limit = new RateLimit(clock, 1, 0, 2);
  expect(['a', 'a', 'b', 'c', 'd'].map((name) => limit.take(name))).toEqual([true, false, true, true, true]);
});
