import type { BlsSigner } from '../kernel/bls.ts';
import { encodeBlock } from './block.ts';
import type { Certificate } from './certificate.ts';
import type { Engine } from './engine.ts';
import { motionMessage, type Motion, type Vote } from './vote.ts';
import type { VoteMark } from './vote-mark.ts';
import type { Kept, Proposal, VoteStore } from './vote-store.ts';

export interface OutboxInit {
  readonly community: Uint8Array;
  readonly signer: BlsSigner;
  readonly votes: VoteStore;
  readonly mark: VoteMark;
  /** A vote is safe on disk and may leave the node. */
  readonly release: (engine: Engine, vote: Vote) => void;
  readonly failed: (error: unknown) => void;
}

/** [K6] Own votes on their way out: signed, written down, and only then let go. */
export class Outbox {
  readonly #init: OutboxInit;
  #count = 0;
  #slot = 0;
  #waiting: { engine: Engine; motion: Motion }[] = [];
  #certificates: Certificate[] = [];
  #writing = false;

  constructor(init: OutboxInit) {
    this.#init = init;
  }

  /** Goes on counting from what the vote log holds. */
  resume(kept: Pick<Kept, 'count' | 'slot'> | null): void {
    this.#count = kept?.count ?? 0;
    this.#slot = kept?.slot ?? 0;
  }

  vote(engine: Engine, motion: Motion): void {
    this.#waiting.push({ engine, motion });
  }

  /** A certificate to be written with the next votes: what they rest on must come back with them. */
  keep(certificate: Certificate): void {
    this.#certificates.push(certificate);
  }

  /** Writes all that waits, in one commit. */
  async flush(): Promise<void> {
    if (this.#writing) return;
    this.#writing = true;
    try {
      while (this.#waiting.length + this.#certificates.length > 0) await this.#write();
    } catch (error) {
      this.#init.failed(error);
    } finally {
      this.#writing = false;
    }
  }

  async #write(): Promise<void> {
    const [waiting, certificates] = [this.#waiting, this.#certificates];
    this.#waiting = [];
    this.#certificates = [];
    const signed = waiting.map(({ engine, motion }) => ({ engine, vote: this.#sign(engine, motion) }));
    const votes = signed.map(({ vote }) => vote);
    const proposals = signed.flatMap(({ engine, vote }) => proposalOf(engine, vote));
    await this.#init.votes.put({ votes, certificates, proposals });
    if (votes.length === 0) return;
    this.#count += votes.length;
    this.#slot = Math.max(this.#slot, ...votes.map(({ slot }) => slot));
    await this.#init.mark.write({ votes: this.#count, slot: this.#slot });
    for (const { engine, vote } of signed) this.#init.release(engine, vote);
  }

  #sign({ set, me }: Engine, motion: Motion): Vote {
    const signature = this.#init.signer.sign(motionMessage(this.#init.community, set, motion));
    return { ...motion, voter: me!, signature };
  }
}

/** [K6] The block that a vote is for must survive with the vote: the quorum answers for its being there. */
function proposalOf({ pool }: Engine, vote: Vote): Proposal[] {
  const pooled = vote.kind === 'notarise' ? pool.get(vote.block!) : undefined;
  if (!pooled) return [];
  const { block } = pooled;
  const { hash, epoch, slot, proposer } = block.header;
  const leaders = pooled.vote ?? (vote.voter === proposer ? vote : null);
  return leaders ? [{ hash, epoch, slot, block: encodeBlock(block), vote: leaders }] : [];
}
