import { chatKinds } from '../../chat/kinds.ts';
import { signerOf, TestCommunity, type TestNode } from '../../platform/memory/test-community.ts';
import { anchoredLog } from './anchored-log.ts';
import type { Block } from '../types/block.ts';
import type { Chain } from './chain.ts';
import { ledgerMigrations } from '../migrations.ts';
import { TestLedger, type TestOptions } from '../test-ledger.ts';

/**
 * Longer than a leader waits before it lists an event, and than the pause between anchors, in milliseconds.
 */
export const RIPE_MS = 6000;

/** A chain beside a log in one database, as on a real node. */
export interface TestAnchors {
  readonly node: TestNode;
  readonly chain: Chain;
  /** How often peers were asked for missing events. */
  asked(): number;
}

/** A ledger whose blocks anchor the log of a community, with its validators and people. */
export class AnchoredLedger {
  readonly community: TestCommunity;
  readonly ledger: TestLedger;
  /** The founder's node, whose chain the ledger leads. */
  readonly mara: TestAnchors;

  constructor(options: TestOptions = {}) {
    // A test's own genesis document sets the name of the community.
    const origin = options.origin && new TestLedger(options).origin;
    this.community = new TestCommunity(origin?.id);
    const node = this.#node('mara');
    let asked = 0;
    this.ledger = new TestLedger({
      ...options,
      clock: this.community.clock,
      origin: (parts) => origin ?? { id: this.community.id, ...parts },
      chain: { db: node.db, log: anchoredLog(node.log.store, () => void asked++) },
    });
    this.mara = { node, chain: this.ledger.chain, asked: () => asked };
    node.log.onCommit((batch) => this.ledger.chain.anchoring!.stored(batch.at(-1)!.seq));
  }

  /** Another node of the community, with an empty log and chain. */
  node(name: string): TestAnchors {
    const node = this.#node(name);
    let asked = 0;
    const log = anchoredLog(node.log.store, () => void asked++);
    const chain = this.ledger.replica({ db: node.db, log });
    node.log.onCommit((batch) => chain.anchoring!.stored(batch.at(-1)!.seq));
    return { node, chain, asked: () => asked };
  }

  /** Posts this many messages and waits until they are old enough. */
  async say(count: number, by = this.mara.node): Promise<Uint8Array[]> {
    const drafts = Array.from({ length: count }, (_, n) => ({
      kind: chatKinds.say.name,
      body: { text: `line ${n}`, me: false },
    }));
    const ids = by.log.appendAll(signerOf('mara'), drafts).map(({ id }) => id);
    await this.community.clock.pass(RIPE_MS);
    return ids;
  }

  /** The next block, final on all these nodes. */
  block(...others: TestAnchors[]): Promise<Block> {
    return this.ledger.block(others.map(({ chain }) => chain));
  }

  #node(name: string): TestNode {
    const node = this.community.node(name);
    openTables(node);
    return node;
  }
}

/** Creates the ledger's tables in the database of the log. */
function openTables({ db }: TestNode): void {
  for (const { sql } of ledgerMigrations) db.exec(sql);
}
