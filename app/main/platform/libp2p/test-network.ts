import { gossipsub, StrictNoSign, type GossipSub } from '@chainsafe/libp2p-gossipsub';
import { identify } from '@libp2p/identify';
import type { Libp2p } from '@libp2p/interface';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { createLibp2p } from 'libp2p';
import type { Network } from '../../federation/ports.ts';
import { systemClock, systemRandom, type Clock } from '../../kernel/clock.ts';
import type { Transport } from '../../log/transport.ts';
import { signerOf } from '../keys/ed25519.ts';
import { createLibp2pTransport, type NetworkInit } from './index.ts';

export interface TestNode {
  readonly transport: Transport;
  readonly network: Network;
}

/** The channel protocol of the tests. */
export const PROTOCOL = '/impulse/test/1';
/** How long a test waits for what other nodes do, in milliseconds. */
export const DEADLINE = { timeout: 10_000, interval: 20 };

export const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
export const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);

export interface TestNetwork {
  node(options?: Partial<NetworkInit>): Promise<TestNode>;
  started(options?: Partial<NetworkInit>): Promise<TestNode>;
  /** A plain libp2p peer that `close` stops. */
  stranger(): ReturnType<typeof createStranger>;
  /** Adds a step that `close` takes before it stops the nodes. */
  onClose(step: () => unknown): void;
  close(): Promise<void>;
}

/** Real nodes on 127.0.0.1, for tests; `close` stops all of them. */
export function createTestNetwork(): TestNetwork {
  const nodes: TestNode[] = [];
  const steps: (() => unknown)[] = [];
  const node = async (options: Partial<NetworkInit> = {}): Promise<TestNode> => {
    const privateKey = crypto.getRandomValues(new Uint8Array(32));
    const made = await createLibp2pTransport({
      privateKey,
      signer: signerOf(privateKey),
      listen: ['/ip4/127.0.0.1/tcp/0'],
      agentVersion: 'impulse-test/1',
      localDiscovery: false,
      relayServer: false,
      maxConnections: 50,
      clock: systemClock,
      random: systemRandom,
      ...options,
    });
    nodes.push(made);
    return made;
  };
  return {
    node,
    async started(options) {
      const made = await node(options);
      await made.transport.start();
      return made;
    },
    async stranger() {
      const peer = await createStranger();
      steps.push(() => peer.stop());
      return peer;
    },
    onClose: (step) => void steps.push(step),
    close: async () => {
      await Promise.all(steps.map((step) => step()));
      await Promise.all(nodes.map(({ transport }) => transport.stop()));
    },
  };
}

/** The first address of a node. */
export function addressOf(node: Transport): string {
  const address = node.addresses()[0];
  if (address === undefined) throw new Error('The node has no address.');
  return address;
}

/** The port in that address. */
export function portOf(node: Transport): number {
  return Number(/\/tcp\/(\d+)/.exec(addressOf(node))?.[1]);
}

/** A plain libp2p peer without this node's limits. */
export async function createStranger(): Promise<Libp2p<{ gossip: GossipSub }>> {
  return createLibp2p({
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: {
      identify: identify(),
      gossip: gossipsub({ globalSignaturePolicy: StrictNoSign, allowPublishToZeroTopicPeers: true }),
    },
  });
}

/** A clock that advances only when told to. */
export class ManualClock implements Clock {
  #now = 1_800_000_000_000;
  #tasks: { at: number; run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void): () => void {
    const task = { at: this.#now + delayMs, run };
    this.#tasks.push(task);
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== task);
    };
  }

  /** Advances time and runs due timers in order. */
  advance(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const [next] = this.#tasks.filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#tasks = this.#tasks.filter((other) => other !== next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = until;
  }
}
