import { silentLogger } from '../../kernel/logger.ts';
import { memoryBls } from '../../platform/memory/bls.ts';
import { MachineClock, VirtualClock } from '../../platform/memory/clock.ts';
import { MemoryLogFile } from '../../platform/memory/log-file.ts';
import { createMemoryNetwork } from '../../platform/memory/network.ts';
import type { Database } from '../../kernel/database.ts';
import type { Chain } from '../chain/chain.ts';
import type { ChainInit } from '../chain/chain-init.ts';
import { accountOf } from '../state/accounts.ts';
import { TestLedger, type Person } from '../test-ledger.ts';
import type { Evidence } from '../types/equivocation.ts';
import { createConsensus, type Consensus } from './consensus.ts';
import type { SignState } from './sign-state.ts';
import { VoteLog } from './vote-log.ts';

export interface Joining {
  /** Whether the node holds its validator's key. */
  readonly signs?: boolean;
  /** The sign state beside its vote log. */
  readonly signState?: SignState | null;
  /** The kinds and the newest version of the protocol that its release knows. */
  readonly release?: Partial<Pick<ChainInit, 'kinds' | 'protocol'>>;
  /** The database of its chain. */
  readonly db?: Database;
  /** The slot through which its vote log has forgotten its votes. */
  readonly forgotten?: number;
}

export interface TestNode {
  readonly name: string;
  readonly chain: Chain;
  readonly consensus: Consensus;
  readonly clock: MachineClock;
  readonly accused: Evidence[];
}

export const START_MS = Date.UTC(2030, 0, 1);

/** Nodes with real chains that reach consensus over a network in memory, in virtual time. */
export class TestWorld {
  readonly time = new VirtualClock(START_MS);
  readonly network = createMemoryNetwork({ clock: this.time });
  readonly ledger: TestLedger;
  nodes: TestNode[] = [];

  /** @param release that of the ledger beside the nodes. */
  constructor(validators: number, release: Joining['release'] = {}) {
    this.network.shape({ delayMs: 2 });
    this.ledger = new TestLedger({ validators, chain: release });
  }

  /** Starts a node and connects it to all others. */
  async join(person: Person, options: Joining = {}): Promise<TestNode> {
    const { signs = true, forgotten = 0, release = {}, db } = options;
    const clock = new MachineClock(this.time);
    const accused: Evidence[] = [];
    const chain = this.ledger.replica({
      clock,
      accuse: (evidence) => accused.push(evidence),
      ...release,
      ...(db && { db }),
    });
    const votes = new VoteLog([new MemoryLogFile(), new MemoryLogFile()]);
    await votes.begin(person.bls.publicKey);
    if (forgotten > 0) await votes.settle(0, forgotten);
    let signState: SignState | null =
      options.signState === undefined ? { votes: 0, slot: 0 } : options.signState;
    const transport = this.network.transport(person.name);
    const consensus = createConsensus({
      community: this.ledger.origin.id,
      signer: signs ? person.bls : null,
      bls: memoryBls,
      times: { baseMs: 1000, capMs: 8000, aheadMs: 5000, paceMs: 40 },
      application: chain,
      votes,
      signState: {
        read: async () => signState,
        write: async (next) => {
          signState = next;
        },
      },
      transport,
      clock,
      logger: silentLogger,
    });
    chain.onFinal(() => consensus.work(chain.mempool.size > 0));
    await transport.start();
    const node = { name: person.name, chain, consensus, clock, accused };
    for (const other of this.nodes) await this.dial(node, other);
    this.nodes.push(node);
    await consensus.start();
    return node;
  }

  async dial(from: TestNode, to: TestNode): Promise<void> {
    const dialled = this.network.transport(from.name).dial(`/memory/${to.name}`);
    await this.time.pass(10);
    await dialled;
  }

  /** Submits a signed transaction to some nodes, as gossip would. */
  async order(sealed: Uint8Array, to: readonly TestNode[] = this.nodes): Promise<void> {
    for (const { chain, consensus } of to) {
      const [verdict] = await chain.submit([sealed]);
      if (verdict!.verdict === 'accept') consensus.work(true);
    }
  }

  /** A signed transaction by which the founder makes a person a member. */
  grant(name: string, nonce: number): Uint8Array {
    const { founder } = this.ledger;
    const body = { member: this.ledger.person(name).key, role: 'member' };
    return this.ledger.sign(founder, 'role.grant', body, { nonce }).sealed;
  }

  /** Whether a person has an account in the state of a node. */
  holds({ chain }: TestNode, name: string): boolean {
    return accountOf(chain.state, this.ledger.person(name).key) !== null;
  }

  heights(): number[] {
    return this.nodes.map(({ chain }) => chain.base.height);
  }

  async stop(): Promise<void> {
    for (const { consensus } of this.nodes) await consensus.stop();
  }
}

/** A world in which all validators of a new ledger run. */
export async function worldOf(validators: number, options: Joining = {}): Promise<TestWorld> {
  const world = new TestWorld(validators);
  for (const person of world.ledger.people) await world.join(person, options);
  await world.time.pass(100);
  return world;
}
