import { joined, utf8, type Bytes } from './bytes.ts';

/**
 * [CE4] A state of the secret that one participant encrypts with. A new generation is random; a step within it follows from
 * the one before, and no secret tells the one before it.
 */
export interface Epoch {
  readonly generation: number;
  readonly step: number;
  /** 32 bytes. */
  readonly secret: Bytes;
}

export const MAX_GENERATION = 0xff_ff;
export const MAX_STEP = 0xff_ff;
export const SECRET_BYTES = 32;

const NOTHING: Bytes = new Uint8Array(0);

/** HKDF with SHA-256 (RFC 5869). */
export async function derived(secret: Bytes, info: Bytes, bytes = SECRET_BYTES): Promise<Bytes> {
  const key = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits']);
  const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: NOTHING, info };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, bytes * 8));
}

const RATCHET = utf8('impulse/call-ratchet/1');

/** The epoch `steps` steps later, of the same generation. */
export async function ratcheted(epoch: Epoch, steps = 1): Promise<Epoch> {
  let { secret } = epoch;
  for (let n = 0; n < steps; n += 1) secret = await derived(secret, RATCHET);
  return { ...epoch, step: epoch.step + steps, secret };
}

/** The epoch of a new, random generation. */
export const fresh = (generation: number): Epoch => ({
  generation,
  step: 0,
  secret: crypto.getRandomValues(new Uint8Array(SECRET_BYTES)),
});

/** Whether one epoch comes after another of the same sender. */
export const isAfter = (one: Omit<Epoch, 'secret'>, other: Omit<Epoch, 'secret'>): boolean =>
  one.generation > other.generation || (one.generation === other.generation && one.step > other.step);

/** A key of WebCrypto, in browsers and in Node.js. */
export type WebKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** The key for the frames of an epoch: AES-256-GCM. */
export async function frameKey(sender: string, { secret }: Epoch): Promise<WebKey> {
  const bits = await derived(secret, joined(utf8('impulse/call-frame/1\0'), utf8(sender)));
  return crypto.subtle.importKey('raw', bits, 'AES-GCM', false, ['encrypt', 'decrypt']);
}
