import type { CommunityStatus } from '../../../contract/index.ts';
import { Reports, type Feature } from '../../feature/index.ts';
import { every, type Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Metric } from '../../kernel/metric.ts';
import { communityMetrics, type NoticeBoard } from '../../observability/index.ts';
import type { Community, Services } from '../community.ts';
import { features } from '../features.ts';
import { WatchedValue } from '../watched-value.ts';
import type { CommunityQuota } from './quota.ts';

const REFRESH_MS = 2000;

const list: readonly Feature[] = features;

const nothing: CommunityStatus['counts'] = {
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

export interface CommunityStatusInit {
  readonly community: Community;
  readonly notices: NoticeBoard;
  readonly quota: Pick<CommunityQuota, 'usedBytes' | 'limitBytes'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly offline: () => boolean;
}

export type StatusView = ReturnType<typeof createCommunityStatus>;

/** The status of an open community as one value: readable at any time, reported when it changes. */
export function createCommunityStatus(init: CommunityStatusInit) {
  const { community, notices, quota, clock, logger, offline } = init;
  const { genesis, log, members, federation, db, transport } = community;
  const reports = new Reports(logger);
  let phase: CommunityStatus['phase'] = 'ready';
  let stops: (() => void)[] = [];

  /** Collects the features’ reports about their services. */
  const ofFeatures = <T>(
    part: 'counts' | 'duties' | 'metrics',
    ask: (feature: Feature, service: never) => readonly T[] | undefined,
  ): T[] =>
    list.flatMap((feature) => {
      if (!(feature.name in community)) return [];
      const service = community[feature.name as keyof Services];
      return reports.of(feature.name, part, () => ask(feature, service as never)) ?? [];
    });

  const current = (): CommunityStatus => {
    const { key: _, ...me } = members.me();
    const progress = federation.syncProgress();
    return {
      id: log.id,
      ...community.community.profile(),
      createdAt: genesis.createdAt,
      phase,
      me: { did: me.did, handle: me.handle, role: me.role },
      peers: transport.peers().length,
      reachability: offline() ? { verdict: 'offline', testedAt: null } : federation.reachability(),
      sync: progress && {
        stage: progress.stage,
        done: progress.done,
        total: progress.total,
        perSecond: progress.perSecond,
        etaSeconds: progress.etaSeconds,
      },
      databaseBytes: db.sizeBytes(),
      space: { usedBytes: quota.usedBytes, quotaBytes: quota.limitBytes },
      features: list.flatMap(({ name }) => (name in community ? [name] : [])),
      notices: notices.list(),
      counts: {
        ...nothing,
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
  const watched = new WatchedValue(clock, logger, current);

  return {
    current,
    changed: watched.changed,
    watch: watched.watch,
    notices,
    /** Decisions that wait for this person. */
    duties: (): number =>
      ofFeatures('duties', (feature, service) => [feature.duties?.(service) ?? 0]).reduce(
        (sum, count) => sum + count,
        notices.list().filter(({ severity }) => severity !== 'info').length,
      ),
    setPhase(next: CommunityStatus['phase']): void {
      phase = next;
      watched.changed();
    },
    start(): void {
      stops = [
        transport.onPeer(watched.changed),
        every(clock, REFRESH_MS, watched.changed),
        notices.watch(watched.changed),
      ];
    },
    stop(): void {
      for (const stop of stops.splice(0)) stop();
    },
    metrics(): readonly Metric[] {
      const { counts, peers, sync, databaseBytes, space } = current();
      const own = communityMetrics({
        counts,
        peers,
        databaseBytes,
        space,
        syncPerSecond: sync?.perSecond ?? 0,
        refusals: log.refusals(),
      });
      const metrics = [...own, ...ofFeatures('metrics', (feature, service) => feature.metrics?.(service))];
      return metrics.map((metric) => ({ ...metric, labels: { ...metric.labels, community: log.id } }));
    },
  };
}

function shareOf(upTo: number, last: number): number {
  return last === 0 ? 1 : Math.min(1, upTo / last);
}
