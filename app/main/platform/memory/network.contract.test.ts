import { systemClock } from '../../kernel/clock.ts';
import { transportContract } from '../../log/transport.contract.ts';
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
