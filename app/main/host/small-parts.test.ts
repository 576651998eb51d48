import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { subprotocolOf } from '../../contract/session.ts';
import { readHostInfo, removeHostInfo, writeHostInfo } from './host-info.ts';
import { jsonOf } from './json-body.ts';
import { prometheusText } from './metrics.ts';
import { openInBrowser } from './open-console.ts';
import { fileHeaders } from './page-headers.ts';
import { isPrivate } from './socket-path.ts';
import { staticFile } from './static-files.ts';
import { bearerOf, loadToken, offeredProof, sameToken } from './token.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'impulse-parts-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const info = {
  pid: 7,
  port: 7340,
  url: 'http://127.0.0.1:7340',
  socket: '/run/host.sock',
  startedAt: 1_700_000_000_000,
};

test('the address of a host is read as it was written, and a damaged one is none', async () => {
  const path = join(root, 'host.json');
  expect(await readHostInfo(path)).toBeNull();
  await writeHostInfo(path, info);
  expect(await readHostInfo(path)).toEqual(info);
  for (const wrong of [
    { pid: 0 },
    { pid: 1.5 },
    { port: 0 },
    { port: 65_536 },
    { url: 'file:///etc' },
    { url: 'xhttp://a' },
    { url: 'httpx://a' },
    { socket: '' },
    { socket: 'x'.repeat(301) },
    { startedAt: 0.5 },
  ]) {
    await writeFile(path, JSON.stringify({ ...info, ...wrong }));
    expect(await readHostInfo(path)).toBeNull();
  }
  for (const { port, url } of [
    { port: 1, url: 'https://[::1]:1' },
    { port: 65_535, url: 'http://localhost' },
  ]) {
    await writeFile(path, JSON.stringify({ ...info, port, url, socket: 'x'.repeat(300) }));
    expect(await readHostInfo(path)).toMatchObject({ port, url });
  }
  await removeHostInfo(path);
  await removeHostInfo(path);
  expect(await readHostInfo(path)).toBeNull();
});

test('the JSON of a request is read up to its limit', async () => {
  const read = (parts: string[], maxBytes: number) =>
    jsonOf(Readable.from(parts.map((part) => Buffer.from(part))) as unknown as IncomingMessage, maxBytes);
  expect(await read(['{"a":', '"ü"}'], 10)).toEqual({ a: 'ü' });
  expect(await read(['{"a":', '"ü"}'], 9)).toBeUndefined();
  expect(await read(['{"a"'], 10)).toBeUndefined();
  expect(await read([], 10)).toBeUndefined();
});

test('metrics of one name stand together under one heading', () => {
  const labels = { room: 'a\\b\n"c"', n: '2' };
  const text = prometheusText([
    { name: 'x_total', help: 'Of\nall \\ kinds.', type: 'counter', value: 1 },
    { name: 'y', help: 'Why.', type: 'gauge', value: 0.5 },
    { name: 'x_total', help: 'Other.', type: 'counter', value: 2, labels },
  ]);
  expect(text).toBe(
    '# HELP x_total Of\\nall \\\\ kinds.\n# TYPE x_total counter\nx_total 1\n' +
      'x_total{room="a\\\\b\\n\\"c\\"",n="2"} 2\n' +
      '# HELP y Why.\n# TYPE y gauge\ny 0.5\n',
  );
});

test('the browser gets a private page that leads to the address, and no address', async () => {
  const { PATH } = process.env;
  const [bin, page, seen] = [join(root, 'bin'), join(root, 'open.html'), join(root, 'seen')];
  await mkdir(bin);
  process.env['PATH'] = bin;
  const address = `http://127.0.0.1:7340/#code=${'A'.repeat(43)}`;
  try {
    expect(await openInBrowser(page, address)).toBe(false);
    await writeFile(join(bin, 'xdg-open'), `#!/bin/sh\necho "$@" > ${seen}\n`, { mode: 0o755 });
    expect(await openInBrowser(page, address)).toBe(true);
    await expect.poll(() => readFile(seen, 'utf8').catch(() => '')).toBe(`${page}\n`);
  } finally {
    process.env['PATH'] = PATH;
  }
  expect((await stat(page)).mode & 0o777).toBe(0o600);
  const html = await readFile(page, 'utf8');
  expect(html).toContain(`<meta http-equiv="refresh" content="0; url=${address}">`);
  expect(html).toContain(`<a href="${address}">`);
  expect(html).toContain('<meta name="referrer" content="no-referrer">');
});

test('only files of the console whose name has a hash are cached for good', () => {
  const cached = (path: string) => fileHeaders(path)['cache-control']!.includes('immutable');
  const yes = ['/srv/assets/main-AbCd1234.js', 'C:\\site\\assets\\a-b-AbCd_12-.css'];
  const no = [
    '/srv/assets/main-AbCd123.js',
    '/srv/assets/x/main-AbCd1234.js',
    '/srv/main-AbCd1234.js',
    '/srv/assets/main-AbCd1234.js.map.gz?',
    '/srv/assets/mainAbCd1234.js',
    '/srv/assetsx/main-AbCd1234.js',
  ];
  expect([...yes, ...no].filter(cached)).toEqual(yes);
  expect(fileHeaders('/srv/index.html')['content-type']).toContain('text/html');
  expect(fileHeaders(yes[0]!)['cache-control']).toBe('public, max-age=31536000, immutable');
});

test('a folder is private if nobody else can enter it, and it is a folder', async () => {
  const folder = join(root, 'private');
  await mkdir(folder, { mode: 0o700 });
  expect(await isPrivate(folder)).toBe(true);
  await writeFile(join(folder, 'file'), '', { mode: 0o600 });
  expect(await isPrivate(join(folder, 'file'))).toBe(false);
  expect(await isPrivate(join(folder, 'nothing'))).toBe(false);
});

test('a path of a request leads to a file of the console, or nowhere', () => {
  const file = (path: string) => staticFile('/srv/site', path);
  expect(file('/')).toBe('/srv/site/index.html');
  expect(file('/assets/a%20b.js')).toBe('/srv/site/assets/a b.js');
  expect(file('/mapping.js')).toBe('/srv/site/mapping.js');
  for (const path of [
    '',
    'a.js',
    '/a/.b',
    '/a/..',
    '/a.js.map',
    '/a%1fb',
    '/a%5cb',
    '/a%3ab',
    '/%',
    '/a\u0000',
  ]) {
    expect(file(path)).toBeNull();
  }
});

test('a token is compared whole, and read from the header of a program', async () => {
  expect([sameToken('abc', 'abc'), sameToken('abc', 'abd'), sameToken('abc', 'abcd')]).toEqual([
    true,
    false,
    false,
  ]);
  expect(bearerOf({ authorization: 'bearer a_B-9' })).toBe('a_B-9');
  for (const authorization of [
    undefined,
    'Bearer ',
    'Bearer a b',
    'xBearer a',
    'Basic a',
    `Bearer ${'a'.repeat(201)}`,
    'Bearer a!',
  ]) {
    expect(bearerOf({ authorization })).toBeNull();
  }
  await expect(loadToken(root)).rejects.toMatchObject({ code: 'EISDIR' });
  const path = join(root, 'token');
  const token = `${'a'.repeat(42)}_`;
  for (const [content, same] of [
    [` ${token}\n`, true],
    [`x${token}`, false],
    [`${token}x`, false],
  ] as const) {
    await writeFile(path, content);
    expect((await loadToken(path)) === token).toBe(same);
  }
});

test('the proof of a page is found among the subprotocols that it offers', () => {
  const proof = subprotocolOf('s'.repeat(43), 'n'.repeat(43), 'p'.repeat(43));
  const parts = { session: 's'.repeat(43), hostNonce: 'n'.repeat(43), proof: 'p'.repeat(43) };
  expect(offeredProof(`chat, ${proof}`)).toEqual(parts);
  expect([offeredProof(undefined), offeredProof('chat'), offeredProof(`${proof}x`)]).toEqual([
    null,
    null,
    null,
  ]);
});
