import type { Doctor, FederationView, Invite } from '../../contract/federation.ts';
import type { Settings } from '../../contract/settings.ts';
import { type Clock, every, type Random } from '../kernel/clock.ts';
import type { Database } from '../kernel/database.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Role } from '../kernel/roles.ts';
import type { Signer, Verifier } from '../kernel/signer.ts';
import type { Introduction } from '../log/hello.ts';
import type { Authority } from '../log/kinds.ts';
import { Live } from '../log/live.ts';
import type { Log } from '../log/log.ts';
import type { PullProgress } from '../log/pull.ts';
import { Spread } from '../log/spread.ts';
import { Sync } from '../log/sync.ts';
import type { NetworkProbe, PeerLink, Transport } from '../log/transport.ts';
import { examine } from './doctor.ts';
import { Invites, type InviteWish } from './invites.ts';
import { JoinHost } from './join-host.ts';
import { Peers } from './peers.ts';
import { FederationStore } from './store.ts';

/** Changes are told at most this often, in milliseconds. */
const TELL_MS = 500;
/** While someone watches, traffic and latency are told this often, in milliseconds. */
const REFRESH_MS = 2000;
/** Introductions remembered of peers that are gone. */
const MAX_INTRODUCTIONS = 500;

export interface FederationInit {
  readonly log: Log;
  /** Started by the caller before {@link Federation.start}, and stopped after {@link Federation.stop}. */
  readonly transport: Transport;
  readonly probe: NetworkProbe;
  readonly clock: Clock;
  readonly random: Random;
  readonly signer: Signer;
  readonly verifier: Verifier;
  readonly authority: Authority;
  readonly logger: Logger;
  readonly db: Database;
  /** The encoded genesis document. */
  readonly genesis: Uint8Array;
  readonly communityName: () => string;
  readonly nodeName: () => string;
  readonly settings: () => Settings['network'];
  readonly handleOf: (publicKey: Uint8Array) => string | null;
  /** Makes a member, for good once it resolves; rejects with a Problem, such as `handle-taken`. */
  readonly admit: (newcomer: { publicKey: Uint8Array; handle: string; role: Role }) => Promise<void>;
}

export interface Federation {
  start(): void;
  stop(): void;
  view(): FederationView;
  /** Calls back at once, then when the view changed, at most twice a second; returns how to stop. */
  watch(listener: (view: FederationView) => void): () => void;
  diagnose(): Doctor;
  /** Rejects with the transport's Problem. */
  dial(address: string): Promise<void>;
  disconnect(peerId: string): Promise<void>;
  invites(): Invite[];
  /** Throws a Problem `out-of-role` or `no-address`. */
  invite(wish: InviteWish): { invite: Invite; link: string };
  /** Throws a Problem `invite-unknown`. */
  revokeInvite(id: string): void;
  /** The machine goes to sleep. */
  suspended(): void;
  /** The machine woke: connections that no longer answer are dropped and made anew at once. */
  resumed(): Promise<void>;
  /** The pull with the most left to do, or null when nothing is known to be missing. */
  syncProgress(): PullProgress | null;
  /** Asks all peers now for what this node lacks. */
  syncNow(): void;
  readonly spread: Spread;
}

/** Everything between this node and its peers: catch-up, live spread, joining, connections and their report. */
export function createFederation(init: FederationInit): Federation {
  const { log, transport, probe, clock, settings, handleOf } = init;
  const store = new FederationStore(init.db);
  const spread = new Spread(log.store);
  const sync = new Sync({ ...init, spread });
  const live = new Live({ ...init, sync, spread });
  const peers = new Peers({ ...init, store, shuns: (peer) => sync.shuns(peer) });
  const invites = new Invites({ ...init, store, community: log.community });
  const joinHost = new JoinHost({ ...init, store });
  const known = new Map<string, Introduction>();
  const watchers = new Set<(view: FederationView) => void>();
  let stops: (() => void)[] = [];
  let cancelTell: (() => void) | null = null;

  const changed = () => {
    if (cancelTell || watchers.size === 0) return;
    cancelTell = clock.after(TELL_MS, () => {
      cancelTell = null;
      const now = view();
      for (const watcher of watchers) watcher(now);
    });
  };

  const introduced = (introduction: Introduction) => {
    known.delete(introduction.peer);
    known.set(introduction.peer, introduction);
    const oldest = known.keys().next();
    if (known.size > MAX_INTRODUCTIONS && !oldest.done) known.delete(oldest.value);
    peers.learn(introduction.peer, introduction.addresses, introduction.name);
    changed();
  };

  const diagnose = (): Doctor =>
    examine({
      listening: probe.listening(),
      confirmed: probe.confirmed(),
      routerMapped: probe.routerMapped(),
      relays: probe.relays(),
      peers: transport.peers(),
      settings: settings(),
    });

  const peerView = (link: PeerLink, pulls: readonly PullProgress[]): FederationView['peers'][number] => {
    const { peer, ...rest } = link;
    const introduction = known.get(peer);
    const pull = pulls.find((one) => one.peer === peer);
    return {
      ...rest,
      peerId: peer,
      name: introduction?.name ?? null,
      handle: introduction ? handleOf(introduction.publicKey) : null,
      sync: pull
        ? { done: pull.done, total: pull.total, perSecond: pull.perSecond, etaSeconds: pull.etaSeconds }
        : null,
    };
  };

  const view = (): FederationView => {
    const pulls = sync.progress();
    return {
      peers: transport.peers().map((link) => peerView(link, pulls)),
      addresses: transport.addresses(),
      sentBytes: probe.sentBytes(),
      receivedBytes: probe.receivedBytes(),
      doctor: diagnose(),
      refusals: log.refusals().map(({ code, verdict, count }) => ({
        code,
        verdict: verdict === 'reject' ? 'reject' : 'ignore',
        count,
      })),
    };
  };

  return {
    spread,
    start() {
      if (stops.length > 0) return;
      stops = [
        sync.onHello(introduced),
        sync.onProgress(changed),
        transport.onPeer(changed),
        every(clock, REFRESH_MS, changed),
      ];
      live.start();
      joinHost.start();
      sync.start();
      peers.start();
    },
    stop() {
      for (const stop of stops.splice(0)) stop();
      cancelTell?.();
      cancelTell = null;
      peers.stop();
      sync.stop();
      live.stop();
      joinHost.stop();
    },
    view,
    watch(listener) {
      watchers.add(listener);
      listener(view());
      return () => watchers.delete(listener);
    },
    diagnose,
    async dial(address) {
      await peers.dial(address);
    },
    disconnect: (peerId) => peers.disconnect(peerId),
    invites: () => invites.list(),
    invite: (wish) => invites.issue(wish),
    revokeInvite: (id) => invites.revoke(id),
    suspended: () => peers.suspended(),
    async resumed() {
      await transport.resume();
      peers.resumed();
      sync.pullAll();
    },
    syncProgress() {
      const left = ({ total, done }: PullProgress) => total - done;
      return sync.progress().toSorted((a, b) => left(b) - left(a))[0] ?? null;
    },
    syncNow: () => sync.pullAll(),
  };
}
