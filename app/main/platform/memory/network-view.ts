import type { Network } from '../../federation/ports.ts';
import type { Signer } from '../../kernel/signer.ts';
import type { Transport } from '../../log/transport.ts';
import type { World } from './network-node.ts';

const ADDRESS = /^\/memory\/([^/]+)$/;

/**
 * The `Network` of one node in a memory network, where all nodes are on the internet, without routers or
 * relays.
 */
export function memoryNetworkView(
  name: string,
  world: World,
  node: Transport,
  signerOf: (name: string) => Signer,
): Network {
  const sum = (pick: (link: { sentBytes: number; receivedBytes: number }) => number) =>
    node.peers().reduce((total, link) => total + pick(link), 0);
  const isReachable = (address: string) => {
    const peer = ADDRESS.exec(address)?.[1];
    return peer !== undefined && world.node(peer)?.running === true && !world.separated(name, peer);
  };
  return {
    read(address) {
      const peer = ADDRESS.exec(address)?.[1];
      if (peer === undefined) return null;
      return { host: peer, port: 1, way: 'tcp', scope: 'internet', isName: false, relay: null, peer };
    },
    resolve: async (address) => [address],
    listening: () => node.addresses(),
    isNeighbour: () => false,
    observed: () => [],
    ports: () => ({ state: 'off', mapped: [], gateway: null }),
    relays: () => [],
    udpPort: () => null,
    sentBytes: () => sum(({ sentBytes }) => sentBytes),
    receivedBytes: () => sum(({ receivedBytes }) => receivedBytes),
    onChange: () => () => {},
    announce() {},
    dialBack: async (_peer, address) => {
      await world.pause(2 * world.roundTripMs(name, ADDRESS.exec(address)?.[1] ?? name));
      return isReachable(address);
    },
    reserve: async () => {},
    relayFor() {},
    observe: async () => null,
    punch: async () => false,
    signer: signerOf(name),
    keyOf: (peer) => signerOf(peer).publicKey,
  };
}
