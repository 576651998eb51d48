import * as z from 'zod';
import { concatBytes, utf8 } from './bytes.ts';
import { decodeCanonical, decodeCbor, encodeCanonical } from './canonical.ts';
import type { Problem } from './errors.ts';
import type { Signer } from './signer.ts';

/** A message with its proof, whose signature is not checked yet. */
export interface Opened<T> {
  readonly value: T;
  /** The bytes that the signature covers. */
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

export interface SealedForm<T> {
  /** Signs a message under the prefix of its form, so that the signature is valid for nothing else. */
  seal(value: Omit<T, 'v' | 'author'>, signer: Signer): Uint8Array;
  /** Parses a message from outside. Throws the Problem of the form, or `non-canonical`. */
  open(data: Uint8Array): Opened<T>;
}

const SIGNATURE_BYTES = 64;

/**
 * A form of signed messages that nodes spread by gossip: canonical bytes that hold a version and the author, and a
 * signature of them.
 *
 * @param form.prefix ends the reach of signatures; unique among all forms.
 * @param form.maxBytes of the message with its signature.
 */
export function sealedForm<T extends { readonly v: number; readonly author: Uint8Array }>(form: {
  readonly prefix: string;
  readonly version: T['v'];
  readonly shape: z.ZodType<T>;
  readonly maxBytes: number;
  readonly refusal: () => Problem;
}): SealedForm<T> {
  const { shape, version, maxBytes, refusal } = form;
  const prefix = utf8(`${form.prefix}\0`);
  const sized = (isSize: (length: number) => boolean) =>
    z.custom<Uint8Array>((it) => it instanceof Uint8Array && isSize(it.length));
  const pair = z.tuple([
    sized((length) => length <= maxBytes),
    sized((length) => length === SIGNATURE_BYTES),
  ]);
  return {
    seal(value, signer) {
      const bytes = encodeCanonical({ v: version, author: signer.publicKey, ...value });
      return encodeCanonical([bytes, signer.sign(concatBytes(prefix, bytes))]);
    },
    open(data) {
      const sealed = data.length <= maxBytes ? pair.safeParse(decodeCbor(data)).data : undefined;
      const value = sealed && shape.safeParse(decodeCanonical(sealed[0])).data;
      if (!value) throw refusal();
      return { value, message: concatBytes(prefix, sealed[0]), signature: sealed[1] };
    },
  };
}
