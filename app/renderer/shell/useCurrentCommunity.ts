import { useEffect, useState } from 'react';
import type { CommunityCard } from '../../contract/index.ts';
import { goIn, nameInAddress, useCommunityInAddress } from '../actions/route.ts';

const LAST = 'impulse.community';

export interface CurrentCommunity {
  /** The community whose rooms are shown; null if there is none. */
  readonly card: CommunityCard | null;
  /** Whether the address names a community that this node does not have. */
  readonly isMissing: boolean;
}

/**
 * The community in the address, else the one shown last in this browser, else the first. If there are several, the
 * address names it from then on. One that is deleted while it is shown gives way to another.
 */
export function useCurrentCommunity(cards: readonly CommunityCard[]): CurrentCommunity {
  const named = useCommunityInAddress();
  const [shown, setShown] = useState<string | null>(null);
  const inAddress = named === null ? undefined : cards.find(({ id }) => id.endsWith(named));
  if (inAddress !== undefined && shown !== named) setShown(named);
  const isAbsent = named !== null && inAddress === undefined;
  const isDeleted = isAbsent && shown === named;
  const last = localStorage.getItem(LAST);
  const card =
    inAddress ??
    cards.find(({ id }) => id === last) ??
    cards.find(({ state }) => state !== 'archived') ??
    cards[0] ??
    null;
  const id = card?.id;
  const isOneOfMany = cards.length > 1;
  useEffect(() => {
    if (id === undefined) return;
    localStorage.setItem(LAST, id);
    if (isDeleted) goIn(id, 'overview');
    else if (named === null && isOneOfMany) nameInAddress(id);
  }, [id, isDeleted, named, isOneOfMany]);
  return { card, isMissing: isAbsent && !isDeleted };
}
