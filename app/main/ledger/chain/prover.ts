import { equalBytes } from '../../kernel/bytes.ts';
import { decodeCanonical } from '../../kernel/canonical.ts';
import { inclusionProof, leafHash, merkleRoot } from '../../kernel/merkle.ts';
import type { SealedEvent } from '../../log/event.ts';
import { encodeCertificate } from '../types/certificate.ts';
import type { ChainStore, Seal, ValidatorSignature } from './chain-store.ts';
import { ENTRY_PROOF, type EntryProofWire } from '../proofs/entry-proof.ts';
import { EVENT_PROOF, type EventProofWire } from '../proofs/event-proof.ts';
import { ClaimWire, encodeProof, type ProofWire, type SealWire } from '../proofs/proof.ts';
import { encodeManifest, type Cut } from './snapshot.ts';
import { proveEntry } from '../state/state-map.ts';
import type { ProvableState } from '../state/state-store.ts';
import { placeOfKey } from '../types/state.ts';
import { openTransaction } from '../types/transaction.ts';
import { problem } from '../problems.ts';

/** Makes proofs from the blocks on this node. */
export class Prover {
  readonly #community: Uint8Array;
  readonly #store: ChainStore;

  constructor(community: Uint8Array, store: ChainStore) {
    this.#community = community;
    this.#store = store;
  }

  /**
   * The finality proof of a transaction.
   *
   * @param single whether to include the validators' single signatures instead of the aggregate.
   * @throws Problem `unknown-transaction`, `not-final`, `no-single-signatures` or `history-missing`.
   */
  prove(id: Uint8Array, single = false): ProofWire {
    const found = this.#store.transaction(id);
    if (!found) {
      throw problem('no-final-transaction');
    }
    const claim = this.#claim(found.height, found.place, single);
    return {
      v: 1,
      what: 'impulse/finality-proof',
      c: this.#community,
      e: this.#linksTo(found.height),
      claim,
    };
  }

  /** The same proof as a file. */
  file(id: Uint8Array, single = false): Uint8Array {
    return encodeProof(this.prove(id, single));
  }

  /**
   * [H9] The proof of an event that a final block lists.
   *
   * @throws Problem `not-final` or `history-missing`.
   */
  proveEvent(id: Uint8Array, { bytes, signature }: SealedEvent, height: number): EventProofWire {
    const anchored = this.#store.anchoredAt(height);
    const place = anchored?.ids.findIndex((one) => equalBytes(one, id)) ?? -1;
    if (!anchored || place < 0) {
      throw problem('listing-block-missing');
    }
    const { previous, before, ids } = anchored;
    const header = this.#store.header(height)!;
    return {
      v: 1,
      what: EVENT_PROOF,
      c: this.#community,
      e: this.links(header.epoch),
      claim: {
        x: bytes,
        g: signature,
        p: place,
        n: ids.length,
        w: inclusionProof(ids.map(leafHash), place),
        r: merkleRoot(ids),
        q: previous,
        k: before,
        b: header.bytes,
        f: sealWire(this.#sealOf(height)),
      },
    };
  }

  /**
   * [F6] The proof that the final state has an entry, or lacks it.
   *
   * @param state the final state.
   * @param single whether to include the validators' single signatures instead of the aggregate.
   * @throws Problem `not-final`, `no-single-signatures` or `history-missing`.
   */
  proveEntry(state: ProvableState, key: string, single = false): EntryProofWire {
    const header = this.#store.tip();
    if (!header) throw problem('no-block-yet');
    const value = state.get(key);
    const { leaf, siblings } = proveEntry(state, placeOfKey(key));
    const other = value === null && leaf ? leaf : null;
    return {
      v: 1,
      what: ENTRY_PROOF,
      c: this.#community,
      e: this.links(header.epoch),
      claim: {
        k: key,
        x: value,
        l: other && [other.place, other.value],
        w: [...siblings],
        b: header.bytes,
        f: this.#sealWireOf(header.height, single),
      },
    };
  }

  /** The changes of the validators up to an epoch, each with its proof. */
  links(epoch: number): ClaimWire[] {
    return this.#store.epochs(epoch).map(({ changedAt, link }) => {
      if (link) return ClaimWire.parse(decodeCanonical(link));
      const sealed = this.#store.transactionsOf(changedAt);
      const place = sealed.findIndex((one) => openTransaction(one).kind === 'validators.change');
      if (place < 0) {
        throw problem('change-missing');
      }
      return this.#claim(changedAt, place, false);
    });
  }

  /**
   * The manifest of a snapshot: its header with the seal that makes it final, and the tops of its parts.
   *
   * @throws Problem `not-final` or `history-missing`.
   */
  manifest(height: number, cut: Cut): Uint8Array {
    const header = this.#store.header(height)!;
    const [links, seal] = [this.links(header.epoch), sealWire(this.#sealOf(height))];
    return encodeManifest({ community: this.#community, links, header, seal, cut });
  }

  #linksTo(height: number): ClaimWire[] {
    return this.links(this.#store.header(height)!.epoch);
  }

  #claim(height: number, place: number, single: boolean): ClaimWire {
    const header = this.#store.header(height)!;
    const sealed = this.#store.transactionsOf(height);
    const path = inclusionProof(sealed.map(leafHash), place);
    return { x: sealed[place]!, p: place, w: path, b: header.bytes, f: this.#sealWireOf(height, single) };
  }

  #sealWireOf(height: number, single: boolean): SealWire {
    const seal = this.#sealOf(height);
    return single ? this.#singleSeal(seal) : sealWire(seal);
  }

  #sealOf(height: number): Seal {
    const seal = this.#store.sealOf(height);
    if (seal) return seal;
    throw problem('not-final');
  }

  #singleSeal({ headers, certificate }: Seal): SealWire {
    const signatures = this.#store.signaturesOf(certificate.block!);
    if (signatures.length === 0) {
      throw problem('no-single-signatures');
    }
    return { h: headers.map(({ bytes }) => bytes), c: null, s: signatures.map(singleWire) };
  }
}

/** A seal in the form that proofs use. */
export function sealWire({ headers, certificate }: Seal): SealWire {
  return { h: headers.map(({ bytes }) => bytes), c: encodeCertificate(certificate), s: [] };
}

function singleWire({ voter, signature, at }: ValidatorSignature): SealWire['s'][number] {
  return { i: voter, g: signature, t: at };
}
