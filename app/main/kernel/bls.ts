/**
 * BLS12-381 signatures with short public keys, ciphersuite BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_
 * (draft-irtf-cfrg-bls-signature, section 4.2.3): keys lie in G1, signatures in G2. Aggregates over one
 * message are safe only among keys whose possession was proven.
 */
export const BLS_KEY_BYTES = 48;
export const BLS_SIGNATURE_BYTES = 96;
/** The least length of a seed from which a key is made. */
export const BLS_SEED_BYTES = 32;

/** Signs as one validator. The secret stays inside. */
export interface BlsSigner {
  /** 48 bytes, a compressed point of G1. */
  readonly publicKey: Uint8Array;
  /** 96 bytes, a compressed point of G2. */
  sign(message: Uint8Array): Uint8Array;
  /** That the holder of the public key knows its secret: 96 bytes, for {@link Bls.checkPossession}. */
  provePossession(): Uint8Array;
}

export interface BlsCheck {
  readonly key: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Checks and joins such signatures. Keys and signatures are bytes from anywhere: what is no point, not
 * of the right subgroup, or the point at infinity makes a check false and is never an exception.
 */
export interface Bls {
  /** One signature of one key. */
  verify(check: BlsCheck): boolean;
  /**
   * One aggregate of all `keys` over one message, as made by {@link Bls.aggregate}; false for no keys.
   * The caller answers for that every key proved its possession and that no key stands there twice.
   */
  verifyAggregate(keys: readonly Uint8Array[], message: Uint8Array, signature: Uint8Array): boolean;
  /** Many signatures at once, cheaper than one by one; an answer for each, in order. */
  verifyMany(checks: readonly BlsCheck[]): Promise<boolean[]>;
  /** The sum of checked signatures. Throws a Problem `bad-signature` for none, or for bytes that are none. */
  aggregate(signatures: readonly Uint8Array[]): Uint8Array;
  /** Whether the holder of `key` proved to know its secret; also false for a key that is not one. */
  checkPossession(key: Uint8Array, proof: Uint8Array): boolean;
}
