/** Where a node kills itself: in the stages of a live post, in their order; `transaction` is before its commit. */
export const STAGES = ['verify', 'judge', 'store', 'transaction', 'commit', 'tell'] as const;
export type Stage = (typeof STAGES)[number];

/** The log and the posts of a node at the end of a run. */
export interface KillReport {
  readonly log: string;
  readonly state: string;
  readonly shown: readonly string[];
  readonly counted: number;
  readonly waiting: number;
  readonly open: number;
}
