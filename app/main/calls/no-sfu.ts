import type { ManagedRelay, Sfu } from './ports.ts';
import { problem } from './problems.ts';

/** The SFU of a world that hosts no calls. */
export const noSfu: Sfu = {
  trouble: () => problem.fields('hosting-impossible'),
  open: () => Promise.reject(problem('hosting-impossible')),
  loads: async () => [],
  stop: async () => {},
};

/** The relay of a world that runs none. */
export const noRelay: Pick<ManagedRelay, 'status' | 'offer'> = {
  status: () => ({ state: 'off', problem: null }),
  offer: () => null,
};
