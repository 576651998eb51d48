import type { Bls, BlsSigner } from '../kernel/bls.ts';
import { sha256 } from '../kernel/sha256.ts';
import type { Signer } from '../kernel/signer.ts';
import { immediateVerifier } from '../platform/crypto/ed25519.ts';
import { signerOf as signerOfSeed } from '../platform/keys/ed25519.ts';
import { memoryBls, memoryBlsSigner } from '../platform/memory/bls.ts';
import { StillClock } from '../platform/memory/test-community.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { accountOf, setOf } from './state/accounts.ts';
import type { FinalRun } from './consensus/application.ts';
import { makeBlock, type Block } from './types/block.ts';
import { makeCertificate } from './types/certificate.ts';
import { Chain } from './chain/chain.ts';
import type { ChainInit } from './chain/chain-init.ts';
import { defaultParameters, type LedgerGenesis, type ChainOrigin, type Parameters } from './state/genesis.ts';
import { ledgerMigrations } from './migrations.ts';
import { leaderOf } from './consensus/simplex.ts';
import { sealTransaction, type Transaction } from './types/transaction.ts';
import { baseKinds } from './state/transactions/index.ts';
import { changeMessage, makeChange } from './state/transactions/validators.ts';
import {
  leastQuorum,
  makeValidatorSet,
  placeOf,
  type Validator,
  type ValidatorSet,
} from './types/validators.ts';
import { motionMessage, type Vote } from './types/vote.ts';

/** A person who can sign and validate. */
export interface Person {
  readonly name: string;
  readonly signer: Signer;
  readonly key: Uint8Array;
  readonly bls: BlsSigner;
  readonly validator: Validator;
}

export interface TestOptions {
  readonly validators?: number;
  readonly bls?: Bls;
  readonly blsSigner?: (seed: Uint8Array) => BlsSigner;
  readonly parameters?: Partial<Parameters>;
  readonly supply?: number;
  /** [LG5] The version of the protocol from the first block on; 1 if absent. */
  readonly protocol?: number;
  /** Makes the origin from its parts; by default it has no genesis document. */
  readonly origin?: (parts: Omit<ChainOrigin, 'id'>) => ChainOrigin;
  readonly clock?: StillClock;
  /** Overrides for the chain. */
  readonly chain?: Partial<ChainInit>;
}

/** A ledger whose validators are all in this process, so that a call makes a block final. */
export class TestLedger {
  readonly clock: StillClock;
  readonly bls: Bls;
  readonly people: readonly Person[];
  readonly origin: ChainOrigin;
  readonly chain: Chain;
  readonly #blsSigner: (seed: Uint8Array) => BlsSigner;
  #slot = 0;

  constructor(options: TestOptions = {}) {
    this.clock = options.clock ?? new StillClock();
    this.bls = options.bls ?? memoryBls;
    this.#blsSigner = options.blsSigner ?? memoryBlsSigner;
    this.people = Array.from({ length: options.validators ?? 1 }, (_, n) => this.person(`validator ${n}`));
    const validators = makeValidatorSet({
      epoch: 0,
      model: 'byzantine',
      validators: this.people.map(({ validator }) => validator),
    }).validators;
    const ledger: LedgerGenesis = {
      model: 'byzantine',
      quorum: leastQuorum('byzantine', validators.length),
      validators,
      supply: options.supply ?? 1000,
      parameters: { ...defaultParameters, ...options.parameters },
      ...(options.protocol !== undefined && { protocol: options.protocol }),
    };
    const createdAt = this.clock.now();
    const parts = { founder: this.founder.key, handle: 'Mara', createdAt, ledger };
    this.origin = options.origin?.(parts) ?? { id: sha256(Buffer.from('test ledger')), ...parts };
    this.chain = this.replica(options.chain);
  }

  get founder(): Person {
    return this.people[0]!;
  }

  person(name: string): Person {
    const seed = sha256(Buffer.from(name));
    const signer = signerOfSeed(seed);
    const bls = this.#blsSigner(seed);
    const validator = { key: signer.publicKey, peer: name, bls: bls.publicKey, pop: bls.provePossession() };
    return { name, signer, key: signer.publicKey, bls, validator };
  }

  /** Another node of the same community, with its own database. */
  replica(init: Partial<ChainInit> = {}): Chain {
    return Chain.open({
      db: openDatabase(':memory:', ledgerMigrations),
      origin: this.origin,
      kinds: baseKinds,
      bls: this.bls,
      verifier: immediateVerifier,
      clock: this.clock,
      ...init,
    });
  }

  /** A transaction with the given nonce, or the next one of its account. */
  sign(
    by: Person,
    kind: string,
    body: unknown,
    changes: { nonce?: number; device?: Person } = {},
  ): Transaction {
    const next = accountOf(this.chain.state, by.key)?.nonce ?? 0;
    const nonce = changes.nonce ?? next + this.chain.mempool.queueOf(by.key, next).length;
    const device = changes.device?.key ?? null;
    const fields = { community: this.origin.id, account: by.key, device, nonce, kind, body };
    return sealTransaction(fields, (changes.device ?? by).signer);
  }

  /** Submits a transaction; returns `accept`, or verdict and code. */
  async submit(transaction: Transaction): Promise<string> {
    const [verdict] = await this.chain.submit([transaction.sealed]);
    return verdict!.verdict === 'accept' ? 'accept' : `${verdict!.verdict} ${verdict!.code}`;
  }

  /** Signs, submits and makes final. */
  async act(by: Person, kind: string, body: unknown, device?: Person): Promise<Transaction> {
    const transaction = this.sign(by, kind, body, device ? { device } : {});
    const verdict = await this.submit(transaction);
    if (verdict !== 'accept') throw new Error(verdict);
    await this.block();
    return transaction;
  }

  /**
   * The code with which a block refuses a transaction that the mempool accepts; null if the block takes it.
   */
  async refusal(by: Person, kind: string, body: unknown, device?: Person): Promise<string | null> {
    const transaction = this.sign(by, kind, body, device ? { device } : {});
    return this.refusalOf(transaction);
  }

  async refusalOf(transaction: Transaction): Promise<string | null> {
    const block = this.blockOf([transaction.sealed]);
    const outcome = await this.chain.execute(block, this.chain.base);
    return outcome.ok || outcome.code === 'wrong-state-root' ? null : outcome.code;
  }

  /** A block with the given transactions on the tip, valid or not; its state root is the tip's. */
  blockOf(transactions: readonly Uint8Array[], changes: Partial<Block['header']> = {}): Block {
    const { base } = this.chain;
    const template = this.#template();
    return makeBlock({ ...template, stateRoot: base.stateRoot, anchor: null, ...changes }, transactions);
  }

  /** Lets time pass, proposes the waiting transactions and makes the block final everywhere. */
  async block(replicas: readonly Chain[] = [], empty = false): Promise<Block> {
    await this.clock.pass(10);
    this.#slot++;
    const template = this.#template();
    const draft = await this.chain.propose(template, this.chain.base, empty);
    if (!draft) throw new Error('nothing waits');
    const { stateRoot, anchor, transactions, anchored } = draft;
    const block = makeBlock({ ...template, stateRoot, anchor }, transactions, anchored);
    const run = this.finalRun(block);
    for (const chain of [this.chain, ...replicas]) await chain.finalise(run);
    return block;
  }

  /** A block with the certificate of all validators of its epoch. */
  finalRun(block: Block): FinalRun {
    const set = setOf(this.chain.state);
    return {
      blocks: [block],
      closing: [],
      certificate: makeCertificate(set, this.votes(block, set), this.bls),
    };
  }

  votes(block: Block, set: ValidatorSet): Vote[] {
    const { epoch, slot, hash } = block.header;
    const motion = { kind: 'finalise' as const, epoch, slot, block: hash };
    const message = motionMessage(this.origin.id, set, motion);
    return set.validators.map(({ peer }, voter) => ({
      ...motion,
      voter,
      signature: this.person(peer).bls.sign(message),
    }));
  }

  /** The body of a change to a set of these people, signed by the validators in force. */
  change(
    people: readonly Person[],
    signers?: readonly Person[],
    current: ValidatorSet = setOf(this.chain.state),
  ) {
    const next = makeValidatorSet({
      epoch: current.epoch + 1,
      model: current.model,
      validators: people.map(({ validator }) => validator),
    });
    const message = changeMessage(this.origin.id, current, next);
    const all = signers ?? current.validators.map(({ peer }) => this.person(peer));
    const signatures = new Map(all.map((one) => [placeOf(current, one.key), one.bls.sign(message)] as const));
    return makeChange(current, next, signatures, this.bls);
  }

  #template() {
    const { base } = this.chain;
    const set = setOf(this.chain.state);
    const slot = Math.max(this.#slot, base.slot + 1);
    return {
      community: this.origin.id,
      epoch: set.epoch,
      slot,
      height: base.height + 1,
      parent: base.hash,
      time: Math.max(this.clock.now(), base.time + 1),
      proposer: leaderOf(set, slot),
    };
  }
}
