import { connect } from 'node:net';
import type { Stream } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Transport } from '../../log/transport.ts';
import {
  addressOf,
  createTestNetwork,
  DEADLINE,
  ManualClock,
  portOf,
  PROTOCOL,
  type TestNetwork,
  type TestNode,
} from './test-network.ts';

const MAX_CONNECTIONS = 32;

let network: TestNetwork;
beforeEach(() => {
  network = createTestNetwork();
});
afterEach(() => network.close());

const strangers = (count: number) => Promise.all(Array.from({ length: count }, () => network.stranger()));

/** A node that knows the peers in `members`, and answers each message with the same. */
async function host(
  members: ReadonlySet<string>,
  clock = new ManualClock(),
): Promise<TestNode & { clock: ManualClock }> {
  const node = await network.started({ maxConnections: MAX_CONNECTIONS, clock });
  node.transport.reserveFor((peer) => (members.has(peer) ? peer : null));
  node.transport.handle(PROTOCOL, async (channel) => {
    for await (const message of channel.receive()) await channel.send(message);
  });
  return { ...node, clock };
}

/** Whether the host echoes a message to a node. */
async function echoes(node: Transport, peer: string): Promise<boolean> {
  try {
    const channel = await node.open(peer, PROTOCOL);
    await channel.send(Uint8Array.of(7));
    const { value } = await channel.receive().next();
    await channel.close();
    return (value as Uint8Array | undefined)?.[0] === 7;
  } catch {
    return false;
  }
}

const connections = (peers: readonly { getConnections(): unknown[] }[]) =>
  peers.filter((peer) => peer.getConnections().length > 0).length;

describe('connections', () => {
  test('[FG2] a hundred idle connections from one address leave room for members and for a newcomer', async () => {
    const members = new Set<string>();
    const { transport, clock } = await host(members);
    const rude = await strangers(100);
    await Promise.allSettled(rude.map((peer) => peer.dial(multiaddr(addressOf(transport)))));
    await vi.waitFor(() => expect(transport.peers()).toHaveLength(MAX_CONNECTIONS / 8), DEADLINE);
    // Members get the reserved places at once.
    for (let count = 0; count < MAX_CONNECTIONS / 2; count++) {
      const member = await network.node();
      members.add(member.transport.self);
      await member.transport.start();
      expect(await member.transport.dial(addressOf(transport))).toBe(transport.self);
    }
    // A newcomer from the same address gets the place of an idle one after its turn.
    const newcomer = await network.started();
    await expect(newcomer.transport.dial(addressOf(transport))).rejects.toMatchObject({ name: 'Problem' });
    clock.advance(1000);
    expect(await newcomer.transport.dial(addressOf(transport))).toBe(transport.self);
    expect(await echoes(newcomer.transport, transport.self)).toBe(true);
    const ids = transport.peers().map(({ peer }) => peer);
    expect(ids.filter((peer) => !members.has(peer))).toHaveLength(MAX_CONNECTIONS / 8);
    expect(ids).toEqual(expect.arrayContaining([...members, newcomer.transport.self]));
  });

  test('[FG2] a stranger that passes no message is disconnected; one that does, or proves to be a member, stays', async () => {
    const members = new Set<string>();
    const { transport, clock } = await host(members);
    const [silent] = await strangers(1);
    await silent!.dial(multiaddr(addressOf(transport)));
    const [busy, member] = [await network.started(), await network.started()];
    for (const node of [busy, member]) await node.transport.dial(addressOf(transport));
    await vi.waitFor(() => expect(transport.peers()).toHaveLength(3), DEADLINE);
    clock.advance(15_000);
    members.add(member.transport.self);
    expect(await echoes(busy.transport, transport.self)).toBe(true);
    clock.advance(6000);
    await vi.waitFor(() => expect(connections([silent!])).toBe(0), DEADLINE);
    expect(
      transport
        .peers()
        .map(({ peer }) => peer)
        .toSorted(),
    ).toEqual([busy.transport.self, member.transport.self].toSorted());
  });

  test('[FG4] sockets that never begin the handshake give way to those that do', async () => {
    const clock = new ManualClock();
    const { transport } = await host(new Set(), clock);
    const sockets = Array.from({ length: 100 }, () => connect(portOf(transport), '127.0.0.1'));
    const closed = new Set<unknown>();
    for (const socket of sockets) {
      socket.on('error', () => {});
      socket.on('close', () => closed.add(socket));
      socket.resume();
    }
    network.onClose(() => sockets.map((socket) => socket.destroy()));
    await vi.waitFor(() => expect(closed.size).toBe(84), DEADLINE);
    clock.advance(1000);
    const newcomer = await network.started();
    expect(await newcomer.transport.dial(addressOf(transport))).toBe(transport.self);
  });
});

describe('channels', () => {
  test('[FG3] strangers’ silent channels leave room in every protocol, and are closed in seconds', async () => {
    const members = new Set<string>();
    const { transport, clock } = await host(members);
    const rude = await strangers(4);
    const streams: Stream[] = [];
    for (const peer of rude) {
      await peer.dial(multiaddr(addressOf(transport)));
      for (let count = 0; count < 10; count++)
        streams.push(await peer.dialProtocol(multiaddr(addressOf(transport)), PROTOCOL));
    }
    const open = () => streams.filter(({ status }) => status === 'open').length;
    await vi.waitFor(() => expect(open()).toBe(8), DEADLINE);
    const member = await network.node();
    members.add(member.transport.self);
    await member.transport.start();
    await member.transport.dial(addressOf(transport));
    expect(await echoes(member.transport, transport.self)).toBe(true);
    clock.advance(10_000);
    await vi.waitFor(() => expect(open()).toBe(0), DEADLINE);
  });

  test('[FG6] a hundred thousand tiny messages to a reader that starts late arrive in order', async () => {
    const node = await network.started();
    const counted: number[] = [];
    let go = () => {};
    const ready = new Promise<void>((resolve) => (go = resolve));
    const done = new Promise<void>((resolve) =>
      node.transport.handle(PROTOCOL, async (channel) => {
        await ready;
        for await (const message of channel.receive()) counted.push(message[0]!);
        resolve();
      }),
    );
    const peer = await network.started();
    await peer.transport.dial(addressOf(node.transport));
    const channel = await peer.transport.open(node.transport.self, PROTOCOL);
    const sent = (async () => {
      for (let count = 0; count < 100_000; count++) {
        // By then far more has arrived than the inbox takes.
        if (count === 30_000) go();
        await channel.send(Uint8Array.of(count % 251));
      }
      await channel.close();
    })();
    await Promise.all([sent, done]);
    expect(counted).toHaveLength(100_000);
    expect(counted.every((byte, at) => byte === at % 251)).toBe(true);
  });

  test('[FG6] a peer that sends one-byte frames is disconnected', async () => {
    const { transport } = await host(new Set());
    const [rude] = await strangers(1);
    const stream = await rude!.dialProtocol(multiaddr(addressOf(transport)), PROTOCOL);
    let sent = 0;
    const next = (): void => {
      for (let count = 0; count < 100 && stream.status === 'open'; count++, sent++)
        stream.send(Uint8Array.of(0));
      if (stream.status === 'open' && sent < 1_000_000) setImmediate(next);
    };
    next();
    await vi.waitFor(() => expect(connections([rude!])).toBe(0), DEADLINE);
    expect(transport.peers()).toEqual([]);
  });
});
