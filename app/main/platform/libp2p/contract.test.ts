import { transportContract } from '../../log/transport.contract.ts';
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
