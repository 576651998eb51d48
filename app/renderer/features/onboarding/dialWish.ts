import { create } from 'zustand';
import type { Client, Problem, Reach, ReachReport } from '../../../contract/index.ts';
import { problemOf } from '../../bridge/index.ts';

/** Who may dial a node that joins; nobody is the usual. */
export const diallers = ['nobody', 'network', 'internet'] as const;
export type Dialler = (typeof diallers)[number];

interface DialWish {
  /** What the node is being set up for, or was last; null when nobody asked. */
  readonly reach: Reach | null;
  readonly busy: boolean;
  readonly report: ReachReport | null;
  readonly problem: Problem | null;
  /** Sets the node up so that others may dial it; resolves when that has gone well or badly. */
  readonly setUp: (client: Client, reach: Reach) => Promise<void>;
  readonly dismiss: () => void;
}

const nothing = { reach: null, busy: false, report: null, problem: null };

/** The set-up that follows a join. It outlives the first steps, which a person may leave before it ends. */
export const useDialWish = create<DialWish>((set) => ({
  ...nothing,
  async setUp(client, reach) {
    set({ reach, busy: true, report: null, problem: null });
    try {
      set({ busy: false, report: await client.federation.setReach({ reach }) });
    } catch (error) {
      set({ busy: false, problem: problemOf(error) });
    }
  },
  dismiss: () => set(nothing),
}));
