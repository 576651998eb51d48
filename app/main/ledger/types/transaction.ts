import * as z from 'zod';
import { concatBytes, utf8 } from '../../kernel/bytes.ts';
import { decodeCanonical, encodeCanonical } from '../../kernel/canonical.ts';
import { sha256 } from '../../kernel/sha256.ts';
import type { SignatureCheck, Signer } from '../../kernel/signer.ts';
import { bytesOf, bytesUpTo, Digest, Key } from './fields.ts';
import { problem } from '../problems.ts';

/** [X2] The largest sealed transaction, in bytes. */
export const MAX_TRANSACTION_BYTES = 32 * 1024;
const SIGNATURE_BYTES = 64;

const SIGNING_PREFIX = utf8('impulse/tx/1\0');

/** [X1] What an account asks the ledger to do. */
export interface TransactionFields {
  /** Digest of the genesis document. */
  readonly community: Uint8Array;
  /** The Ed25519 key that identifies an account permanently. */
  readonly account: Uint8Array;
  /** The key that signs if it is not `account`: a device's, or the root that replaced it. */
  readonly device: Uint8Array | null;
  /** How many transactions the account sent before. */
  readonly nonce: number;
  readonly kind: string;
  readonly body: unknown;
}

/** A decoded transaction with its identity. */
export interface Transaction extends TransactionFields {
  /** SHA-256 of `bytes`. */
  readonly id: Uint8Array;
  /** The bytes that are signed. */
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
  /** The form in which it is sent and stored in blocks: `bytes` and `signature`. */
  readonly sealed: Uint8Array;
}

const Wire = z.strictObject({
  v: z.literal(1),
  c: Digest,
  a: Key,
  d: Key.nullable(),
  n: z.int().nonnegative(),
  k: z.string().min(1).max(40),
  b: z.record(z.string(), z.unknown()),
});
const Sealed = z.tuple([bytesUpTo(MAX_TRANSACTION_BYTES), bytesOf(SIGNATURE_BYTES)]);

/** Makes and signs a transaction. Throws a Problem `transaction-too-large`. */
export function sealTransaction(fields: TransactionFields, signer: Signer): Transaction {
  const { community, account, device, nonce, kind, body } = fields;
  const bytes = encodeCanonical({ v: 1, c: community, a: account, d: device, n: nonce, k: kind, b: body });
  const signature = signer.sign(concatBytes(SIGNING_PREFIX, bytes));
  const sealed = encodeCanonical([bytes, signature]);
  if (sealed.length > MAX_TRANSACTION_BYTES) throw tooLarge();
  return { ...fields, bytes, id: sha256(bytes), signature, sealed };
}

/**
 * Reads a transaction from outside by rules [X1] and [X2]; the signature is not checked. Throws a Problem:
 * `transaction-too-large`, `malformed`, `non-canonical`, `bad-transaction`.
 */
export function openTransaction(sealed: Uint8Array): Transaction {
  if (sealed.length > MAX_TRANSACTION_BYTES) throw tooLarge();
  const outer = Sealed.safeParse(decodeCanonical(sealed));
  if (!outer.success) throw malformed();
  const [bytes, signature] = outer.data;
  const parsed = Wire.safeParse(decodeCanonical(bytes));
  if (!parsed.success) throw malformed();
  const { c, a, d, n, k, b } = parsed.data;
  const fields = { community: c, account: a, device: d, nonce: n, kind: k, body: b };
  return { ...fields, bytes, id: sha256(bytes), signature, sealed };
}

/**
 * [X3] The check of a transaction's signature. The state says whether the signer may sign for the account.
 */
export function signatureCheckOf({ account, device, bytes, signature }: Transaction): SignatureCheck {
  return { publicKey: device ?? account, message: concatBytes(SIGNING_PREFIX, bytes), signature };
}

const tooLarge = () => problem('transaction-too-large');
const malformed = () => problem('bad-transaction');
