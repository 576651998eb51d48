import type { Person, Problem } from '../../../../contract/index.ts';
import type { Pair } from './agreement.ts';
import type { Epoch } from './epoch.ts';
import type { Letter } from './letter.ts';

/** A key that was checked, and what follows from it. */
export interface Known {
  readonly publicKey: string;
  /** As this person's own node knows them. */
  readonly person: Person;
  readonly pair: Pair;
}

/** Another participant of an encrypted call. */
export class Peer {
  readonly id: string;
  /** Who they are, as the host claims. */
  readonly did: string;
  known: Known | null = null;
  /** Why their key was not accepted. */
  problem: Problem | null = null;
  /** The newest epoch that they sent. */
  received: Omit<Epoch, 'secret'> | null = null;
  /** Whether they were sent this participant's key since they came. */
  isGreeted = false;
  /** Whether they hold a secret of this participant. */
  isTrusted = false;
  /** How often they were asked for their key. */
  asked = 0;
  checks = 0;
  /** Letters are read one after the other. */
  turn: Promise<void> = Promise.resolve();
  isGone = false;

  constructor(id: string, did: string) {
    this.id = id;
    this.did = did;
  }
}

/** The most letters that wait for somebody whom the host has not named yet, and for how many. */
const MAX_EARLY = 4;
const MAX_EARLY_SENDERS = 100;

/** Letters that came before the host named their sender. */
export class EarlyLetters {
  readonly #held = new Map<string, Letter[]>();

  put(from: string, letter: Letter): void {
    const held = this.#held.get(from) ?? [];
    if (held.length >= MAX_EARLY || (held.length === 0 && this.#held.size >= MAX_EARLY_SENDERS)) return;
    this.#held.set(from, [...held, letter]);
  }

  take(from: string): readonly Letter[] {
    const held = this.#held.get(from) ?? [];
    this.#held.delete(from);
    return held;
  }
}
