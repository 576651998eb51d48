import type { Clock } from '../kernel/clock.ts';
import type { Application } from './application.ts';
import { makeBlock, type Block } from './block.ts';
import type { Engine } from './engine.ts';
import { baseOf, blockTime } from './proposal.ts';

export interface ProposerInit {
  readonly community: Uint8Array;
  readonly clock: Clock;
  readonly application: Pick<Application, 'propose'>;
}

/** [K3] Makes this leader's block of a slot; null when there is nothing to order after all. */
export async function makeProposal(
  { community, clock, application }: ProposerInit,
  { set, me, pool }: Engine,
  { slot, parent, empty }: { slot: number; parent: Uint8Array; empty: boolean },
): Promise<Block | null> {
  const pooled = pool.get(parent);
  const base = pooled ? baseOf(pooled.block) : pool.base;
  const slate = {
    community,
    epoch: set.epoch,
    slot,
    height: base.height + 1,
    parent,
    time: blockTime(clock.now(), base),
    proposer: me!,
  };
  if (pooled?.ends) {
    // [K12] Behind a change of the set only what helps it to become final.
    const { height, stateRoot } = base;
    return makeBlock({ ...slate, height, stateRoot, anchor: null }, []);
  }
  const draft = await application.propose(slate, base, empty);
  if (!draft) return null;
  const { transactions, stateRoot, anchor, anchored } = draft;
  return makeBlock({ ...slate, stateRoot, anchor }, transactions, anchored);
}
