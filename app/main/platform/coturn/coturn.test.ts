import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { relayCredentials } from '../../calls/relay-credentials.ts';
import type { ManagedRelay, RelayOptions } from '../../calls/ports.ts';
import { systemClock, systemRandom } from '../../kernel/clock.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { configuration, relayUrls } from './configuration.ts';
import { createCoturn, findTurnserver } from './index.ts';
import { hasCoturn } from './test-coturn.ts';

const relays: { relay: ManagedRelay; folder: string }[] = [];
afterEach(async () => {
  for (const { relay, folder } of relays.splice(0)) {
    await relay.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

async function make(more: Partial<RelayOptions> = {}, program = () => findTurnserver(process.env['PATH'])) {
  const port = more.port ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), 'impulse-relay-'));
  let options: RelayOptions | null = { listen: [{ ip: '127.0.0.1' }], certificate: null, ...more, port };
  const relay = createCoturn({
    options: () => options,
    folder,
    program,
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
  });
  relays.push({ relay, folder });
  await relay.apply();
  return { relay, folder, port, change: (to: RelayOptions | null) => ((options = to), relay.apply()) };
}

const state = (relay: ManagedRelay, is: string) =>
  vi.waitFor(() => expect(relay.status().state).toBe(is), { timeout: 15_000, interval: 50 });

/** Allocates a relayed address with the client of coturn, and sends through it; resolves with its output. */
function allocate(port: number, username: string, password: string, ...more: string[]) {
  const args = ['-p', String(port), '-u', username, '-w', password, '-n', '4', '-m', '1', '-e', '127.0.0.1'];
  return new Promise<string>((done) => {
    execFile('turnutils_uclient', [...args, ...more, '127.0.0.1'], { timeout: 10_000 }, (error, out, err) =>
      done(`${out}${err}${error ? ' FAILED' : ''}`),
    );
  });
}

async function credentials(relay: ManagedRelay, now = Date.now()) {
  const [server] = await relayCredentials(relay.offer()!, 'tide', now);
  return { username: server!.username!, credential: server!.credential! };
}

describe('configuration', () => {
  const own = { secret: 'cove', folder: '/node/relay' };
  const lines = (options: RelayOptions) => configuration(options, own).split('\n');
  const outer = { listen: [{ ip: '127.0.0.1' }, { ip: '192.0.2.7', announced: '198.51.100.9' }], port: 3478 };

  test('peers are the addresses of the SFU and no others', () => {
    const text = lines({ ...outer, certificate: null });
    expect(text).toContain('denied-peer-ip=0.0.0.0-255.255.255.255');
    expect(text.filter((line) => line.startsWith('allowed-peer-ip'))).toEqual([
      'allowed-peer-ip=127.0.0.1',
      'allowed-peer-ip=192.0.2.7',
      'allowed-peer-ip=198.51.100.9',
    ]);
  });

  test('loopback is a peer only where the node listens there alone', () => {
    expect(lines({ ...outer, certificate: null })).not.toContain('allow-loopback-peers');
    expect(lines({ listen: [{ ip: '127.0.0.1' }], port: 3478, certificate: null })).toContain(
      'allow-loopback-peers',
    );
  });

  test('the announced address comes first, with TLS where there is a certificate', () => {
    expect(relayUrls({ ...outer, certificate: { cert: '/c', key: '/k' } }).slice(0, 3)).toEqual([
      'turn:198.51.100.9:3478?transport=udp',
      'turn:198.51.100.9:3478?transport=tcp',
      'turns:198.51.100.9:3478?transport=tcp',
    ]);
    expect(relayUrls({ listen: [{ ip: '2001:db8::1' }], port: 1, certificate: null })).toEqual([
      'turn:[2001:db8::1]:1?transport=udp',
      'turn:[2001:db8::1]:1?transport=tcp',
    ]);
  });
});

test('without coturn the relay says what to install', async () => {
  const { relay } = await make({}, () => null);
  await state(relay, 'failed');
  expect(relay.status().problem).toMatchObject({
    code: 'relay-missing',
    remedy: expect.stringContaining('apt install coturn'),
  });
  expect(relay.offer()).toBeNull();
});

test('a certificate that is not there is named', async () => {
  const { relay } = await make(
    { certificate: { cert: '/nowhere/cert.pem', key: '/nowhere/key.pem' } },
    () => '/bin/true',
  );
  await state(relay, 'failed');
  expect(relay.status().problem).toMatchObject({
    code: 'relay-certificate',
    message: expect.stringContaining('/nowhere/cert.pem'),
  });
});

test('a program that ends is reported', async () => {
  const { relay } = await make({}, () => '/bin/false');
  await state(relay, 'failed');
  expect(relay.status().problem).toMatchObject({
    code: 'relay-ended',
    message: expect.stringContaining('exit code 1'),
  });
});

describe.skipIf(!hasCoturn)('coturn', () => {
  test('the issued credentials allocate over UDP and TCP, expired and foreign ones do not', async () => {
    const { relay, port, folder } = await make();
    await state(relay, 'running');
    const good = await credentials(relay);
    expect(await allocate(port, good.username, good.credential, '-y')).toMatch(/Total lost packets 0 /);
    expect(await allocate(port, good.username, good.credential, '-y', '-t')).toMatch(/Total lost packets 0 /);
    const expired = await credentials(relay, Date.now() - 13 * 3_600_000);
    expect(await allocate(port, expired.username, expired.credential, '-y')).toMatch(
      /401|Unauthorized|Cannot complete/,
    );
    expect(await allocate(port, good.username, 'driftwood', '-y')).toMatch(
      /401|Unauthorized|Cannot complete/,
    );
    for (const file of ['secret', 'turnserver.conf']) {
      expect(statSync(join(folder, file)).mode & 0o077, file).toBe(0);
    }
  });

  test('with a certificate the same port answers TLS', async ({ skip }) => {
    const folder = mkdtempSync(join(tmpdir(), 'impulse-certificate-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const certificate = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
    const request =
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=relay.example';
    const args = [...request.split(' '), '-keyout', certificate.key, '-out', certificate.cert];
    if (spawnSync('openssl', args, { stdio: 'ignore' }).status !== 0) return skip('There is no openssl.');
    const { relay, port } = await make({ certificate });
    await state(relay, 'running');
    // coturn's own client gets no further than the handshake, with any port.
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    await new Promise((done) => socket.once('secureConnect', done));
    expect(socket.getPeerCertificate().subject.CN).toBe('relay.example');
    const answer = new Promise<Buffer>((heard) => socket.once('data', heard));
    socket.write(Buffer.from('000100002112a442000102030405060708090a0b', 'hex'));
    expect((await answer).toString('hex', 0, 20)).toMatch(/^0101.{4}2112a442000102030405060708090a0b$/);
    socket.destroy();
    expect(relay.offer()!.urls).toContain(`turns:127.0.0.1:${port}?transport=tcp`);
  });

  test('it starts again after it was killed, with the same secret', async () => {
    const { relay, folder } = await make();
    await state(relay, 'running');
    const { secret } = relay.offer()!;
    process.kill(Number(readFileSync(join(folder, 'turnserver.pid'), 'utf8')), 'SIGKILL');
    await state(relay, 'failed');
    expect(relay.offer()).toBeNull();
    await state(relay, 'running');
    expect(relay.offer()!.secret).toBe(secret);
  });

  test('a port that another program uses is named', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((done) => other.once('listening', done));
    const { port } = other.address() as AddressInfo;
    const { relay } = await make({ port });
    await state(relay, 'failed');
    expect(relay.status().problem).toMatchObject({
      code: 'relay-port-taken',
      message: expect.stringContaining(`${port}`),
    });
    other.close();
  });

  test('a change of the settings takes effect, and turned off it ends', async () => {
    const { relay, folder, change } = await make();
    await state(relay, 'running');
    const port = await freePort();
    await change({ listen: [{ ip: '127.0.0.1' }], port, certificate: null });
    await state(relay, 'running');
    expect(relay.offer()!.urls).toContain(`turn:127.0.0.1:${port}?transport=udp`);
    const pid = Number(readFileSync(join(folder, 'turnserver.pid'), 'utf8'));
    await change(null);
    expect(relay.status()).toEqual({ state: 'off', problem: null });
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  test('one that a killed node left behind is ended first', async () => {
    const { relay, folder, port } = await make();
    await state(relay, 'running');
    const pid = Number(readFileSync(join(folder, 'turnserver.pid'), 'utf8'));
    const again = createCoturn({
      options: () => ({ listen: [{ ip: '127.0.0.1' }], port, certificate: null }),
      folder,
      program: () => findTurnserver(process.env['PATH']),
      clock: systemClock,
      random: systemRandom,
      logger: silentLogger,
    });
    writeFileSync(join(folder, 'turnserver.pid'), String(pid));
    await again.apply();
    await state(again, 'running');
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    await again.stop();
  });
});
