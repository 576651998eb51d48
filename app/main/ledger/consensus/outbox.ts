import type { BlsSigner } from '../../kernel/bls.ts';
import { encodeBlock } from '../types/block.ts';
import type { Certificate } from '../types/certificate.ts';
import type { EpochContext } from './epoch-context.ts';
import { motionMessage, type Motion, type Vote } from '../types/vote.ts';
import type { SignStateStore } from './sign-state.ts';
import type { Kept, Proposal, VoteStore } from './vote-store.ts';

export interface OutboxInit {
  readonly community: Uint8Array;
  readonly signer: BlsSigner;
  readonly votes: VoteStore;
  readonly signState: SignStateStore;
  /** A vote is safe on disk and may leave the node. */
  readonly release: (context: EpochContext, vote: Vote) => void;
  readonly failed: (error: unknown) => void;
}

/** [K6] Own votes on their way out: signed, written to disk, then sent. */
export class Outbox {
  readonly #init: OutboxInit;
  #count = 0;
  #slot = 0;
  #waiting: { context: EpochContext; motion: Motion }[] = [];
  #certificates: Certificate[] = [];
  #writing = false;

  constructor(init: OutboxInit) {
    this.#init = init;
  }

  /** Continues the count of the vote log. */
  resume(kept: Pick<Kept, 'count' | 'slot'> | null): void {
    this.#count = kept?.count ?? 0;
    this.#slot = kept?.slot ?? 0;
  }

  vote(context: EpochContext, motion: Motion): void {
    this.#waiting.push({ context, motion });
  }

  /** A certificate to be written with the next votes: both must come back together. */
  keep(certificate: Certificate): void {
    this.#certificates.push(certificate);
  }

  /** Writes everything that is waiting in one commit. */
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
    const signed = waiting.map(({ context, motion }) => ({ context, vote: this.#sign(context, motion) }));
    const votes = signed.map(({ vote }) => vote);
    const proposals = signed.flatMap(({ context, vote }) => proposalOf(context, vote));
    await this.#init.votes.put({ votes, certificates, proposals });
    if (votes.length === 0) return;
    this.#count += votes.length;
    this.#slot = Math.max(this.#slot, ...votes.map(({ slot }) => slot));
    await this.#init.signState.write({ votes: this.#count, slot: this.#slot });
    for (const { context, vote } of signed) this.#init.release(context, vote);
  }

  #sign({ set, me }: EpochContext, motion: Motion): Vote {
    const signature = this.#init.signer.sign(motionMessage(this.#init.community, set, motion));
    return { ...motion, voter: me!, signature };
  }
}

/** [K6] The block of a vote must survive with the vote: the quorum guarantees that it is available. */
function proposalOf({ tree }: EpochContext, vote: Vote): Proposal[] {
  const node = vote.kind === 'notarise' ? tree.get(vote.block!) : undefined;
  if (!node) return [];
  const { block } = node;
  const { hash, epoch, slot, proposer } = block.header;
  const leaders = node.vote ?? (vote.voter === proposer ? vote : null);
  return leaders ? [{ hash, epoch, slot, block: encodeBlock(block), vote: leaders }] : [];
}
