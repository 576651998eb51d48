import { quic } from '@chainsafe/libp2p-quic';
import type { Connection, Stream } from '@libp2p/interface';
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { MAX_HALF_OPEN_FLOWS } from './flows.ts';
import { createPlainSocket, createQuicNode, type QuicNode } from './test-nodes.ts';

const DEADLINE = { timeout: 8_000, interval: 10 };
const PROTOCOL = '/impulse/echo/1';

const addressOf = ({ node }: QuicNode): Multiaddr => node.getMultiaddrs()[0] ?? multiaddr();
const portOf = ({ socket }: QuicNode): number => socket.port(4) ?? 0;
const within = (timeoutMs: number) => ({ signal: AbortSignal.timeout(timeoutMs) });

describe('QUIC over the shared socket', () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    await Promise.all(closing.splice(0).map((close) => close()));
  });

  async function create(listen?: string[]): Promise<QuicNode> {
    const made = await createQuicNode(listen);
    closing.push(() => made.node.stop());
    return made;
  }
  async function pair(): Promise<{ a: QuicNode; b: QuicNode; there: Connection; here: Connection }> {
    const [a, b] = [await create(), await create()];
    const here = await a.node.dial(addressOf(b), within(5_000));
    const there = await vi.waitUntil(() => b.node.getConnections(a.node.peerId)[0], DEADLINE);
    return { a, b, here, there };
  }
  async function plain(ip?: string) {
    const made = await createPlainSocket(ip);
    closing.push(() => made.socket.close());
    return made;
  }
  const quiet = (...nodes: QuicNode[]) =>
    vi.waitFor(
      () => expect(nodes.map(({ socket }) => socket.flows.size)).toEqual(nodes.map(() => 0)),
      DEADLINE,
    );

  test('both sides see the shared port of the other', async () => {
    const { a, b, here, there } = await pair();
    expect(here.remoteAddr).toEqual(addressOf(b));
    expect(there.remoteAddr).toEqual(addressOf(a));
    expect(String(here.remoteAddr)).toContain(`/ip4/127.0.0.1/udp/${portOf(b)}/quic-v1/p2p/`);
    expect(await a.node.services.ping.ping(b.node.peerId)).toBeTypeOf('number');
    expect([a.socket.flows.size, b.socket.flows.size]).toEqual([1, 1]);
  });

  test('5 MB come back intact, and are counted', async () => {
    const { a, b, here, there } = await pair();
    await b.node.handle(PROTOCOL, echo);
    const data = new Uint8Array(5_000_000).map((_, index) => (index * 31 + (index >> 11)) & 0xff);
    const stream = await here.newStream(PROTOCOL);
    const answer = collect(stream);
    await sendAll(stream, data);
    await stream.close();
    expect(Buffer.compare(await answer, data)).toBe(0);

    const [mine, theirs] = [a.traffic.get(here.timeline), b.traffic.get(there.timeline)];
    expect(mine?.sentBytes).toBeGreaterThan(5_000_000);
    expect(theirs?.sentBytes).toBeGreaterThan(5_000_000);
    expect(mine?.sentBytes).toBeLessThan(7_000_000);
    expect(a.total).toEqual(mine);
  });

  test('a paused reader makes the sender wait, and gets all data afterwards', async () => {
    const { b, here } = await pair();
    const arrived = Promise.withResolvers<Stream>();
    await b.node.handle(PROTOCOL, (stream) => {
      stream.pause();
      arrived.resolve(stream);
    });
    const stream = await here.newStream(PROTOCOL);
    const data = new Uint8Array(20_000_000).fill(5);
    const sending = sendAll(stream, data).then(() => stream.close());
    const reader = await arrived.promise;
    let before = -1;
    await vi.waitFor(
      () => {
        const same = before === reader.readBufferLength && before > 0;
        before = reader.readBufferLength;
        expect(same).toBe(true);
      },
      { timeout: 8_000, interval: 200 },
    );
    expect(reader.readBufferLength).toBeLessThan(2_000_000);
    expect(stream.writableNeedsDrain).toBe(true);
    const received = collect(reader);
    reader.resume();
    expect((await received).byteLength).toBe(data.byteLength);
    await sending;
  });

  test('a stream that one side aborts breaks at the other', async () => {
    const { b, here } = await pair();
    const arrived = Promise.withResolvers<Stream>();
    await b.node.handle(PROTOCOL, (stream) => arrived.resolve(stream));
    const stream = await here.newStream(PROTOCOL);
    stream.send(Uint8Array.of(1));
    const other = await arrived.promise;
    const broke = new Promise<unknown>((resolve) =>
      other.addEventListener('close', ({ error }) => resolve(error), { once: true }),
    );
    stream.abort(new Error('enough'));
    expect(await broke).toMatchObject({ name: 'StreamResetError' });
  });

  test('another peer than the address names is refused', async () => {
    const [a, b, c] = [await create(), await create(), await create()];
    const wrong = multiaddr(`/ip4/127.0.0.1/udp/${portOf(b)}/quic-v1/p2p/${c.node.peerId}`);
    await expect(a.node.dial(wrong, within(5_000))).rejects.toMatchObject({ name: 'UnexpectedPeerError' });
    expect(a.node.getConnections()).toEqual([]);
    await quiet(a, b);
    const nameless = multiaddr(`/ip4/127.0.0.1/udp/${portOf(b)}/quic-v1`);
    expect((await a.node.dial(nameless, within(5_000))).remotePeer).toEqual(b.node.peerId);
  });

  test('both sides may dial at once, between the same two ports', async () => {
    const [a, b] = [await create(), await create()];
    const opened = await Promise.all([
      a.node.dial(addressOf(b), { ...within(5_000), force: true }),
      b.node.dial(addressOf(a), { ...within(5_000), force: true }),
    ]);
    expect(opened.map(({ remotePeer }) => remotePeer)).toEqual([b.node.peerId, a.node.peerId]);
    await vi.waitFor(() => expect(a.node.getConnections().length).toBe(2), DEADLINE);
    expect([a.socket.flows.size, b.socket.flows.size]).toEqual([2, 2]);
    await b.node.handle(PROTOCOL, echo);
    await a.node.handle(PROTOCOL, echo);
    await Promise.all(
      opened.map(async (connection, index) => {
        const stream = await connection.newStream(PROTOCOL);
        const answer = collect(stream);
        await sendAll(stream, new Uint8Array(300_000).fill(index));
        await stream.close();
        expect(Buffer.compare(await answer, new Uint8Array(300_000).fill(index))).toBe(0);
      }),
    );
  });

  test('a closed connection is gone on both sides, flows included', async () => {
    const { a, b, here, there } = await pair();
    await here.close();
    await vi.waitFor(() => expect(there.status).not.toBe('open'), { timeout: 2_000, interval: 10 });
    await quiet(a, b);
    const again = await b.node.dial(addressOf(a), within(5_000));
    again.abort(new Error('enough'));
    await quiet(a, b);
    await vi.waitFor(() => expect(a.node.getConnections()).toEqual([]), DEADLINE);
  });

  test('a cancelled dial ends at once and leaves nothing', async () => {
    const a = await create();
    const silent = await plain();
    const address = multiaddr(`/ip4/127.0.0.1/udp/${silent.socket.address().port}/quic-v1`);
    const controller = new AbortController();
    const dialling = a.node.dial(address, { signal: controller.signal });
    await vi.waitFor(() => expect(silent.received).not.toEqual([]), DEADLINE);
    expect(a.socket.flows.size).toBe(1);
    controller.abort();
    await expect(dialling).rejects.toMatchObject({ name: 'AbortError' });
    await quiet(a);
  });

  test('a node that stops tells its peers and frees its port', async () => {
    const { a, b, here } = await pair();
    const port = portOf(b);
    await b.node.stop();
    await vi.waitFor(() => expect(here.status).not.toBe('open'), { timeout: 2_000, interval: 10 });
    await quiet(a, b);
    const c = await create([`/ip4/127.0.0.1/udp/${port}/quic-v1`]);
    expect(portOf(c)).toBe(port);
    await expect(create([`/ip4/127.0.0.1/udp/${port}/quic-v1`])).rejects.toThrow('EADDRINUSE');
  });

  test('a node that only dials needs no address', async () => {
    const [a, b] = [await create([]), await create()];
    await a.node.dial(addressOf(b), within(5_000));
    expect(await a.node.services.ping.ping(b.node.peerId)).toBeTypeOf('number');
  });

  test('IPv6 works beside IPv4, and wildcards name the addresses of the machine', async () => {
    const a = await create(['/ip4/0.0.0.0/udp/0/quic-v1', '/ip6/::/udp/0/quic-v1']);
    const b = await create(['/ip6/::1/udp/0/quic-v1']);
    const port = portOf(a);
    const texts = a.node.getMultiaddrs().map(String);
    expect(texts).toContain(`/ip4/127.0.0.1/udp/${port}/quic-v1/p2p/${a.node.peerId}`);
    expect(texts.filter((text) => text.includes('/udp/0/') || text.includes('::/'))).toEqual([]);
    const connection = await b.node.dial(
      multiaddr(`/ip6/::1/udp/${a.socket.port(6)}/quic-v1`),
      within(5_000),
    );
    expect(String(connection.remoteAddr)).toContain('/ip6/::1/');
    expect(await b.node.services.ping.ping(a.node.peerId)).toBeTypeOf('number');
  });

  test('plain QUIC nodes connect in both directions', async () => {
    const a = await create();
    const b = await createLibp2p({
      addresses: { listen: ['/ip4/127.0.0.1/udp/0/quic-v1'] },
      transports: [quic()],
    });
    closing.push(() => b.stop());
    const [address = multiaddr()] = b.getMultiaddrs();
    expect((await a.node.dial(address, within(5_000))).remotePeer).toEqual(b.peerId);
    await a.node.hangUp(b.peerId);
    await vi.waitFor(() => expect(b.getConnections()).toEqual([]), DEADLINE);
    expect((await b.dial(addressOf(a), within(5_000))).remotePeer).toEqual(a.node.peerId);
  });

  test('garbage does nothing, and a peer still gets in', async () => {
    const [a, b] = [await create(), await create()];
    const stranger = await plain();
    for (let count = 0; count < 300; count++) {
      const junk = crypto.getRandomValues(new Uint8Array(5 + ((count * 37) % 1400)));
      if (count % 3 === 0) junk.set([0xc0 | (count & 0xf), 0, 0, 0, 1]);
      stranger.socket.send(junk, portOf(b), '127.0.0.1');
    }
    await vi.waitFor(() => expect(b.total.receivedBytes).toBeGreaterThan(100_000), DEADLINE);
    expect(b.socket.flows.halfOpen).toBeLessThanOrEqual(8);
    await a.node.dial(addressOf(b), within(5_000));
  });

  test('a flood of handshakes from forged addresses keeps the limit, and a peer still gets in', async () => {
    const [a, b] = [await create(), await create()];
    const openings = await captureOpenings(200, plain);
    const senders = await Promise.all(openings.map((_, index) => plain(`127.0.1.${1 + (index % 200)}`)));
    for (const [index, packet] of openings.entries())
      senders[index]?.socket.send(packet, portOf(b), '127.0.0.1');
    await vi.waitFor(() => expect(b.socket.flows.halfOpen).toBe(MAX_HALF_OPEN_FLOWS), DEADLINE);
    // The server answered each, so the handshakes were real.
    await vi.waitFor(() => expect(senders.at(-1)?.received).not.toEqual([]), DEADLINE);
    expect(b.socket.flows.size).toBe(MAX_HALF_OPEN_FLOWS);
    await a.node.dial(addressOf(b), within(3_000));
    await vi.waitFor(() => expect(b.node.getPeers()).toEqual([a.node.peerId]), DEADLINE);
  });
});

/** The first packets of many dials of real QUIC clients. */
async function captureOpenings(
  count: number,
  plain: () => ReturnType<typeof createPlainSocket>,
): Promise<Buffer[]> {
  const trap = await plain();
  const client = await createLibp2p({
    transports: [quic()],
    connectionManager: { maxParallelDials: count },
  });
  const address = multiaddr(`/ip4/127.0.0.1/udp/${trap.socket.address().port}/quic-v1`);
  const openings = new Map<string, Buffer>();
  const controller = new AbortController();
  // On a busy machine a dial may fail before its first packet is sent.
  const dialling = Array.from({ length: count }, async () => {
    while (!controller.signal.aborted) {
      await client.dial(address, { force: true, signal: controller.signal }).catch(() => {});
    }
  });
  await vi.waitFor(() => {
    for (const packet of trap.received) openings.set(packet.subarray(6, 14).toString('hex'), packet);
    expect(openings.size).toBeGreaterThanOrEqual(count);
  }, DEADLINE);
  controller.abort();
  await client.stop();
  await Promise.all(dialling);
  return [...openings.values()].slice(0, count);
}

async function echo(stream: Stream): Promise<void> {
  for await (const chunk of stream) await sendAll(stream, chunk.subarray());
  await stream.close();
}

async function sendAll(stream: Stream, data: Uint8Array): Promise<void> {
  for (let at = 0; at < data.byteLength; at += 50_000) {
    if (!stream.send(data.subarray(at, at + 50_000))) await stream.onDrain(within(20_000));
  }
}

async function collect(stream: Stream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk.subarray());
  return Buffer.concat(chunks);
}
