import type { Anchored } from '../types/anchor.ts';
import type { Block, BlockLimits, Header, HeaderFields } from '../types/block.ts';
import type { Certificate } from '../types/certificate.ts';
import type { Evidence } from '../types/equivocation.ts';
import type { Base } from './proposal.ts';
import type { ValidatorSet } from '../types/validators.ts';
import type { Vote } from '../types/vote.ts';

/** The head of the chain: its last final block and the validators that sign the next ones. */
export interface Tip {
  readonly base: Base;
  readonly set: ValidatorSet;
}

/** The header fields that are fixed before transactions are chosen. */
export type BlockTemplate = Pick<
  HeaderFields,
  'community' | 'epoch' | 'slot' | 'height' | 'parent' | 'time' | 'proposer'
>;

/** The content that a leader puts into its block. */
export interface BlockDraft extends Pick<HeaderFields, 'stateRoot' | 'anchor'> {
  readonly transactions: readonly Uint8Array[];
  readonly anchored?: Anchored;
}

/** [PV6] The code of a block that belongs to a version of the protocol that this release does not know. */
export const UNKNOWN_VERSION = 'unknown-version';

/** The result of executing a block. */
export type Execution =
  | { readonly ok: true; readonly next: ValidatorSet | null }
  /** Why the block is invalid, in kebab case. */
  | { readonly ok: false; readonly code: string };

/**
 * Blocks that became final together, in chain order, with the proof. The certificate is on the last of
 * `closing`, or on the last block if there is none.
 */
export interface FinalRun {
  readonly blocks: readonly Block[];
  /** [K12] Empty blocks after a change of the set; they are not part of the chain. */
  readonly closing: readonly Header[];
  readonly certificate: Certificate;
}

/**
 * The application that consensus orders blocks for. Blocks are executed before they are final, parents before
 * children.
 */
export interface Application {
  readonly limits: BlockLimits;
  /**
   * [PV6] Whether the block after the last final one belongs to a version of the protocol that this release does
   * not know: then consensus stops.
   */
  readonly outdated: boolean;
  tip(): Promise<Tip>;
  /**
   * Chooses transactions that the blocks below did not order. Null if there are none, unless `empty` asks for
   * a block all the same. The block comes back through `execute` like any other.
   */
  propose(template: BlockTemplate, parent: Base, empty: boolean): Promise<BlockDraft | null>;
  /**
   * Executes a block on its parent, which is final or was executed before. [PV6] The code is
   * {@link UNKNOWN_VERSION} if this release cannot judge the block.
   */
  execute(block: Block, parent: Base): Promise<Execution>;
  /**
   * [H4] Whether this node may vote for an executed block that has an anchor; resolves when it holds the
   * anchored events, or when a later block is final.
   */
  vouch(block: Block): Promise<boolean>;
  /**
   * Makes blocks part of the chain permanently, one run at a time; [PV7] of a run that this release can execute
   * in part, that part. A rejection halts consensus.
   */
  finalise(run: FinalRun): Promise<void>;
  /**
   * [K6] Resolves once all final blocks so far survive a power cut: only then are the votes for them
   * forgotten.
   */
  secure(): Promise<void>;
  /** The final blocks from a height up to the next one that has a certificate; null if there are none. */
  run(fromHeight: number): Promise<FinalRun | null>;
  /** Called with every checked vote, so that single signatures can also prove that a block is final. */
  keepSignature(vote: Vote): void;
  /** [K7] A validator provably broke the rules; called once for each validator and slot. */
  accuse(evidence: Evidence): void;
  /**
   * [K9] A quorum finalised a block that this node cannot accept: the node stops, and a person has to look.
   */
  diverged(run: FinalRun, code: string): void;
}
