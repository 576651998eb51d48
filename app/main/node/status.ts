import type { NodeStatus, Notice } from '../../contract/index.ts';
import { every } from '../kernel/clock.ts';
import type { Metric } from '../kernel/metric.ts';
import { HealthSampler, nodeMetrics, NoticeBoard } from '../observability/index.ts';
import { processProbe } from '../platform/telemetry/process-probe.ts';
import type { NodeParts } from './parts.ts';
import { WatchedValue } from './watched-value.ts';

const REFRESH_MS = 2000;

export type Status = ReturnType<typeof createStatus>;

/** The node's status as one value: readable at any time, reported when it changes. */
export function createStatus(
  parts: NodeParts,
  facts: {
    readonly startedAt: number;
    readonly version: string;
    readonly notices: readonly Omit<Notice, 'since'>[];
  },
) {
  const { clock, logger } = parts.ports;
  const { network, transport } = parts.net;
  let stopping = false;
  const notices = new NoticeBoard(clock);
  const health = new HealthSampler({
    clock,
    probe: processProbe(parts.directory.path),
    databaseBytes: () => parts.communities.databaseBytes(),
    isWatched: () => watched.isWatched,
    traffic: () => ({ sentBytes: network.sentBytes(), receivedBytes: network.receivedBytes() }),
  });
  let stops: (() => void)[] = [];

  for (const notice of facts.notices) notices.put(notice);
  const { problem } = parts.settings;
  if (problem) notices.put({ id: 'settings', severity: 'attention', action: 'go.settings', ...problem });

  const phase = (): NodeStatus['phase'] => {
    if (stopping) return 'stopping';
    return parts.communities.size === 0 ? 'setup' : 'ready';
  };
  const current = (): NodeStatus => ({
    version: facts.version,
    startedAt: facts.startedAt,
    phase: phase(),
    name: parts.settings.settings.node.name,
    peerId: transport.self,
    me: { did: parts.keys.did, phraseConfirmed: parts.keys.phraseConfirmed },
    peers: transport.peers().length,
    health: health.current(),
    notices: notices.list(),
    counts: parts.communities.counts(),
  });
  const watched = new WatchedValue(clock, logger, current);

  return {
    current,
    changed: watched.changed,
    watch: watched.watch,
    notices,
    start(): void {
      stops = [
        health.start(),
        transport.onPeer(watched.changed),
        every(clock, REFRESH_MS, watched.changed),
        notices.watch(watched.changed),
        parts.communities.onChange(watched.changed),
      ];
    },
    stop(): void {
      stopping = true;
      watched.tell();
      for (const stop of stops.splice(0)) stop();
    },
    metrics(): readonly Metric[] {
      const { health: sample, peers, counts } = current();
      const own = nodeMetrics({
        health: sample,
        peers,
        communities: counts.communities,
        startedAt: facts.startedAt,
        sentBytes: network.sentBytes(),
        receivedBytes: network.receivedBytes(),
      });
      return [...own, ...parts.communities.metrics()];
    },
  };
}
