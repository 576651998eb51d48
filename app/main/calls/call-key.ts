import type * as contract from '../../contract/index.ts';
import { concatBytes, fromBase64Url, toBase64Url, utf8 } from '../kernel/bytes.ts';
import { encodeCanonical } from '../kernel/canonical.ts';
import { digestOf } from '../kernel/cid.ts';
import type { Clock } from '../kernel/clock.ts';
import { publicKeyOf } from '../kernel/did.ts';
import type { Role } from '../kernel/roles.ts';
import type { Signer, Verifier } from '../kernel/signer.ts';
import { problem } from './problems.ts';

/** A signature under this prefix is valid for nothing else. */
const PREFIX = utf8('impulse/call-key/1\0');
/** [CE3] How far a clock may be ahead, and how old a signature may be, in milliseconds. */
const MAX_AHEAD_MS = 5 * 60_000;
const MAX_AGE_MS = 24 * 60 * 60_000;
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

export interface CallKeysInit {
  readonly community: Uint8Array;
  readonly clock: Clock;
  readonly signer: Signer;
  readonly verifier: Verifier;
  readonly roleOf: (key: Uint8Array) => Role | null;
  readonly person: (key: Uint8Array) => contract.Person;
}

type Inputs = contract.Inputs['calls'];

/** [CE3] Binds the keys that consoles make for encrypted calls to the identities of their persons. */
export function callKeys({ community, clock, signer, verifier, roleOf, person }: CallKeysInit) {
  const messageOf = ({ room, participant, key }: Inputs['signKey'], at: number): Uint8Array =>
    concatBytes(
      PREFIX,
      encodeCanonical({
        v: 1,
        community,
        room: digestOf(room),
        participant,
        key: bytesOf(key, KEY_BYTES),
        at,
      }),
    );
  return {
    /** Signs a key of this person's console. Throws a Problem `key-refused` if it is none. */
    signKey(claim: Inputs['signKey']): contract.CallKeySignature {
      const at = clock.now();
      return { at, signature: toBase64Url(signer.sign(messageOf(claim, at))) };
    },

    /**
     * The person who signed a key, as this node knows them. Rejects with a Problem `key-refused`, or `key-of-no-member`
     * if they have no role now.
     */
    async checkKey({ did, at, signature, ...claim }: Inputs['checkKey']): Promise<contract.Person> {
      const publicKey = keyOf(did);
      const age = clock.now() - at;
      if (age > MAX_AGE_MS || age < -MAX_AHEAD_MS) throw problem('key-refused');
      const message = messageOf(claim, at);
      const check = { publicKey, message, signature: bytesOf(signature, SIGNATURE_BYTES) };
      const [genuine] = await verifier.verify([check]);
      if (!genuine) throw problem('key-refused');
      if (roleOf(publicKey) === null) throw problem('key-of-no-member');
      return person(publicKey);
    },
  };
}

function keyOf(did: string): Uint8Array {
  try {
    return publicKeyOf(did);
  } catch {
    throw problem('key-refused');
  }
}

function bytesOf(text: string, length: number): Uint8Array {
  let bytes;
  try {
    bytes = fromBase64Url(text);
  } catch {
    throw problem('key-refused');
  }
  // The only text for these bytes, so that what is signed is what was sent.
  if (bytes.length !== length || toBase64Url(bytes) !== text) throw problem('key-refused');
  return bytes;
}
