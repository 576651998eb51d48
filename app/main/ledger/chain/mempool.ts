import { equalBytes, toHex } from '../../kernel/bytes.ts';
import type { Clock } from '../../kernel/clock.ts';
import { Problem, problemOf, type ProblemFields } from '../../kernel/errors.ts';
import type { Verifier } from '../../kernel/signer.ts';
import { TokenBuckets } from '../../kernel/token-bucket.ts';
import { accountOf, setOf, standingOf, type Account } from '../state/accounts.ts';
import { checkSigner, signaturesOf } from '../state/execution.ts';
import { feeOf, mustAfford } from '../state/fees.ts';
import type { LedgerKinds } from '../state/kinds.ts';
import { mustBeInForce, versionAfter } from '../state/protocol.ts';
import type { StateView } from '../types/state.ts';
import { openTransaction, type Transaction } from '../types/transaction.ts';
import { problem } from '../problems.ts';

/** [X6] [X29] The limits of one account. */
interface Share {
  /** Transactions that wait at a time, and that are accepted at once. */
  readonly perAccount: number;
  /** Transactions that are accepted a minute on average. */
  readonly perMinute: number;
  /** Transactions in one block. */
  readonly perBlock: number;
}

/** [X6] The limits of the mempool. */
export interface MempoolLimits extends Share {
  /** [X28] The share of an account without rights: one that has no role or is banned. */
  readonly withoutRights: Share;
  readonly bytesPerAccount: number;
  readonly total: number;
  readonly totalBytes: number;
  /** How long a transaction waits before it is dropped, in milliseconds. */
  readonly lifetimeMs: number;
}

export const defaultMempoolLimits: MempoolLimits = {
  perAccount: 512,
  perMinute: 3000,
  perBlock: 256,
  withoutRights: { perAccount: 4, perMinute: 1, perBlock: 1 },
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

/** The waiting transactions of one account, by nonce. */
interface Queue {
  readonly waiting: Map<number, Waiting>;
  bytes: number;
}

const EMPTY: Queue = { waiting: new Map(), bytes: 0 };

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
  readonly #clock: Pick<Clock, 'now'>;
  readonly #rates: Record<'member' | 'withoutRights', TokenBuckets>;
  /** By account, in order of arrival. */
  readonly #accounts = new Map<string, Queue>();
  readonly #byId = new Map<string, Waiting>();
  #bytes = 0;

  constructor(init: {
    readonly community: Uint8Array;
    readonly kinds: LedgerKinds;
    readonly verifier: Verifier;
    readonly clock: Pick<Clock, 'now'>;
    readonly limits?: MempoolLimits;
  }) {
    this.#community = init.community;
    this.#kinds = init.kinds;
    this.#verifier = init.verifier;
    this.#clock = init.clock;
    this.#limits = init.limits ?? defaultMempoolLimits;
    const rateOf = ({ perAccount, perMinute }: Share) =>
      new TokenBuckets(init.clock, perAccount, perMinute / 60);
    this.#rates = { member: rateOf(this.#limits), withoutRights: rateOf(this.#limits.withoutRights) };
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
    for (const { waiting } of this.#accounts.values()) {
      const { account } = waiting.values().next().value!.transaction;
      const next = waiting.get(accountOf(state, account)?.nonce ?? 0);
      if (next && !next.stuck) return true;
    }
    return false;
  }

  /**
   * [X7] An account's waiting transactions without a gap from a nonce on, up to one that no block could take.
   */
  queueOf(account: Uint8Array, nonce: number): Transaction[] {
    const queue = this.#accounts.get(toHex(account))?.waiting;
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
   * until `offer` says that the block is full or each account has its share of it.
   */
  choose(state: StateView, offer: (transaction: Transaction) => 'taken' | 'refused' | 'full'): void {
    const validators = new Set(setOf(state).validators.map(({ key }) => toHex(key)));
    let queues = [...this.#accounts].map(([key, { waiting }]) => {
      const { account } = waiting.values().next().value!.transaction;
      const own = accountOf(state, account);
      const nonce = own?.nonce ?? 0;
      // [X31] Execution takes one of an account without rights, also of a validator.
      const isFree = validators.has(key) && this.#hasRights(own);
      const most = isFree ? Infinity : this.#shareOf(own).perBlock;
      return { queue: waiting, nonce, end: nonce + most };
    });
    while (queues.length > 0) {
      const left: typeof queues = [];
      for (const one of queues) {
        const waiting = one.queue.get(one.nonce);
        if (!waiting || one.nonce >= one.end) continue;
        const answer = offer(waiting.transaction);
        if (answer === 'full') return;
        waiting.stuck = answer === 'refused';
        if (answer === 'taken') left.push({ ...one, nonce: one.nonce + 1 });
      }
      queues = left;
    }
  }

  /**
   * Drops transactions that are final, replaced by others of the same nonce, closed to their author now, or waited too
   * long.
   */
  settle(state: StateView, nowMs: number): void {
    const accounts = new Map<string, { nonce: number; hasRights: boolean }>();
    for (const [key, waiting] of this.#byId) {
      const { transaction, since } = waiting;
      const account = toHex(transaction.account);
      let own = accounts.get(account);
      if (!own) {
        const found = accountOf(state, transaction.account);
        own = { nonce: found?.nonce ?? 0, hasRights: this.#hasRights(found) };
        accounts.set(account, own);
      }
      // [X28] Its author may have been banned meanwhile.
      const isClosed = !own.hasRights && !this.#kinds.get(transaction.kind)?.withoutRights;
      if (transaction.nonce < own.nonce || isClosed || nowMs - since > this.#limits.lifetimeMs)
        this.#drop(key, waiting);
    }
  }

  #open(sealed: Uint8Array, state: StateView) {
    try {
      const transaction = openTransaction(sealed);
      const version = versionAfter(state);
      const signatures = signaturesOf(transaction, this.#community, this.#kinds, version);
      mustBeInForce(this.#kinds.get(transaction.kind)!, version);
      if (this.holds(transaction)) throw problem('duplicate');
      checkSigner(transaction, state);
      this.#checkPlace(transaction, state);
      return { transaction, signatures };
    } catch (error) {
      if (error instanceof Problem) return verdictOf(error);
      throw error;
    }
  }

  /** [X28] Whether an account has a role now and is not banned. */
  #hasRights(own: Account | null): boolean {
    return own !== null && standingOf(own, this.#clock.now()) !== null;
  }

  #shareOf(own: Account | null): Share {
    return this.#hasRights(own) ? this.#limits : this.#limits.withoutRights;
  }

  /** [X6] [X28] [X29] Checks rights, room, rate and order; returns what accepting the transaction costs others and its account. */
  #checkPlace(
    transaction: Transaction,
    state: StateView,
  ): { readonly crowding: readonly Waiting[]; readonly rate: TokenBuckets } {
    const { account, nonce, kind: name, sealed } = transaction;
    const own = accountOf(state, account);
    const next = own?.nonce ?? 0;
    if (nonce < next) {
      throw problem('nonce-used', { nonce });
    }
    // The kind was checked to be known.
    const kind = this.#kinds.get(name)!;
    const hasRights = this.#hasRights(own);
    if (!kind.withoutRights && !hasRights) throw problem('without-rights', { kind: name });
    mustAfford(own?.credits ?? 0, feeOf(state), kind);
    const { perAccount } = hasRights ? this.#limits : this.#limits.withoutRights;
    if (nonce >= next + perAccount) {
      throw problem('nonce-far', { next });
    }
    const key = toHex(account);
    const queue = this.#accounts.get(key);
    const rival = queue?.waiting.get(nonce);
    // [X7] The first of a nonce stays, unless no block could take it.
    if (rival && !rival.stuck) {
      throw problem('nonce-taken');
    }
    const count = (queue?.waiting.size ?? 0) - (rival ? 1 : 0);
    const bytes = (queue?.bytes ?? 0) - (rival?.transaction.sealed.length ?? 0) + sealed.length;
    if (count >= perAccount || bytes > this.#limits.bytesPerAccount) {
      throw problem('account-full');
    }
    const rate = this.#rates[hasRights ? 'member' : 'withoutRights'];
    if (!rate.has(key) && !isValidator(account, state)) throw problem('account-rate');
    const crowding = this.#crowding(key, count, bytes, rival);
    if (!crowding) {
      throw problem('pool-full');
    }
    return { crowding, rate };
  }

  /**
   * [X29] The transactions that give way so that one more of an account fits: the last ones of the account that has the
   * most. Null if no account has enough more than this one.
   *
   * @param count the transactions of the account that wait besides.
   * @param bytes their bytes and those of the new one.
   */
  #crowding(account: string, count: number, bytes: number, rival: Waiting | undefined): Waiting[] | null {
    const { total, totalBytes } = this.#limits;
    let left = this.#byId.size - (rival ? 1 : 0);
    let leftBytes = this.#bytes - (this.#accounts.get(account)?.bytes ?? 0) + bytes;
    const fits = () => left < total && leftBytes <= totalBytes;
    if (fits()) return [];
    const isMany = left >= total;
    const weightOf = ({ waiting, bytes: size }: Queue) => (isMany ? waiting.size : size);
    const own = isMany ? count + 1 : bytes;
    const others = [...this.#accounts].filter(([key]) => key !== account).map(([, queue]) => queue);
    const largest = others.reduce((most, queue) => (weightOf(queue) > weightOf(most) ? queue : most), EMPTY);
    let weight = weightOf(largest);
    const crowding: Waiting[] = [];
    for (const [, last] of [...largest.waiting].toSorted(([a], [b]) => b - a)) {
      if (fits() || weight <= own) break;
      const size = last.transaction.sealed.length;
      crowding.push(last);
      weight -= isMany ? 1 : size;
      left -= 1;
      leftBytes -= size;
    }
    return fits() ? crowding : null;
  }

  /** The mempool may have changed while the signatures were checked. */
  #keep(transaction: Transaction, state: StateView, nowMs: number): MempoolVerdict {
    const key = toHex(transaction.account);
    try {
      if (this.holds(transaction)) throw problem('duplicate');
      const { crowding, rate } = this.#checkPlace(transaction, state);
      for (const one of crowding) this.#drop(toHex(one.transaction.id), one);
      rate.take(key);
    } catch (error) {
      if (error instanceof Problem) return verdictOf(error);
      throw error;
    }
    const rival = this.#accounts.get(key)?.waiting.get(transaction.nonce);
    if (rival) this.#drop(toHex(rival.transaction.id), rival);
    const queue = this.#accounts.get(key) ?? { waiting: new Map(), bytes: 0 };
    const waiting = { transaction, since: nowMs, stuck: false };
    queue.waiting.set(transaction.nonce, waiting);
    queue.bytes += transaction.sealed.length;
    this.#accounts.set(key, queue);
    this.#byId.set(toHex(transaction.id), waiting);
    this.#bytes += transaction.sealed.length;
    return { verdict: 'accept', transaction };
  }

  #drop(key: string, { transaction }: Waiting): void {
    const account = toHex(transaction.account);
    const queue = this.#accounts.get(account);
    if (queue?.waiting.delete(transaction.nonce)) queue.bytes -= transaction.sealed.length;
    if (queue?.waiting.size === 0) this.#accounts.delete(account);
    this.#byId.delete(key);
    this.#bytes -= transaction.sealed.length;
  }
}

/** [X29] A validator decides what its own blocks hold, so a rate would protect nobody. */
function isValidator(account: Uint8Array, state: StateView): boolean {
  return setOf(state).validators.some(({ key }) => equalBytes(key, account));
}

function verdictOf(reason: Problem): MempoolVerdict {
  return { verdict: FAULTS.has(reason.code) ? 'reject' : 'ignore', ...problemOf(reason) };
}
