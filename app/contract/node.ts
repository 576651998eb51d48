import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { base, Did, empty, Timestamp } from './common.ts';
import { Notice } from './notice.ts';

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

export const NodeStatus = z.object({
  version: z.string(),
  startedAt: Timestamp,
  /** `setup`: no community yet. */
  phase: z.enum(['setup', 'starting', 'ready', 'stopping']),
  name: z.string(),
  peerId: z.string(),
  me: z.object({ did: Did, phraseConfirmed: z.boolean() }),
  /** Connected nodes, in whatever community. */
  peers: z.number().int().nonnegative(),
  health: Health,
  /** Of the node itself; each community has notices of its own. */
  notices: z.array(Notice),
  /** Sums over all communities. */
  counts: z.object({
    communities: z.number().int().nonnegative(),
    unread: z.number().int().nonnegative(),
    duties: z.number().int().nonnegative(),
  }),
});
export type NodeStatus = z.infer<typeof NodeStatus>;

export const nodeContract = {
  status: base.input(empty).output(NodeStatus),
  /** Emits the whole status at once and then at every change, at most twice a second. */
  watch: base.input(empty).output(eventIterator(NodeStatus)),
  /** Tells the node that the machine slept or woke, so that it finds its peers again at once. */
  suspended: base.input(empty).output(empty),
  resumed: base.input(empty).output(empty),
  dismissNotice: base.input(z.object({ id: z.string() })).output(empty),
  /** Drains and stops the node. */
  stop: base.input(empty).output(empty),
};
