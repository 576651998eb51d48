import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { multiaddr } from '@multiformats/multiaddr';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Channel, Transport } from '../../log/transport.ts';
import { pooledVerifier } from '../crypto/ed25519.ts';
import {
  addressOf,
  bytes,
  createTestNetwork,
  DEADLINE,
  ManualClock,
  portOf,
  PROTOCOL,
  text,
  type TestNetwork,
} from './test-network.ts';

let network: TestNetwork;
beforeEach(() => {
  network = createTestNetwork();
});
afterEach(() => network.close());

describe('paths to a peer', () => {
  test('a node that cannot be dialled is reached through a relay: gossip and channels work', async () => {
    const relay = await network.started({ relayServer: true });
    const hidden = await network.started({ listen: [] });
    const visitor = await network.started();
    expect(hidden.transport.addresses()).toEqual([]);
    await hidden.transport.dial(addressOf(relay.transport));
    relay.network.relayFor((peer) => peer === hidden.transport.self);
    await hidden.network.reserve(relay.transport.self);
    const address = addressOf(hidden.transport);
    expect(address).toContain('/p2p-circuit');
    expect(hidden.network.relays()).toEqual([{ relay: relay.transport.self, addresses: [address] }]);

    const heard: string[] = [];
    hidden.transport.subscribe('t', async (data) => {
      heard.push(text(data));
      return 'accept';
    });
    visitor.transport.subscribe('t', async () => 'accept');
    hidden.transport.handle(PROTOCOL, echo);
    await visitor.transport.dial(address);
    const link = () => visitor.transport.peers().find(({ peer }) => peer === hidden.transport.self);
    expect(link()).toMatchObject({ via: 'relay', version: 'impulse-test/1' });

    const channel = await visitor.transport.open(hidden.transport.self, PROTOCOL);
    const message = new Uint8Array(300_000).fill(5);
    await channel.send(message);
    await channel.close();
    const { value } = await channel.receive().next();
    expect(value).toEqual(message);
    expect(link()?.sentBytes).toBeGreaterThan(300_000);

    await vi.waitFor(async () => {
      await visitor.transport.publish('t', bytes(`through the relay ${performance.now()}`));
      expect(heard.length).toBeGreaterThan(0);
    }, DEADLINE);
  });

  test('gossip continues when a direct connection replaces a relayed one', async () => {
    const relay = await network.started({ relayServer: true });
    const [a, b] = [await network.started(), await network.started()];
    const direct = addressOf(b.transport);
    const heard: Record<'a' | 'b', string[]> = { a: [], b: [] };
    const listen = (node: Transport, into: string[]) =>
      node.subscribe('t', async (data) => {
        into.push(text(data));
        return 'accept';
      });
    listen(a.transport, heard.a);
    listen(b.transport, heard.b);
    await b.transport.dial(addressOf(relay.transport));
    relay.network.relayFor(() => true);
    await b.network.reserve(relay.transport.self);
    const relayed = b.transport.addresses().find((address) => address.includes('/p2p-circuit')) ?? '';
    await a.transport.dial(relayed);
    await a.transport.dial(direct);
    const link = () => a.transport.peers().find(({ peer }) => peer === b.transport.self);
    expect(link()).toMatchObject({ via: 'direct' });

    await relay.transport.stop();
    await vi.waitFor(() => {
      expect(a.transport.peers()).toHaveLength(1);
      expect(b.transport.peers()).toHaveLength(1);
    }, DEADLINE);
    heard.a.length = 0;
    heard.b.length = 0;
    await vi.waitFor(async () => {
      await a.transport.publish('t', bytes(`from a ${performance.now()}`));
      await b.transport.publish('t', bytes(`from b ${performance.now()}`));
      expect([heard.a.length > 0, heard.b.length > 0]).toEqual([true, true]);
    }, DEADLINE);
    expect(link()).toMatchObject({ via: 'direct' });
  });

  test('a broken gossip stream on a live connection is opened again', async () => {
    const clock = new ManualClock();
    const { transport } = await network.started({ clock });
    transport.subscribe('t', async () => 'accept');
    const peer = await network.stranger();
    const heard: string[] = [];
    peer.services.gossip.addEventListener('message', ({ detail }) => heard.push(text(detail.data)));
    peer.services.gossip.subscribe('t');
    const connection = await peer.dial(multiaddr(addressOf(transport)));
    const say = async (what: string) => {
      await transport.publish('t', bytes(`${what} ${performance.now()}`));
      expect(heard.some((message) => message.startsWith(what))).toBe(true);
    };
    await vi.waitFor(() => say('before'), DEADLINE);

    const gossip = connection.streams.filter(
      ({ protocol, direction }) => protocol.startsWith('/meshsub') && direction === 'inbound',
    );
    expect(gossip).toHaveLength(1);
    for (const stream of gossip) stream.abort(new Error('too slow'));
    await vi.waitFor(
      async () => expect(await transport.publish('t', bytes(`${heard.length}`))).toBe(0),
      DEADLINE,
    );
    clock.advance(15_000);
    await vi.waitFor(() => say('after'), DEADLINE);
  });

  test('connections that died while the machine slept are dropped on waking', async () => {
    const [a, b] = [await network.started(), await network.started()];
    const line = await silentLine(portOf(b.transport));
    const address = `/ip4/127.0.0.1/tcp/${line.port}/p2p/${b.transport.self}`;
    const lost: string[] = [];
    await a.transport.dial(address);
    a.transport.onPeer(({ kind, peer }) => kind === 'lost' && lost.push(peer));
    line.fallSilent();
    await a.transport.resume();
    await vi.waitFor(() => expect(lost).toEqual([b.transport.self]), DEADLINE);
    expect(a.transport.peers()).toEqual([]);
  });

  test('traffic is counted for the peer and in total', async () => {
    const [a, b] = [await network.started(), await network.started()];
    b.transport.handle(PROTOCOL, echo);
    await a.transport.dial(addressOf(b.transport));
    const channel = await a.transport.open(b.transport.self, PROTOCOL);
    await channel.send(new Uint8Array(100_000));
    await channel.close();
    await channel.receive().next();
    const [link] = a.transport.peers();
    expect(link?.sentBytes).toBeGreaterThan(100_000);
    expect(link?.receivedBytes).toBeGreaterThan(100_000);
    expect(a.network.sentBytes()).toBeGreaterThanOrEqual(link?.sentBytes ?? 0);
    expect(b.network.receivedBytes()).toBeGreaterThan(100_000);
  });

  test('[W1] a relay gives places only to members', async () => {
    const relay = await network.started({ relayServer: true });
    const stranger = await network.started({ listen: [] });
    await stranger.transport.dial(addressOf(relay.transport));
    await expect(stranger.network.reserve(relay.transport.self)).rejects.toMatchObject({
      code: 'relay-refused',
    });
    relay.network.relayFor((peer) => peer === stranger.transport.self);
    await stranger.network.reserve(relay.transport.self);
    expect(stranger.network.relays()).toHaveLength(1);
  });

  test('a place lost with its relay is taken again without a second listener', async () => {
    const relay = await network.started({ relayServer: true });
    const hidden = await network.started({ listen: [] });
    relay.network.relayFor(() => true);
    const address = addressOf(relay.transport);
    for (let turn = 0; turn < 3; turn++) {
      await hidden.transport.dial(address);
      await hidden.network.reserve(relay.transport.self);
      expect(hidden.network.relays()).toMatchObject([{ relay: relay.transport.self }]);
      expect(hidden.network.relays()[0]?.addresses).toHaveLength(1);
      await hidden.transport.disconnect(relay.transport.self);
      await vi.waitFor(() => expect(hidden.network.relays()).toEqual([]), DEADLINE);
    }
  });

  test('a node announces what its federation sets; until then, its listening addresses', async () => {
    const { transport, network: view } = await network.started();
    expect(view.listening()).toEqual([addressOf(transport).replace(/\/p2p\/.*/, '')]);
    view.announce(['/ip4/192.0.2.7/tcp/4001']);
    expect(transport.addresses()).toEqual(['/ip4/192.0.2.7/tcp/4001']);
    expect(view.ports()).toEqual({ state: 'off', mapped: [], gateway: null });
    expect(view.relays()).toEqual([]);
  });

  test('a dial-back proves who answers, and does not affect the existing connection', async () => {
    const [a, b] = [await network.started(), await network.started()];
    await a.transport.dial(addressOf(b.transport));
    const lost: string[] = [];
    for (const node of [a, b]) node.transport.onPeer(({ kind, peer }) => kind === 'lost' && lost.push(peer));
    const signal = AbortSignal.timeout(5000);
    expect(await b.network.dialBack(a.transport.self, addressOf(a.transport), signal)).toBe(true);
    expect(await b.network.dialBack(b.transport.self, addressOf(a.transport), signal)).toBe(false);
    expect(await b.network.dialBack(a.transport.self, '/ip4/127.0.0.1/tcp/1', signal)).toBe(false);
    expect([lost, a.transport.peers().length, b.transport.peers().length]).toEqual([[], 1, 1]);
  });

  test('the key of a peer id verifies what the node signs', async () => {
    const [a, b] = [await network.started(), await network.started()];
    const message = bytes('a record');
    const publicKey = b.network.keyOf(a.transport.self);
    const signature = a.network.signer.sign(message);
    expect(await pooledVerifier.verify([{ publicKey: publicKey!, message, signature }])).toEqual([true]);
    expect(b.network.keyOf('12D3KooWnot')).toBeNull();
  });
});

async function echo(channel: Channel): Promise<void> {
  for await (const message of channel.receive()) await channel.send(message);
}

/** A proxy to a port that can go silent without closing, as when a machine sleeps. */
async function silentLine(port: number): Promise<{ port: number; fallSilent(): void }> {
  const sockets: Socket[] = [];
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.push(from);
      from.on('error', () => {});
      from.on('data', (data) => to.write(data));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  network.onClose(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address() as AddressInfo;
  return {
    port: address.port,
    fallSilent: () => {
      for (const socket of sockets) socket.removeAllListeners('data');
    },
  };
}
