import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { contentSecurityPolicy } from '../kernel/page-policy.ts';
import { headersFor as shellHeadersFor } from '../shell/protocol.ts';
import { startHost, type Host } from './host.ts';
import { prometheusText } from './metrics.ts';
import { staticFile } from './static-files.ts';
import { plainHost, TestHosts } from './test-hosts.ts';
import { connectPage, knock, raw } from './test-page.ts';

const { metricsToken } = plainHost;
let root: string;
let host: Host;
const hosts = new TestHosts();

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'impulse-host-'));
  await mkdir(join(root, 'site', 'assets'), { recursive: true });
  await writeFile(join(root, 'site', 'index.html'), '<!doctype html><title>Impulse</title>');
  await writeFile(join(root, 'site', 'assets', 'main-AbCd1234.js'), 'export {}');
  await writeFile(join(root, 'site', '.hidden'), 'hidden');
  await writeFile(join(root, 'secret'), 'secret');
  host = await startHost({ ...plainHost, rendererDir: join(root, 'site') });
});
afterEach(() => hosts.end());
afterAll(async () => {
  await host.stop();
  await rm(root, { recursive: true, force: true });
});

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
    const answer = await raw(host, path);
    expect(answer.status).toBe(404);
    expect(answer.body).not.toContain('secret');
  });

  test('a path never leaves the folder', () => {
    expect(staticFile('/srv/site', '/a/b.js')).toBe('/srv/site/a/b.js');
    expect(staticFile('/srv/site', '/../site-other/x')).toBeNull();
  });

  test('what is not there is said in plain text, which nobody keeps', async () => {
    const bare = await hosts.start({});
    for (const [on, path, status, text] of [
      [host, '/nothing', 404, 'There is nothing here.\n'],
      [bare, '/', 404, 'There is nothing here.\n'],
      [host, '/api?x', 426, 'Open a WebSocket here.\n'],
    ] as const) {
      const response = await fetch(`${on.url}${path}`);
      expect([response.status, await response.text()]).toEqual([status, text]);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': 'text/plain; charset=utf-8',
        'content-length': String(text.length),
        'cache-control': 'no-store',
        'x-frame-options': 'DENY',
      });
    }
  });

  test('an answer that fails here says so, and no more', async () => {
    const failing = await hosts.start({ metrics: () => Promise.reject(new Error('secret detail')) });
    const response = await fetch(`${failing.url}/metrics`, {
      headers: { authorization: `Bearer ${metricsToken}` },
    });
    expect([response.status, await response.text()]).toEqual([
      500,
      'Something went wrong here; the log of the node says what.\n',
    ]);
  });

  test('only GET and HEAD are answered', async () => {
    const refused = await fetch(host.url, { method: 'POST' });
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect((await fetch(`${host.url}/session`)).status).toBe(404);
    expect(await raw(host, '/', {}, 'HEAD')).toEqual({ status: 200, body: '' });
  });

  test('hundreds of idle sockets leave room: the longest idle one is closed for a browser', async () => {
    let now = 1_000_000;
    const clock = { now: () => now, after: () => () => {} };
    const crowded = await hosts.start({ clock });
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

describe('health and metrics', () => {
  test('health needs no token and reveals nothing else', async () => {
    const response = await fetch(`${host.url}/healthz?now`);
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('cache-control')).toBe('no-store');
    const ill = await fetch(`${(await hosts.start({ healthy: () => false })).url}/healthz`);
    expect([ill.status, await ill.json()]).toEqual([503, { status: 'degraded' }]);
  });

  test('metrics need their token, every letter of it, and it opens nothing else', async () => {
    for (const at of [0, 20, 42]) {
      const wrong = metricsToken.slice(0, at) + 'Z' + metricsToken.slice(at + 1);
      const answer = await fetch(`${host.url}/metrics`, { headers: { authorization: `Bearer ${wrong}` } });
      expect([401, 429]).toContain(answer.status);
    }
    expect([401, 429]).toContain(await knock(host, { headers: { authorization: `Bearer ${metricsToken}` } }));
    const response = await fetch(`${host.url}/metrics`, {
      headers: { authorization: `Bearer ${metricsToken}` },
    });
    expect(await response.text()).toMatch(/^impulse_host_refused_total \d+$/m);
  });

  test('metrics tell how many clients are connected and how many requests were refused', async () => {
    const counted = await hosts.start({});
    const page = await connectPage(counted);
    await raw(counted, '/', { host: 'evil.example' });
    await raw(counted, '/', { origin: 'https://evil.example' });
    await knock(counted);
    const response = await fetch(`${counted.url}/metrics`, {
      headers: { authorization: `Bearer ${metricsToken}` },
    });
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await response.text();
    expect(text).toContain('# TYPE impulse_host_clients gauge\nimpulse_host_clients 1\n');
    expect(text).toContain('# TYPE impulse_host_refused_total counter\nimpulse_host_refused_total 3\n');
    page.terminate();
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
    await expect(startHost({ ...plainHost, bind: '0.0.0.0' })).rejects.toMatchObject({
      code: 'tls-needed',
      remedy: expect.stringContaining('--tls-cert'),
    });
  });

  test('an address of IPv6 stands in brackets', async () => {
    const six = await hosts.start({ bind: '::1' });
    expect(six.url).toBe(`http://[::1]:${six.port}`);
    expect((await fetch(`${six.url}/healthz`)).status).toBe(200);
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
    const secure = await hosts.start({ bind: '0.0.0.0', tls: { cert, key }, names: ['bbs.example'] });
    expect(secure.url).toMatch(/^https:/);
    // Without a proof it is refused after TLS, under its name.
    const socket = new WebSocket(`wss://127.0.0.1:${secure.port}/api`, [], {
      rejectUnauthorized: false,
      headers: { host: 'bbs.example', origin: 'https://bbs.example' },
    });
    socket.on('error', () => {});
    const [, refused] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    expect(refused.statusCode).toBe(401);
    await expect(startHost({ ...plainHost, tls: { cert: key, key: cert } })).rejects.toMatchObject({
      code: 'tls-unreadable',
    });
  });

  test('a requested port that is taken is reported; by default the next free one is used', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const address = blocker.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await expect(startHost({ ...plainHost, port })).rejects.toMatchObject({
      code: 'port-taken',
      message: expect.stringContaining(String(port)),
    });
    blocker.close();
    const [first, second] = [await hosts.start({ port: null }), await hosts.start({ port: null })];
    expect(second.port).toBeGreaterThan(first.port);
  });

  test('stopping ends clients and frees the port', async () => {
    const short = await startHost(plainHost);
    const socket = await connectPage(short);
    const closed = once(socket, 'close');
    await short.stop();
    expect((await closed)[0]).toBe(1001);
    await (await startHost({ ...plainHost, port: short.port })).stop();
  });
});
