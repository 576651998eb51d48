import { createCipheriv } from 'node:crypto';

/** AEAD_AES_128_GCM of SRTP (RFC 7714): a master key of 16 bytes, and a master salt of 12 after it. */
export const SUITE = 'AEAD_AES_128_GCM';
export const MASTER_BYTES = 28;
const KEY_BYTES = 16;
const SALT_BYTES = 12;
const LABEL_KEY = 0;
const LABEL_SALT = 2;

/** Key derivation with AES in counter mode (RFC 3711, section 4.3), at a derivation rate of zero. */
function derived(master: Uint8Array, label: number, length: number): Buffer {
  const counter = Buffer.alloc(16);
  counter.set(master.subarray(KEY_BYTES));
  counter[7]! ^= label;
  return createCipheriv('aes-128-ctr', master.subarray(0, KEY_BYTES), counter).update(Buffer.alloc(length));
}

/** Encrypts the packets of one sender. */
export class SrtpSender {
  readonly #key: Buffer;
  readonly #salt: Buffer;

  /** @param master of {@link MASTER_BYTES}. */
  constructor(master: Uint8Array) {
    this.#key = derived(master, LABEL_KEY, KEY_BYTES);
    this.#salt = derived(master, LABEL_SALT, SALT_BYTES);
  }

  /**
   * The packet as it is sent.
   *
   * @param rollover how often the sequence number of its stream began again.
   */
  protect(header: Buffer, payload: Buffer, rollover: number): Buffer {
    const iv = Buffer.alloc(SALT_BYTES);
    header.copy(iv, 2, 8, 12);
    iv.writeUInt32BE(rollover, 6);
    header.copy(iv, 10, 2, 4);
    for (let at = 0; at < SALT_BYTES; at++) iv[at]! ^= this.#salt[at]!;
    const cipher = createCipheriv('aes-128-gcm', this.#key, iv);
    cipher.setAAD(header);
    return Buffer.concat([header, cipher.update(payload), cipher.final(), cipher.getAuthTag()]);
  }
}
