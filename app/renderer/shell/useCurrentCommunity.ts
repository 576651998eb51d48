import { useEffect, useState } from 'react';
import type { CommunityCard } from '../../contract/index.ts';
import { nameInAddress, useCommunityInAddress } from '../actions/route.ts';

const LAST = 'impulse.community';

/**
 * The community whose rooms are shown: the one in the address, else the one shown last in this browser, else the
 * first; null if there is none. If there are several, the address names it from then on.
 */
export function useCurrentCommunity(cards: readonly CommunityCard[]): CommunityCard | null {
  const named = useCommunityInAddress();
  const last = localStorage.getItem(LAST);
  const current =
    (named === null ? undefined : cards.find(({ id }) => id.endsWith(named))) ??
    cards.find(({ id }) => id === last) ??
    cards.find(({ state }) => state !== 'archived') ??
    cards[0] ??
    null;
  const id = current?.id;
  const isOneOfMany = cards.length > 1;
  useEffect(() => {
    if (id === undefined) return;
    localStorage.setItem(LAST, id);
    if (named === null && isOneOfMany) nameInAddress(id);
  }, [id, named, isOneOfMany]);
  return current;
}

/**
 * Whether the address names a community that this node does not have. One that is deleted while it is shown gives way
 * to another.
 */
export function useIsMissing(cards: readonly CommunityCard[]): boolean {
  const named = useCommunityInAddress();
  const [shown, setShown] = useState<string | null>(null);
  const isHere = named === null || cards.some(({ id }) => id.endsWith(named));
  if (isHere && shown !== named) setShown(named);
  return !isHere && shown !== named;
}
