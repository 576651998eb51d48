import { decodeCanonical, encodeCanonical } from '../../kernel/canonical.ts';
import type { FinalRun } from '../consensus/application.ts';
import { encodeBlock } from '../types/block.ts';
import { encodeCertificate } from '../types/certificate.ts';
import type { Seal } from './chain-store.ts';
import type { Base } from '../consensus/proposal.ts';

/** [E7] Why execution halted. */
export interface Halt {
  readonly code: string;
  readonly height: number;
  /** Canonical DAG-CBOR that shows the certified blocks and the result here. */
  readonly evidence: Uint8Array;
}

/** [E7] The evidence of why a node halted at a run that its validators certified. */
export function haltEvidence(init: {
  readonly run: FinalRun;
  readonly code: string;
  readonly tip: Base;
  /** The state roots of the blocks as executed here. */
  readonly roots: readonly Uint8Array[];
  /** [V10] The seal that makes the tip final here. */
  readonly ours: Seal | null;
}): Uint8Array {
  const { run, code, tip, roots, ours } = init;
  return encodeCanonical({
    v: 1,
    code,
    height: run.blocks[0]!.header.height,
    roots,
    tip: tip.hash,
    stateRoot: tip.stateRoot,
    blocks: run.blocks.map(encodeBlock),
    closing: run.closing.map(({ bytes }) => bytes),
    certificate: encodeCertificate(run.certificate),
    ours: ours && {
      headers: ours.headers.map(({ bytes }) => bytes),
      certificate: encodeCertificate(ours.certificate),
    },
  });
}

export function haltOf(evidence: Uint8Array): Halt {
  const { code, height } = decodeCanonical(evidence) as { code: string; height: number };
  return { code, height, evidence };
}
