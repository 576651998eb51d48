import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { type Random, systemRandom } from '../kernel/clock.ts';
import { didOf } from '../kernel/did.ts';
import { problemOf } from '../kernel/errors.ts';
import type { BulkSigner } from '../kernel/signer.ts';
import { signerOf } from '../platform/keys/ed25519.ts';
import { entropyOf, seedOf, wordsOf } from '../platform/keys/phrase.ts';
import {
  corrupt,
  expand,
  newWrappingKey,
  seal,
  unseal,
  type Unlock,
  type WrappingKey,
} from '../platform/keys/sealed.ts';
import { writeAtomically } from './atomic-write.ts';

export type { Unlock } from '../platform/keys/sealed.ts';

const Secret = z.object({
  entropy: z.base64().length(44),
  peerSeed: z.base64().length(44),
  phraseConfirmed: z.boolean(),
  /** [CM7] How many persons were derived besides the first. */
  persons: z.int().nonnegative().default(0),
});
type Secret = z.infer<typeof Secret>;

/**
 * The keys of one node: the person's, which 24 words restore on any machine, and the peer's, which belongs
 * only to this data directory. Stored encrypted outside the database.
 */
export class KeyRing {
  readonly #file: string;
  readonly #wrapping: WrappingKey;
  readonly #random: Random;
  #secret: Secret;
  /** The seed of the phrase, 64 bytes, from which persons are derived. */
  #seed: Uint8Array;
  readonly #persons = new Map<number, BulkSigner>();

  private constructor(file: string, wrapping: WrappingKey, random: Random, secret: Secret, seed: Uint8Array) {
    this.#file = file;
    this.#wrapping = wrapping;
    this.#random = random;
    this.#secret = secret;
    this.#seed = seed;
  }

  /** Whether a key file exists, valid or not. */
  static async exists(file: string): Promise<boolean> {
    return readFile(file).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return false;
        throw error;
      },
    );
  }

  /**
   * Makes a key file: for a new person, or with `words` for the person of a recovery phrase. The peer key is
   * new in either case, so that two machines of one person never share it.
   * @throws Problem `phrase-invalid`.
   */
  static async create(
    file: string,
    unlock: Unlock,
    words?: readonly string[],
    random = systemRandom,
  ): Promise<KeyRing> {
    const entropy = words ? entropyOf(words) : random.bytes(32);
    const secret = {
      entropy: text(entropy),
      peerSeed: text(random.bytes(32)),
      phraseConfirmed: words !== undefined,
      persons: 0,
    };
    const ring = new KeyRing(
      file,
      await newWrappingKey(unlock, random),
      random,
      secret,
      await seedOf(wordsOf(entropy)),
    );
    await ring.#save();
    return ring;
  }

  /** @throws Problem `wrong-passphrase`, `wrong-system-key`, `keys-need-desktop`, `keys-need-passphrase`, `keys-corrupt`. */
  static async open(file: string, unlock: Unlock, random = systemRandom): Promise<KeyRing> {
    const { secret: plain, wrapping } = await unseal(await readFile(file, 'utf8'), unlock);
    const secret = parseSecret(plain);
    return new KeyRing(file, wrapping, random, secret, await seedOf(wordsOf(bytes(secret.entropy))));
  }

  /** [CM7] Signs as the person with a number, 0 for the person of the node. Fixed until {@link restore}. */
  person(number = 0): BulkSigner {
    const known = this.#persons.get(number) ?? signerOf(personSeed(this.#seed, number));
    this.#persons.set(number, known);
    return known;
  }

  /** [CM7] The number of a person that was never used before; those up to `used` were, by restored communities. */
  async newPerson(used: number): Promise<number> {
    const persons = Math.max(this.#secret.persons, used) + 1;
    this.#secret = { ...this.#secret, persons };
    await this.#save();
    return persons;
  }

  /** The `did:key` of the person of the node. */
  get did(): string {
    return didOf(this.person().publicKey);
  }

  /** The Ed25519 seed of the libp2p peer, 32 bytes. */
  get peerSeed(): Uint8Array {
    return bytes(this.#secret.peerSeed);
  }

  /**
   * The seed of the BLS key with which this node signs blocks, 32 bytes. It is derived from the peer's: two
   * machines of one person must never sign blocks with one key.
   */
  get validatorSeed(): Uint8Array {
    return expand(this.peerSeed, 'impulse/validator/bls/v1', 32);
  }

  /** Whether a passphrase opens the key file; false for one that the operating system opens. Takes a tenth of a second. */
  async opensWith(passphrase: string): Promise<boolean> {
    try {
      await unseal(await readFile(this.#file, 'utf8'), { kind: 'passphrase', passphrase });
      return true;
    } catch (error) {
      if (['wrong-passphrase', 'keys-need-desktop'].includes(problemOf(error).code)) return false;
      throw error;
    }
  }

  /** The 24 words that restore the person. Shown on demand and never logged. */
  phrase(): string[] {
    return wordsOf(bytes(this.#secret.entropy));
  }

  get phraseConfirmed(): boolean {
    return this.#secret.phraseConfirmed;
  }

  /**
   * Checks the requested words, by position from 0; records success if at least three are given and all are
   * correct.
   */
  async confirmPhrase(answers: readonly { index: number; word: string }[]): Promise<boolean> {
    const words = this.phrase();
    const positions = new Set(answers.map(({ index }) => index));
    const right = answers.every(({ index, word }) => words[index] === word.trim().toLowerCase());
    if (!right || positions.size < 3) return false;
    this.#secret = { ...this.#secret, phraseConfirmed: true };
    await this.#save();
    return true;
  }

  /**
   * Replaces the person by that of a phrase; the peer key stays.
   * @throws Problem `phrase-invalid`.
   */
  async restore(words: readonly string[]): Promise<void> {
    const entropy = entropyOf(words);
    const seed = await seedOf(wordsOf(entropy));
    this.#secret = { ...this.#secret, entropy: text(entropy), phraseConfirmed: true };
    await this.#save();
    this.#seed = seed;
    this.#persons.clear();
  }

  #save(): Promise<void> {
    const plain = Buffer.from(JSON.stringify(this.#secret));
    return writeAtomically(this.#file, seal(plain, this.#wrapping, this.#random));
  }
}

/** [CM7] The path of the first person is that of release 0.1. */
const personSeed = (seed: Uint8Array, number: number): Uint8Array =>
  expand(seed, number === 0 ? 'impulse/person/ed25519/v1' : `impulse/person/ed25519/v1/${number}`, 32);

function parseSecret(plain: Uint8Array): Secret {
  try {
    return Secret.parse(JSON.parse(Buffer.from(plain).toString('utf8')));
  } catch {
    throw corrupt();
  }
}

const text = (data: Uint8Array) => Buffer.from(data).toString('base64');
const bytes = (data: string) => new Uint8Array(Buffer.from(data, 'base64'));
