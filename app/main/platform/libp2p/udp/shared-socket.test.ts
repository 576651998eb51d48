import { afterEach, describe, expect, test, vi } from 'vitest';
import { systemClock, systemRandom } from '../../../kernel/clock.ts';
import { SharedSocket } from './shared-socket.ts';
import { writePunch, writeRequest } from './stun.ts';
import { createPlainSocket, noTraffic } from './test-nodes.ts';

const DEADLINE = { timeout: 5_000, interval: 5 };
const never = new AbortController().signal;
const TOKEN = new Uint8Array(16).fill(3);
const ID = new Uint8Array(12).fill(1);

describe('the shared socket', () => {
  const sockets: { close(): unknown }[] = [];
  afterEach(async () => {
    await Promise.all(sockets.splice(0).map((socket) => socket.close()));
  });

  async function bound(ip = '127.0.0.1') {
    const total = noTraffic();
    const socket = new SharedSocket({ clock: systemClock, random: systemRandom, total });
    sockets.push(socket);
    const endpoint = { ip, port: await socket.bind({ ip, port: 0 }) };
    return { socket, endpoint, total };
  }
  async function plain(ip?: string) {
    const made = await createPlainSocket(ip);
    sockets.push(made.socket);
    return made;
  }

  test('each side learns its external endpoint from the other', async () => {
    const [a, b] = [await bound(), await bound()];
    expect(await a.socket.observe(b.endpoint, never)).toEqual(a.endpoint);
    expect(await b.socket.observe(a.endpoint, never)).toEqual(b.endpoint);
    expect(a.total).toEqual({ sentBytes: 44 + 32, receivedBytes: 32 + 44 });
  });

  test('IPv6 takes the port of IPv4', async () => {
    const { socket, endpoint } = await bound();
    expect(await socket.bind({ ip: '::1', port: 0 })).toBe(endpoint.port);
    expect([socket.port(4), socket.port(6)]).toEqual([endpoint.port, endpoint.port]);
    const other = await bound('::1');
    expect(await other.socket.observe({ ip: '::1', port: endpoint.port }, never)).toEqual(other.endpoint);
  });

  test('a server that does not answer, and a signal, end in null', async () => {
    const { socket } = await bound();
    const silent = await plain();
    const server = { ip: '127.0.0.1', port: silent.socket.address().port };
    expect(await socket.observe(server, never)).toBeNull();
    expect(silent.received).toHaveLength(3);
    const controller = new AbortController();
    const asking = socket.observe(server, controller.signal);
    controller.abort();
    expect(await asking).toBeNull();
  });

  test('a request shorter than its answer is ignored', async () => {
    const { endpoint } = await bound();
    const stranger = await plain();
    const short = writeRequest(ID).slice(0, 20);
    short[3] = 0;
    stranger.socket.send(short, endpoint.port, endpoint.ip);
    stranger.socket.send(writeRequest(ID), endpoint.port, endpoint.ip);
    await vi.waitFor(() => expect(stranger.received).not.toEqual([]), DEADLINE);
    expect(stranger.received).toHaveLength(1);
  });

  test('a flood of requests is answered five times', async () => {
    const { endpoint, total } = await bound();
    const stranger = await plain();
    for (let count = 0; count < 100; count++)
      stranger.socket.send(writeRequest(ID), endpoint.port, endpoint.ip);
    await vi.waitFor(() => expect(total.receivedBytes).toBe(4_400), DEADLINE);
    expect(total.sentBytes).toBeLessThanOrEqual(10 * 32);
  });

  test('two sides that punch towards each other connect', async () => {
    const [a, b] = [await bound(), await bound()];
    const nowhere = { ip: '127.0.0.1', port: (await plain()).socket.address().port };
    const met = await Promise.all([
      a.socket.punch([nowhere, b.endpoint], TOKEN, { signal: never }),
      b.socket.punch([a.endpoint], TOKEN, { signal: never }),
    ]);
    expect(met).toEqual([b.endpoint, a.endpoint]);
  });

  test('a side finds a peer that sends from an unknown endpoint', async () => {
    const [a, b] = [await bound(), await bound()];
    const nowhere = { ip: '127.0.0.1', port: (await plain()).socket.address().port };
    const met = await Promise.all([
      a.socket.punch([nowhere], TOKEN, { signal: never }),
      b.socket.punch([a.endpoint], TOKEN, { signal: never }),
    ]);
    expect(met).toEqual([b.endpoint, a.endpoint]);
  });

  test('malformed endpoints are left out', async () => {
    const [a, b] = [await bound(), await bound()];
    const junk = [
      { ip: '127.0.0.1', port: 70_000 },
      { ip: '127.0.0.1', port: 0 },
      { ip: 'localhost', port: 4001 },
      { ip: '', port: Number.NaN },
    ];
    expect(await a.socket.observe({ ip: 'localhost', port: 4001 }, never)).toBeNull();
    const met = await Promise.all([
      a.socket.punch([...junk, ...junk, ...junk, b.endpoint], TOKEN, { signal: never }),
      b.socket.punch(junk, TOKEN, { signal: never }),
    ]);
    expect(met).toEqual([b.endpoint, a.endpoint]);
    await expect(a.socket.punch([], new Uint8Array(4), { signal: never })).rejects.toMatchObject({
      code: 'punch-invalid',
    });
  });

  test('a punch with another token is ignored, and a signal ends the attempt', async () => {
    const { socket, endpoint } = await bound();
    const stranger = await plain();
    const controller = new AbortController();
    const target = { ip: '127.0.0.1', port: stranger.socket.address().port };
    const meeting = socket.punch([target], TOKEN, { signal: controller.signal });
    stranger.socket.send(writePunch(ID, new Uint8Array(16).fill(4)), endpoint.port, endpoint.ip);
    await vi.waitFor(() => expect(stranger.received.length).toBeGreaterThan(2), DEADLINE);
    controller.abort();
    expect(await meeting).toBeNull();
    expect(socket.flows.size).toBe(0);
  });

  test('at most eight endpoints of a peer are sent to', async () => {
    const { socket } = await bound();
    const targets = await Promise.all(Array.from({ length: 10 }, () => plain()));
    const controller = new AbortController();
    const meeting = socket.punch(
      targets.map((one) => ({ ip: '127.0.0.1', port: one.socket.address().port })),
      TOKEN,
      { signal: controller.signal },
    );
    await vi.waitFor(() => expect(targets[7]?.received.length).toBeGreaterThan(3), DEADLINE);
    controller.abort();
    await meeting;
    expect(targets.slice(8).flatMap(({ received }) => received)).toEqual([]);
  });

  test('a closed socket frees its port, and can be bound again', async () => {
    const { socket, endpoint } = await bound();
    await socket.close();
    expect(await socket.observe(endpoint, never)).toBeNull();
    expect(socket.port(4)).toBeNull();
    const other = await bound();
    expect(await other.socket.bind({ ip: '127.0.0.1', port: 0 })).toBe(other.endpoint.port);
    expect(await socket.bind(endpoint)).toBe(endpoint.port);
    await expect(other.socket.bind(endpoint)).rejects.toMatchObject({ code: 'port-bound' });
    await other.socket.close();
    await expect(other.socket.bind(endpoint)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
