import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { base, Cid, Did, empty, Progress, Role, Timestamp } from './common.ts';
import { CommunityName } from './communities.ts';
import { Notice } from './notice.ts';
import { Reachability } from './reachability.ts';
import { communitySettingsContract } from './settings.ts';

export const CommunityStatus = z.object({
  id: Cid,
  name: z.string(),
  description: z.string(),
  createdAt: Timestamp,
  /** `repairing`: projections are being rebuilt; `degraded`: read-only, see notices. */
  phase: z.enum(['ready', 'repairing', 'degraded']),
  me: z.object({ did: Did, handle: z.string(), role: Role.nullable() }),
  /** Connected nodes of its members. */
  peers: z.number().int().nonnegative(),
  reachability: Reachability,
  /** Current catch-up, or null if this node is up to date as far as its peers know. */
  sync: Progress.extend({ stage: z.enum(['members', 'newest', 'history', 'files']) }).nullable(),
  databaseBytes: z.number().nonnegative(),
  /** The space that its database and its files take, and the most they may take; null for no limit. */
  space: z.object({ usedBytes: z.number().nonnegative(), quotaBytes: z.number().nullable() }),
  /** Names of the features that run. */
  features: z.array(z.string()),
  notices: z.array(Notice),
  counts: z.object({
    events: z.number().int(),
    posts: z.number().int(),
    postsToday: z.number().int(),
    postsYesterday: z.number().int(),
    members: z.number().int(),
    online: z.number().int(),
    callsToday: z.number().int(),
    unread: z.number().int(),
    /** Share of this node’s own posts that at least one peer holds, 0 to 1; null if there are none. */
    replicatedShare: z.number().nullable(),
  }),
});
export type CommunityStatus = z.infer<typeof CommunityStatus>;

/** Posts per hour over the last 24 hours, oldest first. */
export const Activity = z.object({ startsAt: Timestamp, hours: z.array(z.number().int()).length(24) });

/** The community itself; the procedures of its features stand beside these. */
export const communityContract = {
  status: base.input(empty).output(CommunityStatus),
  /** Emits the whole status at once and then at every change, at most twice a second. */
  watch: base.input(empty).output(eventIterator(CommunityStatus)),
  activity: base.input(empty).output(Activity),
  dismissNotice: base.input(z.object({ id: z.string() })).output(empty),
  update: base
    .input(z.object({ name: CommunityName.optional(), description: z.string().max(400).optional() }))
    .output(empty),
  ...communitySettingsContract,
};
