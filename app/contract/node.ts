import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { base, Did, empty, Problem, Progress, Timestamp } from './common.ts';

export const Reachability = z.object({
  /** `direct`: others dial this node; `relayed`: through a relay; `private`: nobody can dial it; `unknown`: not yet tested. */
  verdict: z.enum(['direct', 'relayed', 'private', 'unknown', 'offline']),
  testedAt: Timestamp.nullable(),
});

export const Health = z.object({
  /** Share of one core over the last sample; can exceed 1. */
  cpu: z.number().nonnegative(),
  memoryBytes: z.number().nonnegative(),
  memoryTotalBytes: z.number().nonnegative(),
  diskUsedBytes: z.number().nonnegative(),
  diskFreeBytes: z.number().nonnegative(),
  databaseBytes: z.number().nonnegative(),
  /** 99th percentile of event loop delay over the last sample, in milliseconds. */
  loopDelayMs: z.number().nonnegative(),
  sentBytesPerSecond: z.number().nonnegative(),
  receivedBytesPerSecond: z.number().nonnegative(),
});
export type Health = z.infer<typeof Health>;

/**
 * Something that the sysop should know or decide; `action` names an entry of the renderer’s action registry.
 */
export const Notice = Problem.extend({
  id: z.string(),
  severity: z.enum(['info', 'attention', 'danger']),
  action: z.string().nullable(),
  since: Timestamp,
});
export type Notice = z.infer<typeof Notice>;

export const NodeStatus = z.object({
  version: z.string(),
  startedAt: Timestamp,
  /**
   * `setup`: no community yet; `repairing`: projections are being rebuilt; `degraded`: read-only, see
   * notices.
   */
  phase: z.enum(['setup', 'starting', 'ready', 'repairing', 'degraded', 'stopping']),
  name: z.string(),
  peerId: z.string(),
  community: z
    .object({ id: z.string(), name: z.string(), description: z.string(), createdAt: Timestamp })
    .nullable(),
  me: z
    .object({ did: Did, handle: z.string(), role: z.string().nullable(), phraseConfirmed: z.boolean() })
    .nullable(),
  peers: z.number().int().nonnegative(),
  reachability: Reachability,
  /** Current catch-up, or null if this node is up to date as far as its peers know. */
  sync: Progress.extend({ stage: z.enum(['members', 'newest', 'history', 'files']) }).nullable(),
  health: Health,
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
export type NodeStatus = z.infer<typeof NodeStatus>;

/** Posts per hour over the last 24 hours, oldest first. */
export const Activity = z.object({ startsAt: Timestamp, hours: z.array(z.number().int()).length(24) });

export const nodeContract = {
  status: base.input(empty).output(NodeStatus),
  /** Emits the whole status at once and then at every change, at most twice a second. */
  watch: base.input(empty).output(eventIterator(NodeStatus)),
  activity: base.input(empty).output(Activity),
  /** Tells the node that the machine slept or woke, so that it finds its peers again at once. */
  suspended: base.input(empty).output(empty),
  resumed: base.input(empty).output(empty),
  dismissNotice: base.input(z.object({ id: z.string() })).output(empty),
  /** Drains and stops the node. */
  stop: base.input(empty).output(empty),
};
