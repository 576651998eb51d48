/**
 * BLS12-381 signatures with short public keys, ciphersuite BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_
 * (draft-irtf-cfrg-bls-signature, section 4.2.3): keys lie in G1, signatures in G2. Aggregates over one
 * message are safe only among keys whose possession was proven.
 */
export const BLS_KEY_BYTES = 48;
export const BLS_SIGNATURE_BYTES = 96;
/** The minimum length of a seed for a key. */
export const BLS_SEED_BYTES = 32;

/** Signs as one validator. The secret stays inside. */
export interface BlsSigner {
  /** 48 bytes, a compressed point of G1. */
  readonly publicKey: Uint8Array;
  /** 96 bytes, a compressed point of G2. */
  sign(message: Uint8Array): Uint8Array;
  /**
   * A proof that the holder of the public key knows its secret: 96 bytes, for {@link Bls.checkPossession}.
   */
  provePossession(): Uint8Array;
}

export interface BlsCheck {
  readonly key: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Checks and aggregates such signatures. Keys and signatures are untrusted bytes: bytes that are not a point,
 * not in the right subgroup, or the point at infinity make a check false and never throw.
 */
export interface Bls {
  /** One signature of one key. */
  verify(check: BlsCheck): boolean;
  /**
   * Checks one aggregate of all `keys` over one message, as made by {@link Bls.aggregate}; false for no keys.
   * The caller must ensure that every key proved its possession and that no key occurs twice.
   */
  verifyAggregate(keys: readonly Uint8Array[], message: Uint8Array, signature: Uint8Array): boolean;
  /** Checks many signatures at once, cheaper than one by one; returns a result for each, in order. */
  verifyMany(checks: readonly BlsCheck[]): Promise<boolean[]>;
  /**
   * The sum of checked signatures. Throws a Problem `bad-signature` for an empty list, or for bytes that are
   * not a signature.
   */
  aggregate(signatures: readonly Uint8Array[]): Uint8Array;
  /** Whether the holder of `key` proved to know its secret; also false for bytes that are not a key. */
  checkPossession(key: Uint8Array, proof: Uint8Array): boolean;
}
