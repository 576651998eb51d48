import { afterEach, describe, expect, test, vi } from 'vitest';
import { ManualClock } from '../test-network.ts';
import { AnswerBudget } from './answer-budget.ts';
import { Flows, MAX_HALF_OPEN_FLOWS } from './flows.ts';
import { writeHandshakeClose } from './quic-packet.ts';
import { createPlainSocket } from './test-nodes.ts';

const DEADLINE = { timeout: 5_000, interval: 5 };

/** A packet that is valid to open a connection. */
function opening(seed: number): Buffer {
  const id = Buffer.alloc(8);
  id.writeUInt32BE(seed);
  return writeHandshakeClose('client', { firstDestination: id, destination: id, source: Buffer.alloc(8, 7) });
}

const remote = (index: number) => ({ ip: `198.51.100.${index % 250}`, port: 1_000 + index });

describe('flows of a shared socket', () => {
  const close: (() => void)[] = [];
  afterEach(() => close.splice(0).forEach((one) => one()));

  async function create() {
    const server = await createPlainSocket();
    const clock = new ManualClock();
    const flows = new Flows({ clock, send: () => {} });
    flows.serve(4, server.socket.address().port);
    close.push(() => server.socket.close());
    return { flows, clock, received: server.received };
  }

  test('a packet that opens a connection reaches the server, and others do not', async () => {
    const { flows, received } = await create();
    flows.receive(Buffer.from([0x40, 1, 2, 3, 4, 5, 6, 7, 8, 9]), remote(1));
    flows.receive(opening(1).subarray(0, 1199), remote(1));
    flows.receive(Buffer.alloc(1200, 0xff), remote(1));
    expect(flows.size).toBe(0);
    flows.receive(opening(1), remote(1));
    await vi.waitFor(() => expect(received).toEqual([opening(1)]), DEADLINE);
  });

  test('repeating the first packet opens no second connection', async () => {
    const { flows } = await create();
    for (let count = 0; count < 5; count++) flows.receive(opening(1), remote(1));
    expect(flows.size).toBe(1);
    flows.receive(opening(2), remote(1));
    expect(flows.size).toBe(2);
  });

  test('one endpoint holds at most eight connections', async () => {
    const { flows } = await create();
    for (let seed = 0; seed < 30; seed++) flows.receive(opening(seed), remote(1));
    expect(flows.size).toBe(8);
  });

  test('a flood of first packets keeps the limit, and the newest come through', async () => {
    const { flows, received } = await create();
    for (let seed = 0; seed < 300; seed++) flows.receive(opening(seed), remote(seed));
    expect(flows.halfOpen).toBe(MAX_HALF_OPEN_FLOWS);
    await vi.waitFor(() => expect(received).toContainEqual(opening(299)), DEADLINE);
  });

  test('a handshake ends after 10 seconds, a silent connection after 60', async () => {
    const { flows, clock } = await create();
    flows.receive(opening(1), remote(1));
    flows.receive(opening(2), remote(2));
    const dialled = await flows.dial(remote(3));
    flows.opened(dialled);
    /** The sweep schedules its next run in a task of its own, so time passes in steps. */
    const pass = async (seconds: number) => {
      for (let second = 0; second < seconds; second++) {
        clock.advance(1_000);
        await new Promise(setImmediate);
      }
    };
    await pass(9);
    expect(flows.size).toBe(3);
    await pass(2);
    expect(flows.size).toBe(1);
    await pass(45);
    dialled.deliver(Buffer.from([0x40]), null);
    await pass(55);
    expect(flows.size).toBe(1);
    await pass(10);
    expect(flows.size).toBe(0);
  });

  test('dials are refused at the limit', async () => {
    const { flows } = await create();
    for (let index = 0; index < 256; index++) await flows.dial(remote(index));
    await expect(flows.dial(remote(256))).rejects.toMatchObject({ code: 'connections-exhausted' });
    flows.receive(opening(1), remote(1));
    expect(flows.size).toBe(256);
    await flows.close();
    expect(flows.size).toBe(0);
  });
});

test('20 requests a second are answered, 5 of them from one household', () => {
  const clock = new ManualClock();
  const budget = new AnswerBudget(clock);
  const answered = (ip: (index: number) => string) =>
    Array.from({ length: 100 }, (_, index) => budget.take(ip(index))).filter(Boolean).length;
  expect(answered((index) => `2001:db8::${index}`)).toBe(5);
  expect(answered((index) => `192.0.2.${index}`)).toBe(15);
  clock.advance(1_000);
  expect(answered((index) => `192.0.2.${index}`)).toBe(20);
});
