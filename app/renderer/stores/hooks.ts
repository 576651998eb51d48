import { useEffect, useMemo, useRef } from 'react';
import { useStore } from 'zustand';
import { useBridge, useNodeBridge } from '../bridge/index.ts';
import { optionalFeatures } from '../../contract/index.ts';
import type { CommunityStatus, NodeStatus, Post, ReviewCounts, Thread } from '../../contract/index.ts';
import type { OpenThread, ThreadsKey } from './boards.ts';
import type { ChatRoom, ChatState } from './chat.ts';
import type { Live } from './live.ts';
import type { PagedList, PagedState } from './paged.ts';
import { nodeStoresOf, storesOf } from './stores.ts';
import type { Stores } from './stores.ts';
import { loading } from './view.ts';
import type { View } from './view.ts';

/** The stores of the community whose rooms are shown. */
const useStores = (): Stores => storesOf(useBridge());

/** A view with a way to ask the node again. */
export type Fresh<T> = View<T> & { readonly refresh: () => Promise<void> };

function useLive<T>(live: Live<T>): Fresh<T> {
  useEffect(() => live.want(), [live]);
  const view = useStore(live.store);
  return { ...view, refresh: live.refresh };
}

/** The node's status: its identity, its health, its notices. */
export const useNode = () => useLive(nodeStoresOf(useNodeBridge()).node);
/** All communities of the node. */
export const useCommunities = () => useLive(nodeStoresOf(useNodeBridge()).communities);
/** The status of the community: its name, this person’s part in it, its counts and notices. */
export const useCommunity = () => useLive(useStores().community);
/** Whether the community that is shown is archived: it can only be read. */
export function useIsArchived(): boolean {
  const id = useCommunity().value?.id;
  return useCommunities().value?.find((card) => card.id === id)?.state === 'archived';
}

/** The community that is shown, and its node. */
export interface Shown {
  readonly node: NodeStatus;
  readonly community: CommunityStatus;
}

/** Both statuses; null until both are known. */
export function useShown(): Shown | null {
  const node = useNode().value;
  const community = useCommunity().value;
  return node && community && { node, community };
}

/** Whether a room can be entered: its feature is not turned off. */
export const isOn = (shown: Shown | null, feature: string): boolean =>
  shown === null ||
  !optionalFeatures.some((name) => name === feature) ||
  shown.community.features.includes(feature);

/** All boards. */
export const useBoards = () => useLive(useStores().boards);
/** Who is here now. */
export const useOnline = () => useLive(useStores().online);
/** The open call rooms, and who is in them. */
export const useCallRooms = () => useLive(useStores().calls);
/** Peers, addresses, traffic and reachability. */
export const useFederation = () => useLive(useStores().federation);
/** All members. */
export const useMembers = () => useLive(useStores().members);
/** Imports and exports, running and past. */
export const useJobs = () => useLive(useStores().jobs);
/** The node's settings; call `refresh` after changing them. */
export const useSettings = () => useLive(useStores().settings);

/** Which classifier judges messages on this node, and how far it is behind. */
export const useModeration = () => useLive(useStores().moderation);

const noCounts: Fresh<ReviewCounts> = { ...loading, refresh: async () => {} };

/** How much waits for moderators; asked for only where this person may know it. */
export function useReviewCounts(mayKnow: boolean): Fresh<ReviewCounts> {
  const { review } = useStores();
  useEffect(() => {
    if (mayKnow) review.want();
  }, [review, mayKnow]);
  const view = useStore(review.store);
  return mayKnow ? { ...view, refresh: review.refresh } : noCounts;
}

/** Tells `listener` which items of the review changed, from when it is first given. */
export function useReviewNews(listener: (items: readonly string[]) => void): void {
  const { review } = useStores();
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(() => {
    review.want();
    return review.subscribe((items) => latest.current(items));
  }, [review]);
}

/** How the ledger stands: height, quorum, balance, halt. */
export const useLedger = () => useLive(useStores().ledger);
/** Who signs blocks, and how they fare. */
export const useValidators = () => useLive(useStores().validators);
/** The block in progress and who has signed it. */
export const useSlot = () => useLive(useStores().slot);

/** The threads of one board, or of all without a board. */
export function useThreads(key: ThreadsKey): { list: PagedList<Thread>; state: PagedState<Thread> } {
  const { threads } = useStores();
  const { board, unreadOnly = false } = key;
  const list = useMemo(() => threads.open({ board, unreadOnly }), [threads, board, unreadOnly]);
  return { list, state: useStore(list.store) };
}

/** One thread's posts; `around` opens it at that post. */
export function useThread(
  id: string,
  around?: string,
): { open: OpenThread; thread: Thread | null; state: PagedState<Post> } {
  const { opened } = useStores();
  const open = useMemo(() => opened.open(id, around), [opened, id, around]);
  return { open, thread: useStore(open.thread).value, state: useStore(open.posts.store) };
}

/** The chat room. */
export function useChat(): ChatState & { readonly room: ChatRoom } {
  const { chat } = useStores();
  useEffect(() => chat.want(), [chat]);
  return { ...useStore(chat.store), room: chat };
}
