import { connect } from 'node:net';
import { multiaddr } from '@multiformats/multiaddr';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MAX_MESSAGE_BYTES, type Transport } from '../../log/transport.ts';
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

/** The messages that the node's handler read from its next channel, and the failure that ended it. */
function readNext(node: Transport): { messages: string[]; over: Promise<unknown> } {
  const messages: string[] = [];
  const over = new Promise<unknown>((resolve) => {
    node.handle(PROTOCOL, async (channel) => {
      try {
        for await (const message of channel.receive()) messages.push(text(message));
        resolve('end');
      } catch (error) {
        resolve(error);
        throw error;
      }
    });
  });
  return { messages, over };
}

describe('bad peers', () => {
  test('a message announced over the limit breaks the channel at once', async () => {
    const { transport } = await network.started();
    const read = readNext(transport);
    const rude = await network.stranger();
    const stream = await rude.dialProtocol(multiaddr(addressOf(transport)), PROTOCOL);
    const header = new DataView(new ArrayBuffer(4));
    header.setUint32(0, MAX_MESSAGE_BYTES + 1);
    stream.send(new Uint8Array(header.buffer));
    expect(await read.over).toMatchObject({ code: 'message-too-large' });
    await vi.waitFor(() => expect(stream.status).toBe('reset'), DEADLINE);
  });

  test('a peer that disconnects in mid-message breaks the channel; complete messages are kept', async () => {
    const { transport } = await network.started();
    const read = readNext(transport);
    const rude = await network.stranger();
    const stream = await rude.dialProtocol(multiaddr(addressOf(transport)), PROTOCOL);
    stream.send(Uint8Array.of(0, 0, 0, 2, 104, 105, 0, 0, 0, 9, 120));
    await stream.close();
    expect(await read.over).toMatchObject({ code: 'channel-broken' });
    expect(read.messages).toEqual(['hi']);
  });

  test('a peer that never finishes a message times out after a minute', async () => {
    const clock = new ManualClock();
    const { transport } = await network.started({ clock });
    const read = readNext(transport);
    const rude = await network.stranger();
    const stream = await rude.dialProtocol(multiaddr(addressOf(transport)), PROTOCOL);
    stream.send(Uint8Array.of(0, 0, 0, 2, 104, 105, 0, 0));
    await vi.waitFor(() => expect(read.messages).toEqual(['hi']), DEADLINE);
    clock.advance(59_000);
    stream.send(Uint8Array.of(0));
    await vi.waitFor(() => {
      clock.advance(1_000);
      expect(stream.status).toBe('reset');
    }, DEADLINE);
    expect(await read.over).toMatchObject({ code: 'channel-stalled' });
  });

  test('random bytes on the port do no harm', async () => {
    const { transport } = await network.started();
    const port = portOf(transport);
    const sockets = Array.from({ length: 8 }, () => connect(port, '127.0.0.1'));
    network.onClose(() => sockets.map((socket) => socket.destroy()));
    for (const socket of sockets) {
      socket.on('error', () => {});
      socket.write(crypto.getRandomValues(new Uint8Array(5000)));
    }
    const other = await network.started();
    expect(await other.transport.dial(addressOf(transport))).toBe(transport.self);
  });

  test('live messages over the limit are dropped and lower the score', async () => {
    const { transport } = await network.started();
    const heard: number[] = [];
    transport.subscribe('t', async (data) => {
      heard.push(data.byteLength);
      return 'accept';
    });
    const rude = await network.stranger();
    rude.services.gossip.subscribe('t');
    await rude.dial(multiaddr(addressOf(transport)));
    await vi.waitFor(() => expect(rude.services.gossip.getSubscribers('t')).toHaveLength(1), DEADLINE);
    for (const fill of [1, 2, 3]) {
      await rude.services.gossip.publish('t', new Uint8Array(300 * 1024).fill(fill));
    }
    await vi.waitFor(() => expect(transport.peers()[0]?.score).toBeLessThan(0), DEADLINE);
    expect(heard).toEqual([]);
  });

  test('a peer whose messages are rejected repeatedly is disconnected and banned', async () => {
    const [a, b] = [await network.started(), await network.started()];
    a.transport.subscribe('t', async () => 'accept');
    b.transport.subscribe('t', async (data) => (text(data).startsWith('bad') ? 'reject' : 'accept'));
    await a.transport.dial(addressOf(b.transport));
    await vi.waitFor(async () => {
      await a.transport.publish('t', bytes(`bad ${performance.now()}`));
      expect(b.transport.peers()).toEqual([]);
      expect(a.transport.peers()).toEqual([]);
    }, DEADLINE);
    await expect(a.transport.dial(addressOf(b.transport))).rejects.toMatchObject({ name: 'Problem' });
    expect(b.transport.peers()).toEqual([]);
  });
});

describe('limits', () => {
  test('a full node accepts no more connections and keeps those it has', async () => {
    const full = await network.started({ maxConnections: 2 });
    for (let count = 0; count < 2; count++) {
      const { transport } = await network.started();
      await transport.dial(addressOf(full.transport));
    }
    const late = await network.started();
    await expect(late.transport.dial(addressOf(full.transport))).rejects.toMatchObject({ name: 'Problem' });
    await vi.waitFor(() => expect(full.transport.peers()).toHaveLength(2), DEADLINE);
  });

  test('a taken port is reported, with a remedy', async () => {
    const first = await network.started();
    const second = await network.node({ listen: first.network.listening() });
    await expect(second.transport.start()).rejects.toMatchObject({
      code: 'port-taken',
      remedy: expect.stringContaining('port'),
    });
  });

  test.each(['/ip4/224.0.0.1/tcp/4001', '/ip4/0.0.0.0/tcp/4001', '/ip6/ff02::1/tcp/4001'])(
    '%s leads nowhere and is not dialled',
    async (address) => {
      const { transport } = await network.started();
      await expect(transport.dial(address)).rejects.toMatchObject({ code: 'dial-denied' });
    },
  );

  test('another node at a known address is not taken for the expected one', async () => {
    const [a, b, c] = [await network.started(), await network.started(), await network.node()];
    const forged = addressOf(b.transport).replace(b.transport.self, c.transport.self);
    await expect(a.transport.dial(forged)).rejects.toMatchObject({ code: 'dial-other-node' });
  });
});
