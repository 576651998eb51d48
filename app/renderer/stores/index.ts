export {
  useBoards,
  useCallRooms,
  useChat,
  useFederation,
  useJobs,
  useLedger,
  useMembers,
  useModeration,
  useCommunities,
  useCommunity,
  useIsArchived,
  useNode,
  isOn,
  useShown,
  type Shown,
  useOnline,
  useReviewCounts,
  useReviewNews,
  useSettings,
  useSlot,
  useThread,
  useThreads,
  useValidators,
} from './hooks.ts';
export type { Fresh } from './hooks.ts';
export { leastQuorum, liarsBorne, presences, ledgerHealthOf } from './ledger-health.ts';
export type { Presence, SetShape, LedgerHealth } from './ledger-health.ts';
export { itemAt, PagedList } from './paged.ts';
export type { PagedState } from './paged.ts';
export type { View } from './view.ts';
export { ReviewQueue } from './reviewQueue.ts';
export type { Mark, News, QueueState, Verb, Work } from './reviewQueue.ts';
