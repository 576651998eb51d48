import { afterAll, beforeAll } from 'vitest';
import { FederationView, type Peer } from '../../app/contract/federation.ts';
import type { ReachWish } from '../../app/contract/federation.ts';
import type { LabHost } from './host.ts';
import { LabNode } from './lab-node.ts';
import { Measurements } from './measure.ts';
import { capable, ensureTools } from './tools.ts';
import { createWorld, type World } from './world.ts';

const LOOK_MS = 100;

ensureTools();
/** Why the lab cannot run here, or null. */
export const obstacle = capable();
if (obstacle !== null) console.log(`*** the network lab was skipped: ${obstacle} ***`);

/** One small internet for the tests of a file, with the nodes that they make; all end with them. */
export class Scenario {
  readonly measured = new Measurements();
  readonly #nodes: LabNode[] = [];
  #world: World | null = null;

  constructor() {
    beforeAll(() => {
      this.#world = createWorld();
    });
    afterAll(async () => {
      await Promise.allSettled(this.#nodes.map((node) => node.stop()));
      this.#world?.close();
      this.measured.print();
    });
  }

  get world(): World {
    if (this.#world === null) throw new Error('The world is made before the first test.');
    return this.#world;
  }

  /** A running node with default settings, and no community yet. */
  async node(host: LabHost, name: string): Promise<LabNode> {
    const node = new LabNode(this.world, host, name);
    this.#nodes.push(node);
    await node.serve();
    return node;
  }

  /** A running node of somebody who founded a community. */
  async founder(host: LabHost, name = 'founder'): Promise<LabNode> {
    const node = new LabNode(this.world, host, name);
    this.#nodes.push(node);
    await node.init({ community: 'Harbour', handle: name });
    await node.serve();
    return node;
  }
}

/** The federation room of a node. */
export async function viewOf(node: LabNode): Promise<FederationView> {
  return FederationView.parse(await node.call('federation.view'));
}

/** Waits until a node's federation room shows something; resolves to how long that took, in milliseconds. */
export async function until(
  node: LabNode,
  withinMs: number,
  wanted: (view: FederationView) => boolean,
): Promise<number> {
  const startedAt = Date.now();
  for (;;) {
    const view = await viewOf(node);
    if (wanted(view)) return Date.now() - startedAt;
    if (Date.now() - startedAt > withinMs) {
      throw new Error(`${node.name} did not get there within ${withinMs} ms: ${summaryOf(view)}`);
    }
    await new Promise((go) => setTimeout(go, LOOK_MS));
  }
}

/** A view in a few lines, for failures. */
function summaryOf({ doctor, peers, own }: FederationView): string {
  return [
    doctor.reachability.verdict,
    ...doctor.checks.map(({ id, state, finding }) => `${id} ${state}: ${finding}`),
    ...peers.map(({ name, via, address }) => `peer ${name} ${via} ${address}`),
    ...own.map(({ address, source, state }) => `own ${source} ${state} ${address}`),
  ].join('\n  ');
}

/** Joins while the node runs; resolves to how long the community took to accept, in milliseconds. */
export async function join(node: LabNode, link: string, wish?: ReachWish): Promise<number> {
  const startedAt = Date.now();
  await node.call('communities.join', { invite: link, handle: node.name, ...(wish ? { wish } : {}) });
  const tookMs = Date.now() - startedAt;
  await node.liftLimits();
  return tookMs;
}

/** The connection to a peer by the name of its node, or undefined. */
export const peerOf = ({ peers }: FederationView, other: LabNode): Peer | undefined =>
  peers.find(({ name }) => name === other.name);

let posted = 0;

/** Posts some times and notes how long each took to be seen. */
export async function exchange(
  measured: Measurements,
  what: string,
  from: LabNode,
  to: LabNode,
  posts = 10,
): Promise<void> {
  for (let n = 0; n < posts; n++) {
    const { subject, publishedAtMs } = await from.post(`Crane ${++posted}`);
    measured.add(what, (await to.seen(subject)) - publishedAtMs);
  }
}
