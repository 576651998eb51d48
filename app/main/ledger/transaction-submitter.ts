import { equalBytes } from '../kernel/bytes.ts';
import type { Clock } from '../kernel/clock.ts';
import { didOf } from '../kernel/did.ts';
import { Problem, type ProblemFields } from '../kernel/errors.ts';
import type { Signer } from '../kernel/signer.ts';
import { accountOf, maySign } from './state/accounts.ts';
import type { Chain } from './chain/chain.ts';
import { BlockExecution } from './state/execution.ts';
import { sealTransaction, type Transaction } from './types/transaction.ts';
import { problem } from './problems.ts';

/** How long a caller waits for a block before being told the reason, in milliseconds. */
const PATIENCE_MS = 4000;

export interface TransactionSubmitterInit {
  readonly chain: Chain;
  readonly signer: Signer;
  readonly clock: Clock;
  /** Null for a node that holds the ledger and does not order. */
  readonly ordering: {
    /** Transactions are waiting: a leader may propose. */
    workPending(): void;
    /**
     * Places of the validators that have not been heard from, if a transaction has waited for at least
     * `patienceMs`.
     */
    absent(patienceMs: number): number[] | null;
  } | null;
  /** The BLS key with which this node votes. */
  readonly votingKey: Uint8Array;
  /** Why the ledger cannot continue here, as a sentence; null while it can. */
  readonly standstill: () => string | null;
  /** Whether this node is cut off from all others, as when a command works on the data of a stopped node. */
  readonly alone: boolean;
  /** Passes accepted transactions on to the validators. */
  readonly spread: (sealed: Uint8Array) => void;
}

/** Submits the transactions of this node's person, one after another. */
export class TransactionSubmitter {
  readonly #init: TransactionSubmitterInit;
  /** Nonces are consecutive, so each transaction is submitted before the next is signed. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(init: TransactionSubmitterInit) {
    this.#init = init;
  }

  /**
   * Signs and submits without waiting for a block. Throws a Problem `unknown-account`, `not-ordering`,
   * `ledger-outdated` or those of the mempool.
   */
  handIn(kind: string, body: unknown): Promise<Transaction> {
    return this.#next(() => this.#seal(kind, body));
  }

  /**
   * [M10] Submits a transaction that the final state allows, and resolves once its block is final. Throws the
   * Problem of a refusal before anything is submitted; `needs-validators` if nobody could make it final;
   * `overtaken` if another transaction of the account took its place; `waits-for-validators` if it takes
   * long, in which case it continues.
   */
  async act(kind: string, body: unknown): Promise<void> {
    this.#mustReachQuorum();
    const transaction = await this.#next(() => {
      const sealed = this.#seal(kind, body);
      const refusal = this.#rehearse(sealed);
      if (refusal) throw Problem.of(refusal);
      return sealed;
    });
    await this.#final(transaction);
  }

  #next(seal: () => Transaction): Promise<Transaction> {
    const turn = this.#queue.then(async () => {
      const transaction = seal();
      await this.#submit(transaction);
      return transaction;
    });
    this.#queue = turn.catch(() => {});
    return turn;
  }

  /** Signs with the key of this node, as the root of its account. */
  #seal(kind: string, body: unknown): Transaction {
    const { chain, signer } = this.#init;
    if (chain.outdated) throw problem('ledger-outdated');
    const account = accountOf(chain.state, signer.publicKey);
    if (!account || !maySign(account, signer.publicKey)) {
      throw problem('no-account');
    }
    const nonce = account.nonce + chain.mempool.queueOf(signer.publicKey, account.nonce).length;
    return sealTransaction(
      { community: chain.origin.id, account: signer.publicKey, device: null, nonce, kind, body },
      signer,
    );
  }

  async #submit({ sealed }: Transaction): Promise<void> {
    const { chain, ordering, spread } = this.#init;
    if (!ordering) {
      throw problem('not-ordering');
    }
    const [verdict] = await chain.submit([sealed]);
    if (verdict!.verdict !== 'accept') throw Problem.of(verdict!);
    spread(sealed);
    ordering.workPending();
  }

  /**
   * The refusal by the next block, on top of the account's waiting transactions; null if the block would take
   * it.
   */
  #rehearse(transaction: Transaction): ProblemFields | null {
    const { chain, clock } = this.#init;
    const { base, set, state } = chain;
    const block = {
      community: chain.origin.id,
      epoch: set.epoch,
      height: base.height + 1,
      time: Math.max(clock.now(), base.time + 1),
      // Who receives the fee does not matter here.
      proposer: 0,
    };
    const nonce = accountOf(state, transaction.account)!.nonce;
    const execution = new BlockExecution(state, block, chain.rules);
    for (const waiting of chain.mempool.queueOf(transaction.account, nonce)) execution.add(waiting);
    return execution.add(transaction);
  }

  #final(transaction: Transaction): Promise<void> {
    const { chain, clock } = this.#init;
    return new Promise((resolve, reject) => {
      const over = (how: () => void) => {
        stopListening();
        stopWaiting();
        how();
      };
      const look = () => {
        if (chain.store.transaction(transaction.id)) return over(resolve);
        if (accountOf(chain.state, transaction.account)!.nonce > transaction.nonce) {
          over(() => reject(overtaken()));
        }
      };
      const stopListening = chain.onFinal(look);
      const stopWaiting = clock.after(PATIENCE_MS, () => over(() => reject(this.#waits())));
      look();
    });
  }

  #mustReachQuorum(): void {
    const { alone, chain, votingKey } = this.#init;
    const { quorum, validators } = chain.set;
    if (!alone || (quorum === 1 && validators.some(({ bls }) => equalBytes(bls, votingKey)))) return;
    throw problem('needs-validators', { quorum, validators: validators.length });
  }

  #waits(): Problem {
    const { chain, ordering, standstill } = this.#init;
    const why = standstill();
    if (why !== null) {
      return problem('waits-at-standstill', { reason: why });
    }
    const { quorum, validators } = chain.set;
    const absent = ordering?.absent(0) ?? [];
    const names = absent.map((place) => nameIn(chain, validators[place]!.key)).join(', ');
    if (names === '') return problem('waits-for-block');
    return problem('waits-for-validators', { quorum, validators: validators.length, absent: names });
  }
}

/** An account's handle, or the last characters of its identity. */
function nameIn(chain: Chain, key: Uint8Array): string {
  return accountOf(chain.state, key)?.handle ?? didOf(key).slice(-8);
}

const overtaken = () => problem('overtaken');
