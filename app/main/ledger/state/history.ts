import { leafHash, nodeHash } from '../../kernel/merkle.ts';
import { readEntry, writeEntry, type StateDraft, type StateView } from '../types/state.ts';

/**
 * [LB7] The RFC 9162 tree of all transactions since the first block, stored as the roots of its full
 * subtrees, largest first. It is part of the state, so every header covers everything before it.
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

/** The history with further transactions appended. */
export function extendHistory({ count, peaks }: History, transactions: readonly Uint8Array[]): History {
  const grown = [...peaks];
  let total = count;
  for (const transaction of transactions) {
    let hash = leafHash(transaction);
    // A carry: the number of full subtrees to join is the number of trailing ones of the count.
    for (let rest = total; rest % 2 === 1; rest = Math.floor(rest / 2)) hash = nodeHash(grown.pop()!, hash);
    grown.push(hash);
    total++;
  }
  return { count: total, peaks: grown };
}

/** Root of the tree, from its full subtrees. */
export function historyRoot({ peaks }: History): Uint8Array | null {
  return peaks.length === 0 ? null : peaks.reduceRight((right, left) => nodeHash(left, right));
}
