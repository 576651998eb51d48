import { expect, test, vi } from 'vitest';
import { signerOf } from '../platform/keys/ed25519.ts';
import { createLibp2pTransport } from '../platform/libp2p/index.ts';
import { systemClock, systemRandom } from '../kernel/clock.ts';
import { ReplaceableNetwork } from './replaceable-network.ts';

const DEADLINE = { timeout: 10_000, interval: 20 };

/** A real network on loopback, with a peer id by number. */
const pairOf = (number: number) => {
  const privateKey = new Uint8Array(32).fill(number);
  return createLibp2pTransport({
    privateKey,
    signer: signerOf(privateKey),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    agentVersion: 'impulse-test/1',
    localDiscovery: false,
    relayServer: false,
    maxConnections: 20,
    clock: systemClock,
    random: systemRandom,
  });
};

test('topics, protocols and listeners carry over to the network that replaces another', async () => {
  const [first, second, peer] = [await pairOf(1), await pairOf(1), await pairOf(2)];
  const node = new ReplaceableNetwork(first);
  const { transport } = node;
  const changes: string[] = [];
  const heard: string[] = [];
  transport.onPeer(({ kind }) => changes.push(kind));
  transport.handle('/echo/1', async (channel) => {
    for await (const message of channel.receive()) await channel.send(message);
  });
  transport.subscribe('t', async (data) => {
    heard.push(new TextDecoder().decode(data));
    return 'accept';
  });
  peer.transport.subscribe('t', async () => 'accept');
  await Promise.all([transport.start(), peer.transport.start()]);
  await peer.transport.dial(transport.addresses()[0]!);
  await vi.waitFor(() => expect(changes).toEqual(['connected']), DEADLINE);

  node.pause();
  await first.transport.stop();
  await expect(transport.dial(peer.transport.addresses()[0]!)).rejects.toMatchObject({
    code: 'network-changing',
  });
  node.replace(second);
  await transport.start();
  node.resume();
  // Both networks have one peer id: a dial would return the old connection while it closes.
  await vi.waitFor(() => expect(peer.transport.peers()).toEqual([]), DEADLINE);
  await peer.transport.dial(transport.addresses()[0]!);
  await vi.waitFor(() => expect(changes).toEqual(['connected', 'lost', 'connected']), DEADLINE);
  const channel = await peer.transport.open(transport.self, '/echo/1');
  await channel.send(Uint8Array.of(7));
  await channel.close();
  const { value } = await channel.receive().next();
  expect([...(value ?? [])]).toEqual([7]);
  await vi.waitFor(async () => {
    await peer.transport.publish('t', new TextEncoder().encode(`${performance.now()}`));
    expect(heard.length).toBeGreaterThan(0);
  }, DEADLINE);
  await Promise.all([transport.stop(), peer.transport.stop()]);
});
