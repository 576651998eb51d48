import type { Health, NodeStatus } from '../../contract/node.ts';
import { counter, gauge, type Metric } from '../kernel/metric.ts';

export interface MetricsInput {
  readonly health: Health;
  readonly counts: NodeStatus['counts'];
  readonly peers: number;
  /** Events per second of the catch-up in progress; 0 if there is none. */
  readonly syncPerSecond: number;
  readonly refusals: readonly { readonly code: string; readonly verdict: string; readonly count: number }[];
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
  /** Bytes since the start. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

/** A node's figures under their Prometheus names: base units, counters end in `_total`. */
export function nodeMetrics(input: MetricsInput): Metric[] {
  const { health, counts } = input;
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
    counter('impulse_network_sent_bytes_total', 'Bytes sent to peers.', input.sentBytes),
    counter('impulse_network_received_bytes_total', 'Bytes received from peers.', input.receivedBytes),
    gauge('impulse_database_bytes', 'Size of the database.', health.databaseBytes),
    gauge('impulse_disk_free_bytes', 'Free space beside the data.', health.diskFreeBytes),
    gauge('impulse_cpu_ratio', 'Share of one core used recently.', health.cpu),
    gauge('impulse_event_loop_delay_seconds', '99th percentile of lateness.', health.loopDelayMs / 1000),
    gauge('process_resident_memory_bytes', 'Resident memory.', health.memoryBytes),
    gauge('process_start_time_seconds', 'Start, since the Unix epoch.', input.startedAt / 1000),
    ...input.refusals.map(({ code, verdict, count }) =>
      counter('impulse_refused_events_total', 'Events refused, by reason.', count, { code, verdict }),
    ),
  ];
}
