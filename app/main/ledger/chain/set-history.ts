import type { Bls } from '../../kernel/bls.ts';
import type { ChainStore } from './chain-store.ts';
import { firstSetOf, type ChainOrigin } from '../state/genesis.ts';
import { followEpochs } from '../proofs/proof.ts';
import { Prover } from './prover.ts';
import type { ValidatorSet } from '../types/validators.ts';
import { problem } from '../problems.ts';

/** The validator sets of all epochs, each checked once from the genesis document on. */
export class SetHistory {
  readonly #origin: ChainOrigin;
  readonly #store: ChainStore;
  readonly #bls: Bls;
  readonly #sets = new Map<number, ValidatorSet>();

  constructor(origin: ChainOrigin, store: ChainStore, bls: Bls) {
    this.#origin = origin;
    this.#store = store;
    this.#bls = bls;
  }

  /** Throws a Problem `unknown-epoch`, or `history-missing` while a change of the validators is not here. */
  of(epoch: number): ValidatorSet {
    const known = this.#sets.get(epoch);
    if (known) return known;
    const { id, ledger } = this.#origin;
    const trust = { community: id, set: firstSetOf(ledger) };
    const links = new Prover(id, this.#store).links(epoch);
    if (links.length !== epoch) throw problem('unknown-epoch');
    const set = followEpochs(links, trust, this.#bls);
    this.#sets.set(epoch, set);
    return set;
  }
}
