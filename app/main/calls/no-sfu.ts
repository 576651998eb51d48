import type { Sfu } from './ports.ts';
import { problem } from './problems.ts';

/** The SFU of a world that hosts no calls. */
export const noSfu: Sfu = {
  trouble: () => problem.fields('hosting-impossible'),
  open: () => Promise.reject(problem('hosting-impossible')),
  loads: async () => [],
  stop: async () => {},
};
