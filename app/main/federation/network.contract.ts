import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Verifier } from '../kernel/signer.ts';
import type { Transport } from '../log/transport.ts';
import type { Network } from './ports.ts';

/** A network on which the contract is tested. */
export interface NetworkWorld {
  readonly verifier: Verifier;
  /** A new node, not started. */
  node(): Promise<{ readonly transport: Transport; readonly network: Network }>;
  /** Stops every node. */
  close(): Promise<void>;
}

const DEADLINE = { timeout: 8000, interval: 10 };

/** The contract of the `Network` port, run on each adapter. */
export function networkContract(name: string, createWorld: () => Promise<NetworkWorld>): void {
  describe(`network contract: ${name}`, { timeout: 30_000 }, () => {
    let world: NetworkWorld;
    beforeEach(async () => {
      world = await createWorld();
    });
    afterEach(() => world.close());

    const started = async () => {
      const node = await world.node();
      await node.transport.start();
      return node;
    };
    const addressOf = ({ transport }: { transport: Transport }) => transport.addresses()[0]!;
    const signal = () => AbortSignal.timeout(8000);

    test('an address of a node names the node and its scope', async () => {
      const { transport, network } = await started();
      expect(network.read(addressOf({ transport }))).toMatchObject({
        peer: transport.self,
        relay: null,
        isName: false,
      });
      expect(network.read('no address')).toBeNull();
      expect(network.listening().length).toBeGreaterThan(0);
    });

    test('a dial-back tells a running node from one that stopped, and makes no peer', async () => {
      const [a, b] = [await started(), await started()];
      const address = addressOf(b);
      expect(await a.network.dialBack(b.transport.self, address, signal())).toBe(true);
      expect(a.transport.peers()).toEqual([]);
      await b.transport.stop();
      expect(await a.network.dialBack(b.transport.self, address, signal())).toBe(false);
    });

    test('a dial-back does not affect the existing connection', async () => {
      const [a, b] = [await started(), await started()];
      await a.transport.dial(addressOf(b));
      await vi.waitFor(() => expect(b.transport.peers()).toHaveLength(1), DEADLINE);
      expect(await b.network.dialBack(a.transport.self, addressOf(a), signal())).toBe(true);
      expect([a.transport.peers().length, b.transport.peers().length]).toEqual([1, 1]);
    });

    test('others verify what a node signs by its peer id', async () => {
      const [a, b] = [await started(), await started()];
      const message = new TextEncoder().encode('a record');
      const signature = a.network.signer.sign(message);
      const check = async (peer: string) => {
        const publicKey = b.network.keyOf(peer)!;
        const [genuine] = await world.verifier.verify([{ publicKey, message, signature }]);
        return genuine;
      };
      expect(await check(a.transport.self)).toBe(true);
      expect(await check(b.transport.self)).toBe(false);
    });

    test('without routers, relays and UDP none are reported, and nothing is opened', async () => {
      const { network } = await started();
      expect(network.ports()).toEqual({ state: 'off', mapped: [], gateway: null });
      expect(network.relays()).toEqual([]);
      expect(network.observed()).toEqual([]);
      expect(network.udpPort()).toBeNull();
      const endpoint = { host: '192.0.2.7', port: 4001 };
      expect(await network.observe(endpoint, signal())).toBeNull();
      expect(await network.punch('nobody', [endpoint], new Uint8Array(16), true, signal())).toBe(false);
    });
  });
}
