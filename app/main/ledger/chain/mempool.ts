import { equalBytes, toHex } from '../../kernel/bytes.ts';
import { Problem, problemOf, type ProblemFields } from '../../kernel/errors.ts';
import type { Verifier } from '../../kernel/signer.ts';
import { accountOf } from '../state/accounts.ts';
import { checkSigner, signaturesOf } from '../state/execution.ts';
import { feeOf, mustAfford } from '../state/fees.ts';
import type { LedgerKinds } from '../state/kinds.ts';
import { mustBeInForce, versionAfter } from '../state/protocol.ts';
import type { StateView } from '../types/state.ts';
import { openTransaction, type Transaction } from '../types/transaction.ts';
import { problem } from '../problems.ts';

/** [X6] The limits of the mempool. */
export interface MempoolLimits {
  readonly perAccount: number;
  readonly bytesPerAccount: number;
  readonly total: number;
  readonly totalBytes: number;
  /** How long a transaction waits before it is dropped, in milliseconds. */
  readonly lifetimeMs: number;
}

export const defaultMempoolLimits: MempoolLimits = {
  perAccount: 512,
  bytesPerAccount: 512 * 1024,
  total: 20_000,
  totalBytes: 16 * 1024 * 1024,
  lifetimeMs: 3_600_000,
};

/** Whether a transaction waits for its block now, or why not. Rejects cost the sending peer score. */
export type MempoolVerdict =
  | { readonly verdict: 'accept'; readonly transaction: Transaction }
  | ({ readonly verdict: 'ignore' | 'reject' } & ProblemFields);

/** Only a broken form or signature is the sender's fault; everything else may be a matter of timing. */
const FAULTS = new Set([
  'transaction-too-large',
  'malformed',
  'non-canonical',
  'bad-transaction',
  'wrong-community',
  'bad-body',
  'bad-signature',
]);

interface Waiting {
  readonly transaction: Transaction;
  readonly since: number;
  /** Whether a block could not take it: then another of the same nonce may replace it. */
  stuck: boolean;
}

/** Transactions that wait for a block, checked as far as the final state allows. */
export class Mempool {
  readonly #community: Uint8Array;
  readonly #kinds: LedgerKinds;
  readonly #verifier: Verifier;
  readonly #limits: MempoolLimits;
  /** By account, then by nonce; accounts in order of arrival. */
  readonly #accounts = new Map<string, Map<number, Waiting>>();
  readonly #byId = new Map<string, Waiting>();
  #bytes = 0;

  constructor(init: {
    readonly community: Uint8Array;
    readonly kinds: LedgerKinds;
    readonly verifier: Verifier;
    readonly limits?: MempoolLimits;
  }) {
    this.#community = init.community;
    this.#kinds = init.kinds;
    this.#verifier = init.verifier;
    this.#limits = init.limits ?? defaultMempoolLimits;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Whether exactly these bytes wait here, and have been checked. */
  holds({ id, sealed }: Transaction): boolean {
    const waiting = this.#byId.get(toHex(id));
    return waiting !== undefined && equalBytes(waiting.transaction.sealed, sealed);
  }

  /** Waiting transactions in order of arrival. */
  all(): Transaction[] {
    return [...this.#byId.values()].map(({ transaction }) => transaction);
  }

  /** Transactions that have waited at least since a time, in order of arrival. */
  waitingSince(timeMs: number): Transaction[] {
    const late: Transaction[] = [];
    for (const { transaction, since } of this.#byId.values()) {
      if (since > timeMs) break;
      late.push(transaction);
    }
    return late;
  }

  /** Whether a transaction is waiting that a block on this state could take. */
  ready(state: StateView): boolean {
    for (const queue of this.#accounts.values()) {
      const { account } = queue.values().next().value!.transaction;
      const next = queue.get(accountOf(state, account)?.nonce ?? 0);
      if (next && !next.stuck) return true;
    }
    return false;
  }

  /**
   * [X7] An account's waiting transactions without a gap from a nonce on, up to one that no block could take.
   */
  queueOf(account: Uint8Array, nonce: number): Transaction[] {
    const queue = this.#accounts.get(toHex(account));
    const found: Transaction[] = [];
    for (;;) {
      const waiting = queue?.get(nonce + found.length);
      if (!waiting || waiting.stuck) return found;
      found.push(waiting.transaction);
    }
  }

  /** Judges transactions from any source and keeps the good ones; returns a verdict for each, in order. */
  async add(sealed: readonly Uint8Array[], state: StateView, nowMs: number): Promise<MempoolVerdict[]> {
    const opened = sealed.map((bytes) => this.#open(bytes, state));
    const checks = opened.map((one) => ('signatures' in one ? one.signatures : []));
    const answers = await this.#verifier.verify(checks.flat());
    let at = 0;
    return opened.map((one): MempoolVerdict => {
      if (!('signatures' in one)) return one;
      const genuine = answers.slice(at, (at += one.signatures.length)).every(Boolean);
      if (!genuine) return verdictOf(problem('bad-signature'));
      return this.#keep(one.transaction, state, nowMs);
    });
  }

  /**
   * Offers waiting transactions for a block, each account's in order of nonces and the accounts in turn,
   * until `offer` says that the block is full.
   */
  choose(state: StateView, offer: (transaction: Transaction) => 'taken' | 'refused' | 'full'): void {
    let queues = [...this.#accounts.values()].map((queue) => {
      const { account } = queue.values().next().value!.transaction;
      return { queue, nonce: accountOf(state, account)?.nonce ?? 0 };
    });
    while (queues.length > 0) {
      const left: typeof queues = [];
      for (const one of queues) {
        const waiting = one.queue.get(one.nonce);
        if (!waiting) continue;
        const answer = offer(waiting.transaction);
        if (answer === 'full') return;
        waiting.stuck = answer === 'refused';
        if (answer === 'taken') left.push({ queue: one.queue, nonce: one.nonce + 1 });
      }
      queues = left;
    }
  }

  /** Drops transactions that are final, replaced by others of the same nonce, or waited too long. */
  settle(state: StateView, nowMs: number): void {
    const nonces = new Map<string, number>();
    for (const [key, waiting] of this.#byId) {
      const { transaction, since } = waiting;
      const account = toHex(transaction.account);
      const nonce = nonces.get(account) ?? accountOf(state, transaction.account)?.nonce ?? 0;
      nonces.set(account, nonce);
      if (transaction.nonce < nonce || nowMs - since > this.#limits.lifetimeMs) this.#drop(key, waiting);
    }
  }

  #open(sealed: Uint8Array, state: StateView) {
    try {
      const transaction = openTransaction(sealed);
      const signatures = signaturesOf(transaction, this.#community, this.#kinds);
      mustBeInForce(this.#kinds.get(transaction.kind)!, versionAfter(state));
      if (this.holds(transaction)) throw problem('duplicate');
      checkSigner(transaction, state);
      this.#checkPlace(transaction, state);
      return { transaction, signatures };
    } catch (error) {
      if (error instanceof Problem) return verdictOf(error);
      throw error;
    }
  }

  /** [X6] Checks room and order. */
  #checkPlace(transaction: Transaction, state: StateView): void {
    const { account, nonce, kind, sealed } = transaction;
    const next = accountOf(state, account)?.nonce ?? 0;
    if (nonce < next) {
      throw problem('nonce-used', { nonce });
    }
    // [X25] The kind was checked to be known.
    mustAfford(accountOf(state, account)?.credits ?? 0, feeOf(state), this.#kinds.get(kind)!);
    if (nonce >= next + this.#limits.perAccount) {
      throw problem('nonce-far', { next });
    }
    const queue = this.#accounts.get(toHex(account));
    const rival = queue?.get(nonce);
    // [X7] The first of a nonce stays, unless no block could take it.
    if (rival && !rival.stuck) {
      throw problem('nonce-taken');
    }
    const freed = rival?.transaction.sealed.length ?? 0;
    const held = [...(queue?.values() ?? [])];
    const bytes = held.reduce((sum, { transaction: one }) => sum + one.sealed.length, sealed.length - freed);
    if (held.length - (rival ? 1 : 0) >= this.#limits.perAccount || bytes > this.#limits.bytesPerAccount) {
      throw problem('account-full');
    }
    const full = this.#byId.size - (rival ? 1 : 0) >= this.#limits.total;
    if (full || this.#bytes - freed + sealed.length > this.#limits.totalBytes) {
      throw problem('pool-full');
    }
  }

  /** The mempool may have changed while the signatures were checked. */
  #keep(transaction: Transaction, state: StateView, nowMs: number): MempoolVerdict {
    try {
      if (this.holds(transaction)) throw problem('duplicate');
      this.#checkPlace(transaction, state);
    } catch (error) {
      if (error instanceof Problem) return verdictOf(error);
      throw error;
    }
    const account = toHex(transaction.account);
    const queue = this.#accounts.get(account) ?? new Map<number, Waiting>();
    const rival = queue.get(transaction.nonce);
    if (rival) this.#drop(toHex(rival.transaction.id), rival);
    const waiting = { transaction, since: nowMs, stuck: false };
    queue.set(transaction.nonce, waiting);
    this.#accounts.set(account, queue);
    this.#byId.set(toHex(transaction.id), waiting);
    this.#bytes += transaction.sealed.length;
    return { verdict: 'accept', transaction };
  }

  #drop(key: string, { transaction }: Waiting): void {
    const account = toHex(transaction.account);
    const queue = this.#accounts.get(account);
    queue?.delete(transaction.nonce);
    if (queue?.size === 0) this.#accounts.delete(account);
    this.#byId.delete(key);
    this.#bytes -= transaction.sealed.length;
  }
}

function verdictOf(reason: Problem): MempoolVerdict {
  return { verdict: FAULTS.has(reason.code) ? 'reject' : 'ignore', ...problemOf(reason) };
}
