import type { LedgerEvent } from './events.ts';
import { accountOf, founderOf, ownAccount, putAccount, setOf } from './accounts.ts';
import { PARAMETERS, type Parameters } from './genesis.ts';
import type { AnyKind } from './kinds.ts';
import { ledgerEvents } from './transactions/events.ts';
import { readEntry, type StateDraft, type StateView } from '../types/state.ts';
import { problem } from '../problems.ts';

/** [X25] [X26] The fee of every transaction of a block. */
export interface Fee {
  /** At least one credit. */
  readonly amount: number;
  /** The account that receives it. */
  readonly payee: Uint8Array;
}

/** [X25] The fee for a transaction in credits, by the parameters in a state; 0 for none. */
export function feeOf(state: StateView): number {
  return readEntry<Parameters>(state, PARAMETERS)?.fee ?? 0;
}

/**
 * [X25] [X26] The fee of a block's transactions; null if they cost nothing.
 *
 * @param parent the state of the block's parent.
 * @param proposer the place of its proposer in the validator set in force.
 */
export function blockFee(parent: StateView, proposer: number): Fee | null {
  const amount = feeOf(parent);
  if (amount === 0) return null;
  const key = setOf(parent).validators[proposer]?.key;
  return { amount, payee: key && accountOf(parent, key) ? key : founderOf(parent) };
}

/** [X25] Throws a Problem `fee-unpaid` if an account cannot pay for a transaction of a kind. */
export function mustAfford(
  credits: number,
  fee: number,
  { feeless = false }: Pick<AnyKind, 'feeless'>,
): void {
  if (!feeless && credits < fee) throw problem('fee-unpaid', { credits, fee });
}

/**
 * [X25] [X26] Moves the fee of one transaction from its account to the payee.
 *
 * @throws Problem `fee-unpaid`.
 */
export function payFee(
  state: StateDraft,
  account: Uint8Array,
  kind: Pick<AnyKind, 'feeless'>,
  fee: Fee | null,
): LedgerEvent[] {
  if (fee === null || kind.feeless) return [];
  const { amount, payee } = fee;
  const own = ownAccount(state, account);
  mustAfford(own.credits, amount, kind);
  putAccount(state, account, { ...own, credits: own.credits - amount });
  // Read after the write, since proposers pay too.
  const receiver = ownAccount(state, payee);
  putAccount(state, payee, { ...receiver, credits: receiver.credits + amount });
  return [ledgerEvents.feePaid.of({ from: account, to: payee, amount })];
}
