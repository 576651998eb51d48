import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { base, Cid, Cursor, Did, empty, page, Person, Timestamp } from './common.ts';

/** Binary data in base64url without padding. */
const Base64Url = z
  .string()
  .max(8 * 1024 * 1024)
  .regex(/^[A-Za-z0-9_-]*$/, 'Must be base64url without padding.');

/** The data that a validator gives to the members who add it to the set. */
export const ValidatorCard = z.object({
  did: Did,
  /** Peer id of the validator’s node. */
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
  /** The proposer, as the DID of their key. */
  proposer: Did.nullable(),
  transactions: z.number().int().nonnegative(),
  /** Roots, in hexadecimal. */
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
  /** Where the transaction became final; null while it waits. */
  block: z
    .object({ height: z.number().int().positive(), hash: Cid, time: Timestamp, place: z.number().int() })
    .nullable(),
});
export type LedgerTransaction = z.infer<typeof LedgerTransaction>;

/** A version of the protocol and the height of the first block that is executed by it. */
export const LedgerActivation = z.object({
  version: z.number().int().min(2),
  height: z.number().int().positive(),
});
export type LedgerActivation = z.infer<typeof LedgerActivation>;

export const LedgerStatus = z.object({
  height: z.number().int().nonnegative(),
  /** Hash of the newest final block; the community’s id before the first one. */
  head: Cid,
  /** Block time of the newest final block; the time of the genesis document before the first one. */
  time: Timestamp,
  stateRoot: z.string(),
  /** Transactions since the first block. */
  transactions: z.number().int().nonnegative(),
  waiting: z.number().int().nonnegative(),
  epoch: z.number().int().nonnegative(),
  model: z.enum(['byzantine', 'crash']),
  quorum: z.number().int().positive(),
  validators: z.number().int().positive(),
  /** How many validators may fail before finality stops. */
  spare: z.number().int().nonnegative(),
  /** Whether this node is a validator. */
  validating: z.boolean(),
  credit: z.string(),
  /** The credits that a transaction costs. */
  fee: z.number().int().nonnegative(),
  /** My balance; null without an account. */
  credits: z.number().int().nonnegative().nullable(),
  /** The lowest block stored here in full; above 1 while history is being fetched. */
  historyFrom: z.number().int().nonnegative(),
  /** The snapshot that this node is fetching to join, with the number of parts it has; null if none. */
  joining: z
    .object({
      height: z.number().int().positive(),
      parts: z.number().int().nonnegative(),
      of: z.number().int().positive(),
    })
    .nullable(),
  snapshots: z.array(z.number().int().positive()),
  protocol: z.object({
    /** The version by which the next block is executed. */
    version: z.number().int().positive(),
    /** The version that is scheduled; null if none is. */
    next: LedgerActivation.nullable(),
    /** The newest version that this release knows; the node needs an update if that in force is later. */
    known: z.number().int().positive(),
  }),
  /** Why execution stopped on this node; null while it runs. */
  halted: z.object({ code: z.string(), height: z.number().int() }).nullable(),
});
export type LedgerStatus = z.infer<typeof LedgerStatus>;

export const LedgerValidator = ValidatorCard.extend({
  handle: z.string(),
  isMe: z.boolean(),
  latencyMs: z.number().nonnegative().nullable(),
  /** How many of the latest slots it voted in and how many it missed; null if no slot was observed. */
  signed: z.number().int().nonnegative().nullable(),
  missed: z.number().int().nonnegative().nullable(),
  lastSignedAt: Timestamp.nullable(),
});
export type LedgerValidator = z.infer<typeof LedgerValidator>;

/** Two signed votes of one validator that contradict each other under the rules. */
export const LedgerEvidence = z.object({
  number: z.number().int().positive(),
  did: Did,
  handle: z.string(),
  epoch: z.number().int().nonnegative(),
  slot: z.number().int().positive(),
  /** The two contradicting votes. */
  votes: z.tuple([z.string(), z.string()]),
  /** When this node received the evidence. */
  at: Timestamp,
});
export type LedgerEvidence = z.infer<typeof LedgerEvidence>;

/** The block in progress and who has signed it, by validator index. */
export const LiveSlot = z.object({
  slot: z.number().int().nonnegative(),
  leader: z.number().int().nonnegative(),
  block: z.object({ hash: z.string(), height: z.number().int(), transactions: z.number().int() }).nullable(),
  notarised: z.array(z.boolean()),
  finalised: z.array(z.boolean()),
  nullified: z.array(z.boolean()),
});
export type LiveSlot = z.infer<typeof LiveSlot>;

/** A change to the validator set that is collecting signatures. */
export const ValidatorChange = z.object({
  /** For the other validators; holds the signatures collected so far. */
  change: Base64Url,
  signatures: z.number().int().nonnegative(),
  quorum: z.number().int().positive(),
  /** The transaction, once a quorum has signed. */
  transaction: Cid.nullable(),
});
export type ValidatorChange = z.infer<typeof ValidatorChange>;

/** A schedule of a version of the protocol that is collecting signatures. */
export const VersionSchedule = ValidatorChange.extend({
  /** Null cancels the schedule in force. */
  next: LedgerActivation.nullable(),
});
export type VersionSchedule = z.infer<typeof VersionSchedule>;

const Heights = z.union([z.number().int().positive(), Cid]);

const Hex = z.string().regex(/^[0-9a-f]*$/, 'Must be lower-case hexadecimal.');
const TreeHead = z.object({
  height: z.number().int().nonnegative(),
  count: z.number().int().nonnegative(),
  root: Hex,
});

export const contract = {
  status: base.input(empty).output(LedgerStatus),
  /** The genesis document, in canonical DAG-CBOR. */
  genesis: base.input(empty).output(z.object({ genesis: Base64Url })),
  /** Newest first. */
  blocks: base.input(Cursor).output(page(LedgerBlock)),
  /** One block by height or hash, with its transactions. */
  block: base
    .input(z.object({ block: Heights }))
    .output(z.object({ block: LedgerBlock, transactions: z.array(LedgerTransaction) })),
  /** Newest first: all, or by account, kind, or block (height or hash); filters combine. */
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
   * Signs a transaction with my key and submits it. In the body, `did:key:…` stands for the key and `0x…` for
   * bytes.
   */
  submit: base
    .input(z.object({ kind: z.string().min(1).max(40), body: z.record(z.string().max(40), z.unknown()) }))
    .output(z.object({ id: Cid })),
  validators: base.input(empty).output(z.array(LedgerValidator)),
  /**
   * Signs a change to the validator set, new or started by another validator; submits it once a quorum has
   * signed.
   */
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
  /**
   * Signs a schedule of a version of the protocol, new (null cancels) or started by another validator; submits it
   * once a quorum has signed.
   */
  scheduleVersion: base
    .input(z.union([z.object({ next: LedgerActivation.nullable() }), z.object({ change: Base64Url })]))
    .output(VersionSchedule),
  /** The block in progress, at every signature that arrives. */
  signatures: base.input(empty).output(eventIterator(LiveSlot)),
  /**
   * The finality proof of a transaction, or of a post or another event listed in a block, in canonical
   * DAG-CBOR.
   */
  proof: base
    .input(z.object({ id: Cid, single: z.boolean().default(false) }))
    .output(z.object({ proof: Base64Url })),
  /**
   * The proof that the final state has an entry or lacks it, in canonical DAG-CBOR. In the key, a handle may be
   * written in any case and `did:key:…` stands for a key; the answer has the key of the state.
   */
  entryProof: base
    .input(z.object({ key: z.string().min(3).max(300), single: z.boolean().default(false) }))
    .output(z.object({ key: z.string(), present: z.boolean(), proof: Base64Url })),
  /**
   * Inclusion proof of a transaction in the tree of all transactions (RFC 9162); the state of `height` holds
   * the root.
   */
  inclusion: base.input(z.object({ id: Cid })).output(
    z.object({
      height: z.number().int().nonnegative(),
      index: z.number().int().nonnegative(),
      count: z.number().int().nonnegative(),
      /** Root and path, in hexadecimal. */
      root: Hex,
      path: z.array(Hex),
    }),
  ),
  /** Consistency proof between the transaction trees of two blocks (RFC 9162). */
  consistency: base
    .input(z.object({ from: Heights, to: Heights.optional() }))
    .output(z.object({ from: TreeHead, to: TreeHead, path: z.array(Hex) })),
  /** The head of a stored snapshot; the newest if no height is given. */
  snapshot: base.input(z.object({ height: z.number().int().positive().optional() })).output(
    z.object({
      height: z.number().int().positive(),
      stateRoot: z.string(),
      transactions: z.number().int().nonnegative(),
      parts: z.number().int().positive(),
      manifest: Base64Url,
    }),
  ),
  /** Validators that broke the rules, newest first. */
  evidence: base.input(Cursor).output(page(LedgerEvidence)),
  /** All evidence as a file in canonical DAG-CBOR; the genesis document is enough to verify it. */
  evidenceFile: base.input(empty).output(z.object({ file: Base64Url })),
  /** After a halt: executes all blocks again, and continues if every root equals the signed one. */
  recover: base.input(empty).output(LedgerStatus),
  /** A block became final. */
  changes: base.input(empty).output(eventIterator(z.object({ height: z.number().int() }))),
};
