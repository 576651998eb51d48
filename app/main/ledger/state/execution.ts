import type { Bls } from '../../kernel/bls.ts';
import { equalBytes } from '../../kernel/bytes.ts';
import { Problem, problemOf, type ProblemFields } from '../../kernel/errors.ts';
import type { SignatureCheck } from '../../kernel/signer.ts';
import { accountOf, maySign, mustReach, ownAccount, putAccount, setOf, standingOf } from './accounts.ts';
import { writeAnchorTip, type AnchorTip } from '../types/anchor.ts';
import { blockFee, payFee, type Fee } from './fees.ts';
import { extendHistory, historyOf, writeHistory } from './history.ts';
import type { LedgerEvent } from './events.ts';
import { activateAfter, mustBeInForce, versionAfter } from './protocol.ts';
import { refuse, timerKindsOf, type BlockContext, type LedgerKinds } from './kinds.ts';
import { takeTurn } from './turns.ts';
import { runDueTimers, type TimerRun } from './timers.ts';
import { StateOverlay, type StateDraft, type StateView } from '../types/state.ts';
import { Overlay, type ProvableState } from './state-store.ts';
import { signatureCheckOf, type Transaction } from '../types/transaction.ts';
import type { ValidatorSet } from '../types/validators.ts';
import { problem } from '../problems.ts';

/** The inputs of execution besides the state. */
export interface Rules {
  readonly kinds: LedgerKinds;
  readonly bls: Bls;
}

export type Outcome =
  | { readonly done: true; readonly events: readonly LedgerEvent[] }
  | { readonly done: false; readonly refusal: ProblemFields };

/**
 * [E1] Executes one transaction whose signatures were checked. A pure function of its arguments: the same
 * block on the same state gives the same result everywhere. A refused transaction changes nothing.
 *
 * @param fee the fee of the block's transactions; null if they cost nothing.
 */
export function applyTransaction(
  transaction: Transaction,
  state: StateDraft,
  block: BlockContext,
  rules: Rules,
  fee: Fee | null = null,
): Outcome {
  const draft = new StateOverlay(state);
  try {
    const events = execute(transaction, draft, block, rules, fee);
    draft.keep(state);
    return { done: true, events };
  } catch (error) {
    if (error instanceof Problem) return { done: false, refusal: problemOf(error) };
    throw error;
  }
}

function execute(
  transaction: Transaction,
  draft: StateOverlay,
  block: BlockContext,
  { kinds, bls }: Rules,
  fee: Fee | null,
): readonly LedgerEvent[] {
  const { account, nonce } = transaction;
  const { kind, body } = readBody(transaction, block.community, kinds, block.version);
  mustBeInForce(kind, block.version);
  const signer = checkSigner(transaction, draft);
  // [X4] Nonces count without gaps, so that nothing is executed twice or out of order.
  const next = ownAccount(draft, account).nonce;
  if (nonce < next) throw problem('nonce-used', { nonce });
  if (nonce > next) throw problem('nonce-ahead', { next });
  if (kind.leastRole !== null) {
    mustReach(standingOf(ownAccount(draft, account), block.time), kind.leastRole);
  } else {
    takeTurn(draft, account, kind, block);
  }
  const paid = payFee(draft, account, kind, fee);
  // The kind's schema gave the body the type that its `execute` takes.
  const timers = timerKindsOf(kinds);
  const events = kind.execute({ account, signer, body: body as never, state: draft, block, timers, bls });
  putAccount(draft, account, { ...ownAccount(draft, account), nonce: nonce + 1 });
  return paid.length === 0 ? events : [...paid, ...events];
}

/** [X5] The kind and the body, checked as the version of the protocol has it [PV2]; throws a Problem `wrong-community`, `unknown-kind` or `bad-body`. */
function readBody(
  { community, kind: name, body }: Transaction,
  here: Uint8Array,
  kinds: LedgerKinds,
  version: number,
) {
  if (!equalBytes(community, here)) throw problem('foreign-transaction');
  const kind = kinds.get(name) ?? refuse(problem('unknown-kind', { kind: name }));
  const { earlier } = kind;
  const schema = earlier && version < earlier.until ? earlier.body : kind.body;
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw problem('bad-body', { kind: name });
  return { kind, body: parsed.data };
}

/** [X3] Returns the key that signs; throws a Problem `unknown-account` or `unknown-signer`. */
export function checkSigner({ account, device }: Transaction, state: StateView): Uint8Array {
  const known = accountOf(state, account) ?? refuse(problem('unknown-sender'));
  const signer = device ?? account;
  const named = device === null || !equalBytes(device, account);
  if (named && maySign(known, signer)) return signer;
  throw problem('unknown-signer');
}

/** Every signature that a transaction needs, in a version of the protocol. Throws the Problems of {@link readBody}. */
export function signaturesOf(
  transaction: Transaction,
  here: Uint8Array,
  kinds: LedgerKinds,
  version: number,
): readonly SignatureCheck[] {
  const { kind, body } = readBody(transaction, here, kinds, version);
  const { community, account } = transaction;
  const carried = kind.checks?.({ community, account, body: body as never }) ?? [];
  return [signatureCheckOf(transaction), ...carried];
}

/** The effect of a block on its parent's state. */
export interface BlockResult {
  readonly overlay: Overlay;
  /** The timers that the block ran before its transactions, in order. */
  readonly timers: readonly TimerRun[];
  /** The events of each transaction, in order. */
  readonly events: readonly (readonly LedgerEvent[])[];
  /** The next validator set, if the block changes it. */
  readonly next: ValidatorSet | null;
}

/**
 * A block in the making: due timers run first, then transactions are tried one after another, and those that
 * fail leave no trace.
 */
export class BlockExecution {
  readonly #base: ProvableState;
  readonly #block: BlockContext;
  readonly #rules: Rules;
  readonly #fee: Fee | null;
  readonly #draft: StateOverlay;
  readonly #events: (readonly LedgerEvent[])[] = [];
  readonly #sealed: Uint8Array[] = [];
  /** [TM3] The timers that ran. */
  readonly timers: readonly TimerRun[];

  /**
   * @param base the state of the block's parent, which gives the version of the protocol [PV2].
   * @param block its facts, and the place of its proposer in the validator set in force.
   */
  constructor(
    base: ProvableState,
    block: Omit<BlockContext, 'version'> & { readonly proposer: number },
    rules: Rules,
  ) {
    const { community, epoch, height, time, proposer } = block;
    this.#base = base;
    this.#block = { community, epoch, height, time, version: versionAfter(base) };
    this.#rules = rules;
    this.#fee = blockFee(base, proposer);
    this.#draft = new StateOverlay(base);
    this.timers = runDueTimers(base, this.#draft, this.#block, rules);
  }

  /** The state so far. */
  get state(): StateView {
    return this.#draft;
  }

  /** Null if the transaction was executed. */
  add(transaction: Transaction): ProblemFields | null {
    const outcome = applyTransaction(transaction, this.#draft, this.#block, this.#rules, this.#fee);
    if (!outcome.done) return outcome.refusal;
    this.#events.push(outcome.events);
    this.#sealed.push(transaction.sealed);
    return null;
  }

  /**
   * [LB7] [H3] [PV5] Adds the executed transactions to the history, records the block's anchor if it has one,
   * puts the version of the next block in force, and computes the root.
   */
  finish(anchor: AnchorTip | null = null): BlockResult {
    writeHistory(this.#draft, extendHistory(historyOf(this.#draft), this.#sealed));
    if (anchor) writeAnchorTip(this.#draft, anchor);
    activateAfter(this.#draft, this.#block.height);
    const overlay = new Overlay(this.#base, this.#draft.changes);
    const set = setOf(overlay);
    return {
      overlay,
      timers: this.timers,
      events: this.#events,
      next: set.epoch === this.#block.epoch ? null : set,
    };
  }
}
