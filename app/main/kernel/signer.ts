/** Signs as one person. The secret stays inside. */
export interface Signer {
  /** 32 bytes, Ed25519. */
  readonly publicKey: Uint8Array;
  /** 64 bytes (RFC 8032). */
  sign(message: Uint8Array): Uint8Array;
}

/** A signer that spreads many signatures over threads, for bulk work. */
export interface BulkSigner extends Signer {
  /** One signature of 64 bytes per message, in order. */
  signAll(messages: readonly Uint8Array[]): Promise<Uint8Array[]>;
}

/** Checks Ed25519 signatures, many at a time so that an adapter may spread them over threads. */
export interface Verifier {
  verify(checks: readonly SignatureCheck[]): Promise<boolean[]>;
}

export interface SignatureCheck {
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}
