import type { CommunityStatus } from '../../contract/community.ts';
import type { Health } from '../../contract/node.ts';
import { counter, gauge, type Metric } from '../kernel/metric.ts';

export interface NodeFigures {
  readonly health: Health;
  readonly peers: number;
  readonly communities: number;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
  /** Bytes since the start. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

export interface CommunityFigures {
  readonly counts: CommunityStatus['counts'];
  readonly peers: number;
  readonly databaseBytes: number;
  readonly space: CommunityStatus['space'];
  /** Events per second of the catch-up in progress; 0 if there is none. */
  readonly syncPerSecond: number;
  readonly refusals: readonly { readonly code: string; readonly verdict: string; readonly count: number }[];
}

/** A node's figures under their Prometheus names: base units, counters end in `_total`. */
export function nodeMetrics(input: NodeFigures): Metric[] {
  const { health } = input;
  return [
    gauge('impulse_communities', 'Communities of the node.', input.communities),
    gauge('impulse_node_peers', 'Nodes connected.', input.peers),
    counter('impulse_network_sent_bytes_total', 'Bytes sent to peers.', input.sentBytes),
    counter('impulse_network_received_bytes_total', 'Bytes received from peers.', input.receivedBytes),
    gauge('impulse_disk_free_bytes', 'Free space beside the data.', health.diskFreeBytes),
    gauge('impulse_cpu_ratio', 'Share of one core used recently.', health.cpu),
    gauge('impulse_event_loop_delay_seconds', '99th percentile of lateness.', health.loopDelayMs / 1000),
    gauge('process_resident_memory_bytes', 'Resident memory.', health.memoryBytes),
    gauge('process_start_time_seconds', 'Start, since the Unix epoch.', input.startedAt / 1000),
  ];
}

/** The figures of one open community under their Prometheus names. */
export function communityMetrics(input: CommunityFigures): Metric[] {
  const { counts } = input;
  return [
    gauge('impulse_events', 'Events in the log.', counts.events),
    gauge('impulse_posts', 'Posts shown.', counts.posts),
    gauge('impulse_members', 'Members of the community.', counts.members),
    gauge('impulse_members_online', 'Members who are online.', counts.online),
    gauge('impulse_peers', 'Peers connected.', input.peers),
    gauge(
      'impulse_sync_events_per_second',
      'Events per second of the catch-up in progress.',
      input.syncPerSecond,
    ),
    gauge('impulse_database_bytes', 'Size of the database.', input.databaseBytes),
    gauge('impulse_used_bytes', 'Space that database and files take.', input.space.usedBytes),
    ...(input.space.quotaBytes === null
      ? []
      : [gauge('impulse_quota_bytes', 'Space that they may take.', input.space.quotaBytes)]),
    ...input.refusals.map(({ code, verdict, count }) =>
      counter('impulse_refused_events_total', 'Events refused, by reason.', count, { code, verdict }),
    ),
  ];
}
