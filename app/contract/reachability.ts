import * as z from 'zod';
import { Timestamp } from './common.ts';

export const Reachability = z.object({
  /** `direct`: others dial this node; `relayed`: through a relay; `private`: nobody can dial it; `unknown`: not yet tested. */
  verdict: z.enum(['direct', 'relayed', 'private', 'unknown', 'offline']),
  testedAt: Timestamp.nullable(),
});
