import type { Via } from '../../contract/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { TokenBucket } from '../kernel/token-bucket.ts';
import type { KeyRing } from './keys.ts';
import { problem } from './problems.ts';

/** How long the words of a new identity are shown without the passphrase: until they are written down. */
const NEW_MS = 30 * 60_000;
/** Passphrases that may be tried at once, and how many more a second. */
const ATTEMPTS = 5;
const ATTEMPTS_PER_SECOND = 1 / 30;

export interface PhraseGuardInit {
  readonly keys: Pick<KeyRing, 'opensWith' | 'phraseConfirmed'>;
  readonly clock: Clock;
  /** Whether the identity was made when this node started. */
  readonly isNew: boolean;
  /** The file with the passphrase, to be named to a sysop who never chose one. */
  readonly passphraseFile: string;
}

/**
 * Decides who may read the recovery words. A program of this user and the desktop program can read the key file anyway; a
 * page in a browser may have been left open, or be somebody else's.
 */
export class PhraseGuard {
  readonly #init: PhraseGuardInit;
  readonly #startedAt: number;
  readonly #attempts: TokenBucket;

  constructor(init: PhraseGuardInit) {
    this.#init = init;
    this.#startedAt = init.clock.now();
    this.#attempts = new TokenBucket(init.clock, ATTEMPTS, ATTEMPTS_PER_SECOND);
  }

  /** Rejects with a Problem `passphrase-again`, `wrong-passphrase` or `too-many-attempts` unless the words may be shown. */
  async allow(via: Via, passphrase: string | undefined): Promise<void> {
    const { keys, clock, isNew, passphraseFile } = this.#init;
    if (via !== 'browser') return;
    if (isNew && !keys.phraseConfirmed && clock.now() - this.#startedAt < NEW_MS) return;
    if (passphrase === undefined) throw problem('passphrase-again', { path: passphraseFile });
    if (!this.#attempts.take()) throw problem('too-many-attempts');
    if (!(await keys.opensWith(passphrase))) throw problem('wrong-passphrase', { path: passphraseFile });
  }
}
