import { msOf } from '../../kernel/hybrid-time.ts';
import type { BlockTemplate } from '../consensus/application.ts';
import type { ProvableState } from '../state/state-store.ts';
import {
  ANCHORED_BYTES,
  anchorDigest,
  anchorOn,
  anchorTipOf,
  type Anchor,
  type Anchored,
} from '../types/anchor.ts';
import type { Block } from '../types/block.ts';
import type { Anchoring } from './anchoring.ts';

/** [H1] An anchor with its list. */
export interface Listed {
  readonly anchor: Anchor;
  readonly anchored: Anchored;
}

/**
 * [H6] The anchor of a leader's block; null if there is nothing to list.
 *
 * @param state the state of the block's parent.
 * @param bytes the room for the list.
 * @param below the blocks between the last final one and this one.
 */
export function listFor(
  { community, time: blockMs }: BlockTemplate,
  anchoring: Anchoring,
  state: ProvableState,
  bytes: number,
  below: readonly Block[],
): Listed | null {
  const events = anchoring.choose(blockMs, Math.floor(bytes / ANCHORED_BYTES), below);
  if (events.length === 0) return null;
  const tip = anchorTipOf(state, community);
  const anchored = anchorOn(
    tip,
    events.map(({ id }) => id),
  );
  const time = events.reduce((latest, event) => Math.max(latest, msOf(event.time)), tip.time);
  return { anchored, anchor: { time, digest: anchorDigest(anchored) } };
}
