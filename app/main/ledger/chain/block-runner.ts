import { Problem } from '../../kernel/errors.ts';
import type { Verifier } from '../../kernel/signer.ts';
import { anchorTipOf, judgeAnchor, tipAfter } from '../types/anchor.ts';
import type { BlockTemplate } from '../consensus/application.ts';
import { withinLimits, type Block } from '../types/block.ts';
import { BlockExecution, signaturesOf, type BlockResult, type Rules } from '../state/execution.ts';
import { PARAMETERS, type Parameters } from '../state/genesis.ts';
import { versionAfter } from '../state/protocol.ts';
import type { Listed } from './listing.ts';
import type { Mempool } from './mempool.ts';
import { readEntry } from '../types/state.ts';
import { rootOf, type ProvableState } from '../state/state-store.ts';
import { openTransaction, type Transaction } from '../types/transaction.ts';

export interface BlockRunnerInit {
  readonly community: Uint8Array;
  readonly rules: Rules;
  readonly verifier: Verifier;
  readonly mempool: Mempool;
}

/** The content of a leader's block and its effect on the state. */
export interface Filled {
  readonly result: BlockResult;
  readonly transactions: Transaction[];
  readonly listed: Listed | null;
}

/** Executes blocks on states, and fills the blocks that this node leads. Writes nothing. */
export class BlockRunner {
  readonly #init: BlockRunnerInit;

  constructor(init: BlockRunnerInit) {
    this.#init = init;
  }

  /**
   * Executes waiting transactions on a state, as far as they fit and are not refused.
   *
   * @param kept the share of the block's bytes that transactions leave free.
   * @param list called with the bytes that are left; returns what the block anchors, if anything.
   */
  fill(
    template: BlockTemplate,
    base: ProvableState,
    kept: number,
    list: (bytes: number) => Listed | null,
  ): Filled {
    const limits = parametersOf(base).block;
    const execution = new BlockExecution(base, template, this.#init.rules);
    const transactions: Transaction[] = [];
    const free = Math.floor(limits.bytes * kept);
    let room = limits.bytes - free;
    this.#init.mempool.choose(base, (transaction) => {
      if (transactions.length >= limits.transactions || transaction.sealed.length > room) return 'full';
      if (execution.add(transaction)) return 'refused';
      room -= transaction.sealed.length;
      transactions.push(transaction);
      return 'taken';
    });
    const listed = list(room + free);
    return {
      result: execution.finish(listed && tipAfter(listed.anchor, listed.anchored)),
      transactions,
      listed,
    };
  }

  /**
   * The transactions of a block with their signatures checked, or why the block is invalid.
   *
   * @param base the state of the block's parent.
   */
  async read(block: Block, base: ProvableState): Promise<Transaction[] | string> {
    const { community, rules, verifier, mempool } = this.#init;
    try {
      const transactions = block.transactions.map(openTransaction);
      const version = versionAfter(base);
      const unproven = transactions.filter((transaction) => !mempool.holds(transaction));
      const checks = unproven.flatMap((one) => signaturesOf(one, community, rules.kinds, version));
      const answers = await verifier.verify(checks);
      return answers.every(Boolean) ? transactions : 'bad-signature';
    } catch (error) {
      if (error instanceof Problem) return error.code;
      throw error;
    }
  }

  /** The effect of a block on a state, or why it is invalid there; the caller compares the root. */
  run(block: Block, transactions: readonly Transaction[], base: ProvableState): BlockResult | string {
    if (!withinLimits(block, parametersOf(base).block)) return 'block-too-large';
    const { anchor, community } = block.header;
    const { anchored } = block;
    const fault = anchored && judgeAnchor(block.header, anchored, anchorTipOf(base, community));
    if (fault) return fault;
    const execution = new BlockExecution(base, block.header, this.#init.rules);
    for (const transaction of transactions) {
      const refusal = execution.add(transaction);
      if (refusal) return refusal.code;
    }
    return execution.finish(anchor && anchored ? tipAfter(anchor, anchored) : null);
  }

  /** The state roots after each block, up to the first that cannot be executed. */
  rootsOf(blocks: readonly Block[], base: ProvableState): Uint8Array[] {
    const roots: Uint8Array[] = [];
    let state = base;
    for (const block of blocks) {
      try {
        const result = this.run(block, block.transactions.map(openTransaction), state);
        if (typeof result === 'string') break;
        state = result.overlay;
        roots.push(rootOf(state));
      } catch (error) {
        if (error instanceof Problem) break;
        throw error;
      }
    }
    return roots;
  }
}

/** The parameters in a state. */
export function parametersOf(state: ProvableState): Parameters {
  return readEntry<Parameters>(state, PARAMETERS)!;
}
