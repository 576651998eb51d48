import { networkContract } from '../../federation/network.contract.ts';
import { utf8 } from '../../kernel/bytes.ts';
import { systemClock } from '../../kernel/clock.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { transportContract } from '../../log/transport.contract.ts';
import { immediateVerifier } from '../crypto/ed25519.ts';
import { signerOf } from '../keys/ed25519.ts';
import { createMemoryNetwork } from './network.ts';

transportContract('memory', async () => {
  const network = createMemoryNetwork({ clock: systemClock });
  network.shape({ delayMs: 1 });
  const nodes: ReturnType<typeof network.transport>[] = [];
  return {
    node: async () => {
      const node = network.transport(`node-${nodes.length}`);
      nodes.push(node);
      return node;
    },
    close: async () => {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
});

networkContract('memory', async () => {
  const memory = createMemoryNetwork({ clock: systemClock });
  const nodes: ReturnType<typeof memory.transport>[] = [];
  return {
    verifier: immediateVerifier,
    node: async () => {
      const name = `node-${nodes.length}`;
      const transport = memory.transport(name);
      nodes.push(transport);
      return { transport, network: memory.view(name, (peer) => signerOf(sha256(utf8(peer)))) };
    },
    close: async () => {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
});
