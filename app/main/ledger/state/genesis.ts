import * as z from 'zod';
import type { Bls } from '../../kernel/bls.ts';
import { putAccount, writeFounder, writeSet } from './accounts.ts';
import { takeHandle } from './handles.ts';
import { MAX_BLOCK_BYTES, MAX_BLOCK_TRANSACTIONS } from '../types/block.ts';
import { emptyHistory, writeHistory } from './history.ts';
import { KNOWN_VERSION, PROTOCOL, type Protocol } from './protocol.ts';
import { writeEntry, type StateDraft } from '../types/state.ts';
import { MAX_TRANSACTION_BYTES } from '../types/transaction.ts';
import {
  possessionsProven,
  Validator,
  ValidatorSet,
  type Validator as OneValidator,
} from '../types/validators.ts';
import { problem } from '../problems.ts';

/** [LG2] The highest fee, in credits. */
const MAX_FEE = 1_000_000_000;

/** [LG2] The settings of the ledger that `parameters.change` can change later. */
export const Parameters = z.strictObject({
  /** The number of blocks between snapshots. */
  snapshotInterval: z.int().min(1).max(1_000_000),
  block: z.strictObject({
    bytes: z.int().min(MAX_TRANSACTION_BYTES).max(MAX_BLOCK_BYTES),
    transactions: z.int().min(1).max(MAX_BLOCK_TRANSACTIONS),
  }),
  /** The community's name for its credits. */
  credit: z.string().min(1).max(20),
  /** [X25] The credits that a transaction costs; absent for none. */
  fee: z.int().min(0).max(MAX_FEE).optional(),
  timers: z
    .strictObject({
      /** How long a validator waits for a block before it votes for none, in milliseconds. */
      slotMs: z.int().min(50).max(60_000),
      /** The most that this grows to while slots fail. */
      slotCapMs: z.int().min(50).max(600_000),
    })
    .refine(({ slotMs, slotCapMs }) => slotMs <= slotCapMs),
});
export type Parameters = z.infer<typeof Parameters>;

/** [LG1] The ledger's part of the genesis document. */
export const LedgerGenesis = z
  .strictObject({
    model: ValidatorSet.shape.model,
    quorum: ValidatorSet.shape.quorum,
    validators: z.array(Validator).min(1),
    /** All credits there are; the founder has them at first. */
    supply: z.int().nonnegative(),
    parameters: Parameters,
    /** [LG5] The version of the protocol from the first block on; absent for 1. */
    protocol: z.int().min(2).optional(),
  })
  .refine(
    ({ model, quorum, validators }) =>
      ValidatorSet.safeParse({ epoch: 0, model, quorum, validators }).success,
  );
export type LedgerGenesis = z.infer<typeof LedgerGenesis>;

/** The parts of a community's genesis document that the ledger needs. */
export interface ChainOrigin {
  /** The community's id. */
  readonly id: Uint8Array;
  readonly founder: Uint8Array;
  readonly handle: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly ledger: LedgerGenesis;
}

export const defaultParameters: Parameters = {
  snapshotInterval: 1000,
  block: { bytes: MAX_BLOCK_BYTES, transactions: 2000 },
  credit: 'credit',
  timers: { slotMs: 1000, slotCapMs: 30_000 },
};

/** The founder's choices for the ledger; the rest has defaults. */
export interface LedgerChoices {
  readonly model?: LedgerGenesis['model'] | undefined;
  readonly supply?: number | undefined;
  readonly credit?: string | undefined;
  readonly snapshotInterval?: number | undefined;
  readonly blockBytes?: number | undefined;
  readonly blockTransactions?: number | undefined;
  readonly fee?: number | undefined;
}

/**
 * [LG3] The ledger of a sole sysop: one validator, whose signature makes a block final at once. [LG5] It follows the newest
 * version of the protocol that this release knows.
 */
export function soleLedger(validator: OneValidator, choices: LedgerChoices = {}): LedgerGenesis {
  const { snapshotInterval, credit, block, timers } = defaultParameters;
  return {
    model: choices.model ?? 'byzantine',
    quorum: 1,
    protocol: KNOWN_VERSION,
    validators: [validator],
    supply: choices.supply ?? 1_000_000,
    parameters: {
      snapshotInterval: choices.snapshotInterval ?? snapshotInterval,
      block: {
        bytes: choices.blockBytes ?? block.bytes,
        transactions: choices.blockTransactions ?? block.transactions,
      },
      credit: choices.credit ?? credit,
      ...(choices.fee ? { fee: choices.fee } : {}),
      timers,
    },
  };
}

/** The validator set of epoch 0. */
export function firstSetOf(ledger: Pick<LedgerGenesis, 'model' | 'quorum' | 'validators'>): ValidatorSet {
  const { model, quorum, validators } = ledger;
  return { epoch: 0, model, quorum, validators };
}

/**
 * [V6] Refuses a genesis document whose validators do not all prove possession of their keys; a node checks
 * this before it takes part.
 *
 * @throws Problem `unproven-possession`.
 */
export function checkPossessions(ledger: LedgerGenesis, bls: Bls): void {
  if (possessionsProven(firstSetOf(ledger), bls)) return;
  throw problem('unproven-genesis');
}

/** [LG4] Writes the state before the first block. */
export function writeGenesisState(
  state: StateDraft,
  { founder, handle, createdAt, ledger }: ChainOrigin,
): void {
  writeFounder(state, founder);
  takeHandle(state, handle, founder);
  putAccount(state, founder, {
    nonce: 0,
    root: founder,
    devices: [],
    role: 'sysop',
    banned: null,
    handle,
    credits: ledger.supply,
    since: createdAt,
  });
  writeSet(state, firstSetOf(ledger));
  writeEntry(state, PARAMETERS, ledger.parameters);
  if (ledger.protocol !== undefined) {
    writeEntry(state, PROTOCOL, { version: ledger.protocol, next: null, changes: 0 } satisfies Protocol);
  }
  writeHistory(state, emptyHistory);
}

/** The entry that holds the parameters in force. */
export const PARAMETERS = 'ledger/parameters';
