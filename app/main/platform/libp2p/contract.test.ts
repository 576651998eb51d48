import { networkContract } from '../../federation/network.contract.ts';
import { transportContract } from '../../log/transport.contract.ts';
import { pooledVerifier } from '../crypto/ed25519.ts';
import { createTestNetwork } from './test-network.ts';

transportContract('libp2p over TCP', async () => {
  const network = createTestNetwork();
  return { node: async () => (await network.node()).transport, close: () => network.close() };
});

transportContract('libp2p over WebSocket', async () => {
  const network = createTestNetwork();
  const listen = ['/ip4/127.0.0.1/tcp/0/ws'];
  return { node: async () => (await network.node({ listen })).transport, close: () => network.close() };
});

transportContract('libp2p over QUIC on the shared UDP port', async () => {
  const network = createTestNetwork();
  const listen = ['/ip4/127.0.0.1/udp/0/quic-v1'];
  return { node: async () => (await network.node({ listen })).transport, close: () => network.close() };
});

networkContract('libp2p', async () => {
  const network = createTestNetwork();
  return { verifier: pooledVerifier, node: () => network.node(), close: () => network.close() };
});
