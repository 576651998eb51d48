import type { Clock } from '../../kernel/clock.ts';
import type { Application } from './application.ts';
import { makeBlock, type Block } from '../types/block.ts';
import type { EpochContext } from './epoch-context.ts';
import { baseOf, blockTime } from './proposal.ts';

export interface ProposerInit {
  readonly community: Uint8Array;
  readonly clock: Clock;
  readonly application: Pick<Application, 'propose'>;
}

/** [K3] Makes this leader's block of a slot; null if there is nothing to order after all. */
export async function makeProposal(
  { community, clock, application }: ProposerInit,
  { set, me, tree }: EpochContext,
  { slot, parent, empty }: { slot: number; parent: Uint8Array; empty: boolean },
): Promise<Block | null> {
  const node = tree.get(parent);
  const base = node ? baseOf(node.block) : tree.base;
  const template = {
    community,
    epoch: set.epoch,
    slot,
    height: base.height + 1,
    parent,
    time: blockTime(clock.now(), base),
    proposer: me!,
  };
  if (node?.ends) {
    // [K12] After a change of the set, only blocks that help it to become final.
    const { height, stateRoot } = base;
    return makeBlock({ ...template, height, stateRoot, anchor: null }, []);
  }
  const draft = await application.propose(template, base, empty);
  if (!draft) return null;
  const { transactions, stateRoot, anchor, anchored } = draft;
  return makeBlock({ ...template, stateRoot, anchor }, transactions, anchored);
}

/** [K3] How many milliseconds a block is still too young for the next one. */
export function tooYoungMs(
  { tree }: EpochContext,
  parent: Uint8Array,
  nowMs: number,
  paceMs: number,
): number {
  const { time } = tree.get(parent)?.block.header ?? tree.base;
  return Math.max(0, Math.min(paceMs, time + paceMs - nowMs));
}
