export {
  useBoards,
  useChat,
  useFederation,
  useJobs,
  useMembers,
  useNode,
  useOnline,
  useSettings,
  useThread,
  useThreads,
} from './hooks.ts';
export type { Fresh } from './hooks.ts';
export { itemAt, PagedList } from './paged.ts';
export type { PagedState } from './paged.ts';
export type { View } from './view.ts';
