import { create } from 'zustand';
import type { CommunityClient, Problem, Reach, ReachReport } from '../../../contract/index.ts';
import { problemOf } from '../../bridge/index.ts';

/** Who may dial a joining node; the default is nobody. */
export const diallers = ['nobody', 'network', 'internet'] as const;
export type Dialler = (typeof diallers)[number];

interface DialWish {
  /** The community in which the reach is set up. */
  readonly client: CommunityClient | null;
  /** The reach being set up, or set up last; null if nobody asked. */
  readonly reach: Reach | null;
  readonly busy: boolean;
  readonly report: ReachReport | null;
  readonly problem: Problem | null;
  /** Sets the node up so that others may dial it; resolves when this has succeeded or failed. */
  readonly setUp: (client: CommunityClient, reach: Reach) => Promise<void>;
  readonly dismiss: () => void;
}

const nothing = { client: null, reach: null, busy: false, report: null, problem: null };

/** The set-up that follows a join. It continues if the person leaves the first steps. */
export const useDialWish = create<DialWish>((set) => ({
  ...nothing,
  async setUp(client, reach) {
    set({ client, reach, busy: true, report: null, problem: null });
    try {
      set({ busy: false, report: await client.federation.setReach({ reach }) });
    } catch (error) {
      set({ busy: false, problem: problemOf(error) });
    }
  },
  dismiss: () => set(nothing),
}));
