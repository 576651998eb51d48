import { leafHash, nodeHash } from '../../kernel/merkle.ts';
import { readEntry, writeEntry, type StateDraft, type StateView } from '../types/state.ts';

/**
 * [LB7] The tree of all transactions since the first block, as RFC 9162 builds it, kept as the roots of its
 * full subtrees from the largest on. It stands in the state, so every header speaks for all that came before.
 */
export interface History {
  readonly count: number;
  readonly peaks: readonly Uint8Array[];
}

export const HISTORY = 'ledger/history';
export const emptyHistory: History = { count: 0, peaks: [] };

export function historyOf(state: StateView): History {
  return readEntry<History>(state, HISTORY) ?? emptyHistory;
}

export function writeHistory(state: StateDraft, history: History): void {
  writeEntry(state, HISTORY, history);
}

/** The history with further transactions at its end. */
export function extendHistory({ count, peaks }: History, transactions: readonly Uint8Array[]): History {
  const grown = [...peaks];
  let total = count;
  for (const transaction of transactions) {
    let hash = leafHash(transaction);
    // A carry: as many full subtrees are joined as the count ends in ones.
    for (let rest = total; rest % 2 === 1; rest = Math.floor(rest / 2)) hash = nodeHash(grown.pop()!, hash);
    grown.push(hash);
    total++;
  }
  return { count: total, peaks: grown };
}

/** Root of the tree by its full subtrees. */
export function historyRoot({ peaks }: History): Uint8Array | null {
  return peaks.length === 0 ? null : peaks.reduceRight((right, left) => nodeHash(left, right));
}
