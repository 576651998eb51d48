import { createCipheriv, createDecipheriv, hkdfSync, scrypt, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import type { Random } from '../../kernel/clock.ts';
import type { Problem } from '../../kernel/errors.ts';
import { problem } from './problems.ts';

/**
 * The secret that opens the key file: a passphrase, or a 32-byte key from the operating system's key store.
 */
export type Unlock =
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  | { readonly kind: 'system'; readonly key: Uint8Array };

const base64 = (bytes: number) =>
  z
    .string()
    .max(4096)
    .transform((text) => new Uint8Array(Buffer.from(text, 'base64')))
    .refine((data) => data.length === bytes);

/** Bounds that prevent a tampered file from requiring excessive work or memory. */
const Kdf = z.discriminatedUnion('name', [
  z.object({
    name: z.literal('scrypt'),
    n: z.union([z.literal(2 ** 15), z.literal(2 ** 16), z.literal(2 ** 17)]),
    r: z.literal(8),
    p: z.literal(1),
    salt: z.string().min(20).max(64),
  }),
  z.object({ name: z.literal('system') }),
]);
type Kdf = z.infer<typeof Kdf>;

const SealedFile = z.object({
  version: z.literal(1),
  kdf: Kdf,
  /**
   * Distinguishes a wrong passphrase from a damaged file. Derived from the wrapping key without revealing it.
   */
  check: base64(16),
  nonce: base64(12),
  tag: base64(16),
  data: z.string().min(1).max(8192),
});

/**
 * A wrapping key with the parameters of its derivation, so that the file can be written again without the
 * passphrase.
 */
export interface WrappingKey {
  readonly kdf: Kdf;
  readonly key: Uint8Array;
}

/** A new wrapping key for a new file. */
export async function newWrappingKey(unlock: Unlock, random: Random): Promise<WrappingKey> {
  const salt = Buffer.from(random.bytes(16)).toString('base64');
  const kdf: Kdf =
    unlock.kind === 'system' ? { name: 'system' } : { name: 'scrypt', n: 2 ** 15, r: 8, p: 1, salt };
  return { kdf, key: await derive(kdf, unlock) };
}

/** The secret as the text of a key file: AES-256-GCM, the header authenticated with it. */
export function seal(secret: Uint8Array, { kdf, key }: WrappingKey, random: Random): string {
  const nonce = random.bytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(header(kdf));
  const data = Buffer.concat([cipher.update(secret), cipher.final()]);
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const file = {
    version: 1,
    kdf,
    check: text(checkOf(key)),
    nonce: text(nonce),
    tag: text(cipher.getAuthTag()),
    data: text(data),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/**
 * Opens the text of a key file.
 *
 * @throws Problem `wrong-passphrase`, `keys-need-desktop`, `keys-need-passphrase` or `keys-corrupt`.
 */
export async function unseal(
  text: string,
  unlock: Unlock,
): Promise<{ secret: Uint8Array; wrapping: WrappingKey }> {
  const file = parse(text);
  if (file.kdf.name === 'system' && unlock.kind !== 'system') {
    throw problem('keys-need-desktop');
  }
  if (file.kdf.name === 'scrypt' && unlock.kind !== 'passphrase') {
    throw problem('keys-need-passphrase');
  }
  const key = await derive(file.kdf, unlock);
  if (!timingSafeEqual(checkOf(key), file.check)) throw wrongKey(unlock);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, file.nonce)
      .setAAD(header(file.kdf))
      .setAuthTag(file.tag);
    const secret = Buffer.concat([decipher.update(Buffer.from(file.data, 'base64')), decipher.final()]);
    return { secret: new Uint8Array(secret), wrapping: { kdf: file.kdf, key } };
  } catch {
    throw corrupt();
  }
}

function parse(text: string): z.infer<typeof SealedFile> {
  try {
    return SealedFile.parse(JSON.parse(text));
  } catch {
    throw corrupt();
  }
}

/** Has no cause, since a parser's message may quote the damaged key file. */
export const corrupt = () => problem('keys-corrupt');

function wrongKey(unlock: Unlock): Problem {
  if (unlock.kind === 'passphrase') {
    return problem('wrong-passphrase');
  }
  return problem('wrong-system-key');
}

function derive(kdf: Kdf, unlock: Unlock): Promise<Uint8Array> {
  if (unlock.kind === 'system') {
    if (unlock.key.length !== 32) throw new RangeError('a key of the system key store has 32 bytes');
    return Promise.resolve(expand(unlock.key, 'impulse/keys/wrap/v1', 32));
  }
  if (kdf.name !== 'scrypt') throw new TypeError('a passphrase needs scrypt');
  const { n, r, p, salt } = kdf;
  return new Promise((resolve, reject) => {
    const options = { N: n, r, p, maxmem: 256 * n * r };
    scrypt(unlock.passphrase.normalize('NFKC'), Buffer.from(salt, 'base64'), 32, options, (error, key) =>
      error ? reject(error) : resolve(new Uint8Array(key)),
    );
  });
}

const header = (kdf: Kdf) => Buffer.from(JSON.stringify(['impulse/keys/v1', kdf]));
const checkOf = (key: Uint8Array) => expand(key, 'impulse/keys/check/v1', 16);

/** HKDF-SHA256 (RFC 5869) without salt, separated by a domain string. */
export function expand(secret: Uint8Array, domain: string, length: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(0), domain, length));
}
