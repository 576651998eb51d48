import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { base, Cid, Cursor, Did, empty, page, Person, Timestamp } from './common.ts';

/** Binary data in base64url without padding. */
const Base64Url = z
  .string()
  .max(8 * 1024 * 1024)
  .regex(/^[A-Za-z0-9_-]*$/, 'This is base64url.');

/** What a validator hands to those who take it into their set. */
export const ValidatorCard = z.object({
  did: Did,
  /** Peer id of its node. */
  peer: z.string().min(1).max(128),
  /** BLS12-381 public key, 96 hexadecimal digits. */
  bls: z.string().regex(/^[0-9a-f]{96}$/, 'A BLS key has 96 hexadecimal digits.'),
  /** Proof of possession of that key, 192 hexadecimal digits. */
  pop: z.string().regex(/^[0-9a-f]{192}$/, 'A proof of possession has 192 hexadecimal digits.'),
});
export type ValidatorCard = z.infer<typeof ValidatorCard>;

export const LedgerBlock = z.object({
  height: z.number().int().positive(),
  hash: Cid,
  parent: Cid,
  time: Timestamp,
  epoch: z.number().int().nonnegative(),
  slot: z.number().int().nonnegative(),
  /** Who proposed it; the key's DID. */
  proposer: Did.nullable(),
  transactions: z.number().int().nonnegative(),
  /** Roots in hexadecimal. */
  transactionRoot: z.string(),
  stateRoot: z.string(),
});
export type LedgerBlock = z.infer<typeof LedgerBlock>;

export const LedgerTransaction = z.object({
  id: Cid,
  kind: z.string(),
  account: Person,
  nonce: z.number().int().nonnegative(),
  /** The body, with bytes as `0x` and hexadecimal digits. */
  body: z.unknown(),
  /** Where it became final; null while it waits. */
  block: z
    .object({ height: z.number().int().positive(), hash: Cid, time: Timestamp, place: z.number().int() })
    .nullable(),
});
export type LedgerTransaction = z.infer<typeof LedgerTransaction>;

export const LedgerStatus = z.object({
  height: z.number().int().nonnegative(),
  /** Hash of the newest final block; the community's id before the first. */
  head: Cid,
  /** Block time of it; that of the genesis document before the first. */
  time: Timestamp,
  stateRoot: z.string(),
  /** Transactions since the first block. */
  transactions: z.number().int().nonnegative(),
  waiting: z.number().int().nonnegative(),
  epoch: z.number().int().nonnegative(),
  model: z.enum(['byzantine', 'crash']),
  quorum: z.number().int().positive(),
  validators: z.number().int().positive(),
  /** How many validators may fail before blocks stop being final. */
  spare: z.number().int().nonnegative(),
  /** Whether this node is one of them. */
  validating: z.boolean(),
  credit: z.string(),
  /** What I hold; null without an account. */
  credits: z.number().int().nonnegative().nullable(),
  /** The lowest block that is here in full; above 1 while history is filled in. */
  historyFrom: z.number().int().nonnegative(),
  /** The snapshot that is fetched to begin with, and how many of its parts are here; null while none is. */
  joining: z
    .object({
      height: z.number().int().positive(),
      parts: z.number().int().nonnegative(),
      of: z.number().int().positive(),
    })
    .nullable(),
  snapshots: z.array(z.number().int().positive()),
  /** Why execution stands still here; null while it runs. */
  halted: z.object({ code: z.string(), height: z.number().int() }).nullable(),
});
export type LedgerStatus = z.infer<typeof LedgerStatus>;

export const LedgerValidator = ValidatorCard.extend({
  handle: z.string(),
  isMe: z.boolean(),
  latencyMs: z.number().nonnegative().nullable(),
  /** Of the latest slots, how many it voted in and how many it missed; null where nobody watched. */
  signed: z.number().int().nonnegative().nullable(),
  missed: z.number().int().nonnegative().nullable(),
  lastSignedAt: Timestamp.nullable(),
});
export type LedgerValidator = z.infer<typeof LedgerValidator>;

/** Two signed votes of one validator that the rules do not allow together. */
export const LedgerEvidence = z.object({
  number: z.number().int().positive(),
  did: Did,
  handle: z.string(),
  epoch: z.number().int().nonnegative(),
  slot: z.number().int().positive(),
  /** What was voted for, twice. */
  votes: z.tuple([z.string(), z.string()]),
  /** When this node came by it. */
  at: Timestamp,
});
export type LedgerEvidence = z.infer<typeof LedgerEvidence>;

/** The block in progress and who has signed it, by the places of the validators. */
export const LiveSlot = z.object({
  slot: z.number().int().nonnegative(),
  leader: z.number().int().nonnegative(),
  block: z.object({ hash: z.string(), height: z.number().int(), transactions: z.number().int() }).nullable(),
  notarised: z.array(z.boolean()),
  finalised: z.array(z.boolean()),
  nullified: z.array(z.boolean()),
});
export type LiveSlot = z.infer<typeof LiveSlot>;

/** A change of the validators on its way to a quorum. */
export const ValidatorChange = z.object({
  /** To be handed to the other validators; holds the signatures so far. */
  change: Base64Url,
  signatures: z.number().int().nonnegative(),
  quorum: z.number().int().positive(),
  /** The transaction, once a quorum signed. */
  transaction: Cid.nullable(),
});
export type ValidatorChange = z.infer<typeof ValidatorChange>;

const Heights = z.union([z.number().int().positive(), Cid]);

const Hex = z.string().regex(/^[0-9a-f]*$/, 'This is hexadecimal.');
const TreeHead = z.object({
  height: z.number().int().nonnegative(),
  count: z.number().int().nonnegative(),
  root: Hex,
});

export const ledgerContract = {
  status: base.input(empty).output(LedgerStatus),
  /** The genesis document, in canonical DAG-CBOR. */
  genesis: base.input(empty).output(z.object({ genesis: Base64Url })),
  /** Newest first. */
  blocks: base.input(Cursor).output(page(LedgerBlock)),
  /** By height or hash, with its transactions. */
  block: base
    .input(z.object({ block: Heights }))
    .output(z.object({ block: LedgerBlock, transactions: z.array(LedgerTransaction) })),
  /** Newest first: all, or those of an account, of a kind, in a block by height or hash; filters go together. */
  transactions: base
    .input(
      Cursor.extend({
        account: Did.optional(),
        kind: z.string().min(1).max(40).optional(),
        block: Heights.optional(),
      }),
    )
    .output(page(LedgerTransaction)),
  transaction: base.input(z.object({ id: Cid })).output(LedgerTransaction),
  /**
   * Signs a transaction with my key and hands it in. In the body, `did:key:…` stands for the key and `0x…`
   * for bytes.
   */
  submit: base
    .input(z.object({ kind: z.string().min(1).max(40), body: z.record(z.string().max(40), z.unknown()) }))
    .output(z.object({ id: Cid })),
  validators: base.input(empty).output(z.array(LedgerValidator)),
  /** This node's own card, for others to take it into the set. */
  card: base.input(empty).output(ValidatorCard),
  /** Signs a change of the validators, a new one or one that others signed; hands it in once a quorum did. */
  changeValidators: base
    .input(
      z.object({
        add: z.array(ValidatorCard).max(64).default([]),
        remove: z.array(Did).max(64).default([]),
        quorum: z.number().int().positive().optional(),
        change: Base64Url.optional(),
      }),
    )
    .output(ValidatorChange),
  /** The block in progress, at every signature that arrives. */
  signatures: base.input(empty).output(eventIterator(LiveSlot)),
  /** The finality proof of a transaction, or of a post or another event that a block lists, in canonical DAG-CBOR. */
  proof: base
    .input(z.object({ id: Cid, single: z.boolean().default(false) }))
    .output(z.object({ proof: Base64Url })),
  /** That a transaction stands in the tree of all of them (RFC 9162), whose root the state of `height` holds. */
  inclusion: base.input(z.object({ id: Cid })).output(
    z.object({
      height: z.number().int().nonnegative(),
      index: z.number().int().nonnegative(),
      count: z.number().int().nonnegative(),
      /** Root and path in hexadecimal. */
      root: Hex,
      path: z.array(Hex),
    }),
  ),
  /** That the tree of all transactions after one block only added to that after an earlier one (RFC 9162). */
  consistency: base
    .input(z.object({ from: Heights, to: Heights.optional() }))
    .output(z.object({ from: TreeHead, to: TreeHead, path: z.array(Hex) })),
  /** The head of a kept snapshot, the newest if no height is named. */
  snapshot: base.input(z.object({ height: z.number().int().positive().optional() })).output(
    z.object({
      height: z.number().int().positive(),
      stateRoot: z.string(),
      transactions: z.number().int().nonnegative(),
      parts: z.number().int().positive(),
      manifest: Base64Url,
    }),
  ),
  /** Validators who broke the rules, newest first. */
  evidence: base.input(Cursor).output(page(LedgerEvidence)),
  /** All evidence as a file that anyone can check with the genesis document alone, in canonical DAG-CBOR. */
  evidenceFile: base.input(empty).output(z.object({ file: Base64Url })),
  /** After a halt: executes all blocks anew and goes on if every root comes out as it was signed. */
  recover: base.input(empty).output(LedgerStatus),
  /** A block became final. */
  changes: base.input(empty).output(eventIterator(z.object({ height: z.number().int() }))),
};
