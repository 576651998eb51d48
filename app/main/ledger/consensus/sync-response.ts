import { equalBytes } from '../../kernel/bytes.ts';
import type { Bls } from '../../kernel/bls.ts';
import type { FinalRun } from './application.ts';
import { openBlock, openHeader, type Block, type BlockLimits, type Header } from '../types/block.ts';
import { judgeCertificate, openCertificate, type Certificate } from '../types/certificate.ts';
import type { Answer, SyncResponse } from './catch-up.ts';
import type { EpochContext } from './epoch-context.ts';
import type { GossipValidation, Refusal } from './gossip-validation.ts';
import { judgeHeader } from './proposal.ts';
import { broken, problem } from '../problems.ts';

/** [K11] Blocks in one run of a response; a longer run is refused. */
const MAX_RUN = 1000;

export interface SyncResponseInit {
  readonly community: Uint8Array;
  readonly bls: Bls;
  readonly limits: () => BlockLimits;
  readonly context: () => EpochContext;
  readonly validation: GossipValidation;
  /** [V10] A quorum finalised a block that contradicts the chain here. */
  readonly conflict: (run: FinalRun) => void;
  /** Makes a proven run part of the chain; resolves once it is. */
  readonly adopt: (run: FinalRun) => Promise<void>;
  /** [K10] Whether this validator needs to know how far others are. */
  readonly doubtful: () => boolean;
  /** [K10] A peer showed how far it is, by the certificate of a slot; 0 without one. */
  readonly witness: (peer: string, slot: number) => void;
}

/** Processes one peer's response: nothing in it is trusted before a certificate covers it. */
export function syncResponse(init: SyncResponseInit): SyncResponse {
  const { community, bls, limits, context, validation } = init;
  let blocks: Block[] = [];
  let standing: { epoch: number; certificate: Uint8Array | null } | null = null;

  async function final(closing: readonly Uint8Array[], bytes: Uint8Array): Promise<void> {
    const { tree, set } = context();
    const run = {
      blocks: blocks.filter(({ header }) => header.height > tree.base.height),
      closing: closing.map(openHeader),
      certificate: openCertificate(bytes),
    };
    blocks = [];
    // Another response was faster; nobody is to blame.
    if (run.blocks.length === 0 || run.certificate.epoch < set.epoch) return;
    const fault = judgeRun(run, { community, bls, context: context() });
    if (fault === 'wrong-parent' && contradicts(run, { community, bls, context: context() })) {
      return init.conflict(run);
    }
    if (fault) throw broken('uncovered-blocks', fault);
    await init.adopt(run);
  }

  function finish(peer: string): void {
    if (!init.doubtful() || !standing || standing.epoch !== context().set.epoch) return;
    if (!standing.certificate) return init.witness(peer, 0);
    const certificate = openCertificate(standing.certificate);
    const { set } = context();
    if (judgeCertificate(certificate, { community, set, bls }) === null) init.witness(peer, certificate.slot);
  }

  return {
    async take(message: Answer, peer: string): Promise<void> {
      switch (message[0]) {
        case 'standing':
          standing = { epoch: message[1], certificate: message[4] };
          return;
        case 'block':
          if (blocks.length >= MAX_RUN) throw problem('run-too-long');
          blocks.push(openBlock(message[1], limits()));
          return;
        case 'final':
          return final(message[1], message[2]);
        case 'certificate':
          return blame(await validation.certificate(message[1], peer));
        case 'proposal':
          return blame(await validation.proposal(message[1], message[2], peer));
        case 'votes':
          for (const refusal of await Promise.all(message[1].map((vote) => validation.vote(vote, peer)))) {
            blame(refusal);
          }
          return;
        case 'end':
          return message[1] ? undefined : finish(peer);
      }
    },
  };
}

function blame(refusal: Refusal | null): void {
  if (refusal?.verdict === 'reject') throw broken('peer-broke-rules', refusal.code);
}

/**
 * [K11] Why the blocks do not continue the chain, or the certificate on the last does not prove them; null if
 * they do.
 */
function judgeRun(
  run: FinalRun,
  { community, bls, context }: { community: Uint8Array; bls: Bls; context: EpochContext },
): string | null {
  const { set, tree } = context;
  const { certificate } = run;
  const closing = run.closing.map((header): Block => ({ header, transactions: [] }));
  let parent: Pick<Header, 'hash' | 'slot'> = tree.base;
  for (const block of [...run.blocks, ...closing]) {
    const fault = judgeHeader(block, { community, set });
    if (fault) return fault;
    const { header } = block;
    if (!equalBytes(header.parent, parent.hash) || header.slot <= parent.slot) return 'wrong-parent';
    parent = header;
  }
  if (run.closing.some(({ count }) => count > 0)) return 'not-closing';
  return namesLast(certificate, parent)
    ? judgeCertificate(certificate, { community, set, bls })
    : 'wrong-block';
}

/** [V10] Whether a run is proven for the height right above the last final block, but has another parent. */
function contradicts(
  run: FinalRun,
  { community, bls, context }: { community: Uint8Array; bls: Bls; context: EpochContext },
): boolean {
  const { set, tree } = context;
  const headers = [...run.blocks.map(({ header }) => header), ...run.closing];
  const first = headers[0]!;
  const elsewhere = first.height === tree.base.height + 1 && !equalBytes(first.parent, tree.base.hash);
  const chained = headers.every(
    ({ parent, epoch }, at) => epoch === set.epoch && (at === 0 || equalBytes(parent, headers[at - 1]!.hash)),
  );
  if (!elsewhere || !chained || !namesLast(run.certificate, headers.at(-1)!)) return false;
  return judgeCertificate(run.certificate, { community, set, bls }) === null;
}

function namesLast({ kind, block, slot }: Certificate, last: Pick<Header, 'hash' | 'slot'>): boolean {
  return kind === 'finalise' && slot === last.slot && equalBytes(block!, last.hash);
}
