import { fromBase64Url, joined, toBase64Url, utf8, type Bytes } from './bytes.ts';
import { derived, SECRET_BYTES, type Epoch } from './epoch.ts';

/** X25519 (RFC 7748): browsers have it since Chromium 133, Firefox 130 and Safari 17. */
const X25519 = { name: 'X25519' };
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const SEALED_BYTES = NONCE_BYTES + SECRET_BYTES + 16;

/** [CE2] The key pair of one stay in a call. The private half never leaves WebCrypto. */
export class StayKey {
  /** base64url */
  readonly publicKey: string;
  readonly #privateKey: CryptoKey;

  /** Rejects in a browser without X25519. */
  static async create(): Promise<StayKey> {
    const pair = (await crypto.subtle.generateKey(X25519, false, ['deriveBits'])) as CryptoKeyPair;
    const raw = await crypto.subtle.exportKey('raw', pair.publicKey);
    return new StayKey(toBase64Url(new Uint8Array(raw)), pair.privateKey);
  }

  private constructor(publicKey: string, privateKey: CryptoKey) {
    this.publicKey = publicKey;
    this.#privateKey = privateKey;
  }

  /** The secret shared with another key; null if that is no key, or one that leaves no secret (RFC 7748, 6.1). */
  async sharedWith(other: string): Promise<Bytes | null> {
    const raw = fromBase64Url(other, KEY_BYTES);
    if (raw === null || toBase64Url(raw) !== other) return null;
    try {
      const key = await crypto.subtle.importKey('raw', raw, X25519, false, []);
      const bits = await crypto.subtle.deriveBits({ ...X25519, public: key }, this.#privateKey, 256);
      const shared = new Uint8Array(bits);
      return shared.every((byte) => byte === 0) ? null : shared;
    } catch {
      return null;
    }
  }
}

/** One end of a letter: a participant and the key of their stay. */
export interface Party {
  readonly id: string;
  readonly publicKey: string;
}

export interface SealedEpoch {
  readonly generation: number;
  readonly step: number;
  /** The nonce, then the sealed secret, as base64url. */
  readonly box: string;
}

/** [CE4] The key for letters in one direction: bound to the room, both participants and both keys. */
async function letterKey(shared: Bytes, room: string, from: Party, to: Party): Promise<CryptoKey> {
  const names = [room, from.id, from.publicKey, to.id, to.publicKey].join('\0');
  const bits = await derived(shared, joined(utf8('impulse/call-letter/1\0'), utf8(names)));
  return crypto.subtle.importKey('raw', bits, 'AES-GCM', false, ['encrypt', 'decrypt']);
}

const bound = ({ generation, step }: Omit<Epoch, 'secret'>): Bytes => utf8(`${generation}.${step}`);

/** Seals and opens the secrets that two participants send each other. */
export class Pair {
  readonly #out: CryptoKey;
  readonly #in: CryptoKey;

  static async create(shared: Bytes, room: string, me: Party, other: Party): Promise<Pair> {
    return new Pair(await letterKey(shared, room, me, other), await letterKey(shared, room, other, me));
  }

  private constructor(outwards: CryptoKey, inwards: CryptoKey) {
    this.#out = outwards;
    this.#in = inwards;
  }

  async seal(epoch: Epoch): Promise<SealedEpoch> {
    const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    const algorithm = { name: 'AES-GCM', iv, additionalData: bound(epoch) };
    const sealed = await crypto.subtle.encrypt(algorithm, this.#out, epoch.secret);
    const { generation, step } = epoch;
    return { generation, step, box: toBase64Url(joined(iv, new Uint8Array(sealed))) };
  }

  /** Null if the other participant did not seal it. */
  async open({ box, ...rest }: SealedEpoch): Promise<Epoch | null> {
    const bytes = fromBase64Url(box, SEALED_BYTES);
    if (bytes === null) return null;
    const algorithm = {
      name: 'AES-GCM',
      iv: bytes.slice(0, NONCE_BYTES),
      additionalData: bound(rest),
    };
    try {
      const secret = await crypto.subtle.decrypt(algorithm, this.#in, bytes.slice(NONCE_BYTES));
      return { ...rest, secret: new Uint8Array(secret) };
    } catch {
      return null;
    }
  }
}
