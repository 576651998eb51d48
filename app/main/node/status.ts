import type { NodeStatus, Notice } from '../../contract/index.ts';
import { every } from '../kernel/clock.ts';
import { problemOf } from '../kernel/errors.ts';
import { HealthSampler, NoticeBoard, nodeMetrics } from '../observability/index.ts';
import { processProbe } from '../platform/telemetry/process-probe.ts';
import type { Metric } from '../kernel/metric.ts';
import { Reports, type Feature } from '../feature/index.ts';
import type { Services } from './community.ts';
import { features } from './features.ts';
import type { NodeParts } from './parts.ts';

/** The least time between two status changes sent to the console, in milliseconds. */
const TELL_MS = 500;
const REFRESH_MS = 2000;

export type Status = ReturnType<typeof createStatus>;

/** The node's status as one value: readable at any time, reported when it changes. */
export function createStatus(
  parts: NodeParts,
  facts: {
    readonly startedAt: number;
    readonly version: string;
    readonly offline: boolean;
    readonly notices: readonly Omit<Notice, 'since'>[];
  },
) {
  const { clock, network, transport } = parts.ports;
  let phase: NodeStatus['phase'] | null = null;
  const notices = new NoticeBoard(clock);
  const reports = new Reports(parts.ports.logger);
  const health = new HealthSampler({
    clock,
    probe: processProbe(parts.directory.path),
    databaseBytes: () => (phase === 'stopping' ? 0 : parts.db.sizeBytes()),
    traffic: () => ({ sentBytes: network.sentBytes(), receivedBytes: network.receivedBytes() }),
  });
  const listeners = new Set<(status: NodeStatus) => void>();
  let stops: (() => void)[] = [];
  let telling: (() => void) | null = null;

  for (const notice of facts.notices) notices.put(notice);
  const { problem } = parts.settings;
  if (problem) notices.put({ id: 'settings', severity: 'attention', action: 'go.settings', ...problem });

  /** Collects the features’ reports about their services; none while there is no community. */
  const ofFeatures = <T>(
    part: 'counts' | 'metrics',
    ask: (feature: Feature, service: never) => readonly T[] | undefined,
  ): T[] => {
    const community = parts.community();
    if (!community) return [];
    return (features as readonly Feature[]).flatMap((feature) => {
      const service = community[feature.name as keyof Services];
      return reports.of(feature.name, part, () => ask(feature, service as never)) ?? [];
    });
  };

  const communityPart = (): Pick<NodeStatus, 'community' | 'me' | 'reachability' | 'sync' | 'counts'> => {
    const community = parts.community();
    const nobody = {
      events: 0,
      posts: 0,
      postsToday: 0,
      postsYesterday: 0,
      members: 0,
      online: 0,
      callsToday: 0,
      unread: 0,
      replicatedShare: null,
    };
    if (!community) {
      return {
        community: null,
        me: null,
        reachability: { verdict: 'unknown', testedAt: null },
        sync: null,
        counts: nobody,
      };
    }
    const { genesis, log, members, federation } = community;
    const { key: _, ...me } = members.me();
    const progress = federation.syncProgress();
    return {
      community: { id: log.id, ...community.community.profile(), createdAt: genesis.createdAt },
      me: { did: me.did, handle: me.handle, role: me.role, phraseConfirmed: parts.keys.phraseConfirmed },
      reachability: facts.offline ? { verdict: 'offline', testedAt: null } : federation.reachability(),
      sync: progress && {
        stage: progress.stage,
        done: progress.done,
        total: progress.total,
        perSecond: progress.perSecond,
        etaSeconds: progress.etaSeconds,
      },
      counts: {
        ...nobody,
        ...Object.assign(
          {},
          ...ofFeatures('counts', (feature, service) => [feature.counts?.(service, clock.now())]),
        ),
        events: log.count(),
        replicatedShare:
          log.count() === 0 ? null : shareOf(federation.spread.replicatedUpTo(), log.store.latestSeq()),
      },
    };
  };

  const current = (): NodeStatus => ({
    version: facts.version,
    startedAt: facts.startedAt,
    phase: phase ?? (parts.community() ? 'ready' : 'setup'),
    name: parts.settings.settings.node.name,
    peerId: transport.self,
    peers: transport.peers().length,
    health: health.current(),
    notices: notices.list(),
    ...communityPart(),
  });

  const tell = () => {
    telling = null;
    let status: NodeStatus;
    try {
      status = current();
    } catch (error) {
      parts.ports.logger.error('status-failed', { reason: problemOf(error).message });
      return;
    }
    for (const listener of listeners) listener(status);
  };

  const changed = () => {
    if (listeners.size > 0) telling ??= clock.after(TELL_MS, tell);
  };

  return {
    current,
    changed,
    notices,
    watch(listener: (status: NodeStatus) => void): () => void {
      listeners.add(listener);
      listener(current());
      return () => listeners.delete(listener);
    },
    setPhase(next: NodeStatus['phase'] | null): void {
      phase = next;
      changed();
    },
    start(): void {
      stops = [
        health.start(),
        transport.onPeer(changed),
        every(clock, REFRESH_MS, changed),
        notices.watch(changed),
      ];
    },
    stop(): void {
      phase = 'stopping';
      tell();
      telling?.();
      for (const stop of stops.splice(0)) stop();
    },
    notice: (notice: Omit<Notice, 'since'>) => notices.put(notice),
    metrics(): readonly Metric[] {
      const { health: sample, counts, peers, sync } = current();
      const own = nodeMetrics({
        health: sample,
        counts,
        peers,
        syncPerSecond: sync?.perSecond ?? 0,
        refusals: parts.community()?.log.refusals() ?? [],
        startedAt: facts.startedAt,
        sentBytes: network.sentBytes(),
        receivedBytes: network.receivedBytes(),
      });
      return [...own, ...ofFeatures('metrics', (feature, service) => feature.metrics?.(service))];
    },
  };
}

function shareOf(upTo: number, last: number): number {
  return last === 0 ? 1 : Math.min(1, upTo / last);
}
