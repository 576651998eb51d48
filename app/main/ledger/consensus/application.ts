import type { Anchored } from '../types/anchor.ts';
import type { Block, BlockLimits, Header, HeaderFields } from '../types/block.ts';
import type { Certificate } from '../types/certificate.ts';
import type { Evidence } from '../types/equivocation.ts';
import type { Base } from './proposal.ts';
import type { ValidatorSet } from '../types/validators.ts';
import type { Vote } from '../types/vote.ts';

/** Where the chain stands: its last final block and who signs what follows. */
export interface Tip {
  readonly base: Base;
  readonly set: ValidatorSet;
}

/** What of a header is settled before its transactions are chosen. */
export type BlockTemplate = Pick<
  HeaderFields,
  'community' | 'epoch' | 'slot' | 'height' | 'parent' | 'time' | 'proposer'
>;

/** What a leader puts into its block. */
export interface BlockDraft extends Pick<HeaderFields, 'stateRoot' | 'anchor'> {
  readonly transactions: readonly Uint8Array[];
  readonly anchored?: Anchored;
}

/** What executing somebody's block led to. */
export type Execution =
  | { readonly ok: true; readonly next: ValidatorSet | null }
  /** Why the block is invalid, in kebab case. */
  | { readonly ok: false; readonly code: string };

/**
 * Blocks that became final at once, in the order of the chain, with the proof. The certificate is on the
 * last of `closing`, or on the last block if there is none.
 */
export interface FinalRun {
  readonly blocks: readonly Block[];
  /** [K12] Empty blocks behind a change of the set; no part of the chain. */
  readonly closing: readonly Header[];
  readonly certificate: Certificate;
}

/** What consensus orders for. Blocks are executed ahead of their finality, parents before children. */
export interface Application {
  readonly limits: BlockLimits;
  tip(): Promise<Tip>;
  /**
   * Chooses transactions for a block that those before it did not order. Null when there are none, unless
   * `empty` asks for a block all the same. The block comes back through `execute`, like everybody's.
   */
  propose(template: BlockTemplate, parent: Base, empty: boolean): Promise<BlockDraft | null>;
  /** Executes a block on its parent, which was executed before or is final. */
  execute(block: Block, parent: Base): Promise<Execution>;
  /**
   * [H4] Whether this node may vote for a block with an anchor that was executed; resolves when it holds what
   * the anchor stands for, or when a later block is final.
   */
  vouch(block: Block): Promise<boolean>;
  /** Makes blocks part of the chain for good; one run at a time. A rejection halts consensus. */
  finalise(run: FinalRun): Promise<void>;
  /** [K6] Resolves once all final blocks so far survive a power cut: only then are the votes for them forgotten. */
  secure(): Promise<void>;
  /** The final blocks from a height on, up to the next that has a certificate; null when there are none. */
  run(fromHeight: number): Promise<FinalRun | null>;
  /** Told of every checked vote, so that single signatures too can show that a block is final. */
  keepSignature(vote: Vote): void;
  /** [K7] Somebody broke the rules, provably; told once for each validator and slot. */
  accuse(evidence: Evidence): void;
  /** [K9] A quorum finalised what this node cannot accept: it stops here, and a person has to look. */
  diverged(run: FinalRun, code: string): void;
}
