import type { Doctor, FederationView, Invite, ReachReport, ReachWish } from '../../contract/federation.ts';
import type { Notice } from '../../contract/notice.ts';
import type { Settings, SettingsPatch } from '../../contract/settings.ts';
import { toHex } from '../kernel/bytes.ts';
import { type Clock, every, type Random, sleep } from '../kernel/clock.ts';
import type { Database } from '../kernel/database.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Role } from '../kernel/roles.ts';
import type { Signer, Verifier } from '../kernel/signer.ts';
import type { Introduction } from '../log/handshake.ts';
import type { Authority } from '../log/kinds.ts';
import { Live } from '../log/live.ts';
import type { Log } from '../log/log.ts';
import type { PullProgress } from '../log/pull.ts';
import { Spread } from '../log/spread.ts';
import { Sync } from '../log/sync.ts';
import type { PeerLink, Transport } from '../log/transport.ts';
import { ClockNotice } from './clock-notice.ts';
import { DialBack } from './dial-back.ts';
import { DirectConnections } from './direct-connections.ts';
import { examine, type DoctorFacts } from './doctor.ts';
import { FloodNotices } from './flood-notices.ts';
import { Invites, type InviteWish } from './invites.ts';
import { JoinHost } from './join-host.ts';
import { MemberNodes } from './member-nodes.ts';
import { NodeBook } from './node-book.ts';
import { NodeExchange } from './node-exchange.ts';
import { Peers } from './peers.ts';
import type { Network } from './ports.ts';
import { problem } from './problems.ts';
import { addressesFor, networkFor, notReachable, reportOn, widestReach } from './reach.ts';
import { Reachability } from './reachability.ts';
import { RelayPlaces } from './relay-places.ts';
import { FederationStore } from './store.ts';
import { UpdateNotices } from './update-notices.ts';

/** The shortest time between two updates of the view, in milliseconds. */
const TELL_MS = 500;
/** How often traffic and latency are sent while someone watches, in milliseconds. */
const REFRESH_MS = 2000;
/** [I4] How long setting up a reach waits for the router and then for a member's test, in milliseconds. */
const ROUTER_MS = 10_000;
const TEST_MS = 8000;
const STEP_MS = 100;
/** How many characters of a key or peer id stand for a name that is not known. */
const SHORT_CHARS = 12;
const REACHES = ['machine', 'network', 'internet'] as const;

export interface FederationInit {
  readonly log: Log;
  /** Started by the caller before {@link Federation.start}, and stopped after {@link Federation.stop}. */
  readonly transport: Transport;
  readonly network: Network;
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
  /** Changes settings of the network; resolves once the network runs with them. */
  readonly setNetwork: (patch: NonNullable<SettingsPatch['network']>) => Promise<void>;
  readonly notices: { put(notice: Omit<Notice, 'since'>): void; remove(id: string): void };
  /** The operating system, as `process.platform` names it. */
  readonly platform: string;
  /** Whether this node stays disconnected from all others in this community. */
  readonly alone: boolean;
  readonly handleOf: (publicKey: Uint8Array) => string | null;
  /** Whether a kind of events belongs to a feature that is off: this release knows it. */
  readonly isOff: (kind: string) => boolean;
  /** The version of the ledger's protocol that is in force. */
  readonly protocol: () => number;
  /** Admits a member; resolves when that is final. Rejects with a Problem, such as `handle-taken`. */
  readonly admit: (newcomer: { publicKey: Uint8Array; handle: string; role: Role }) => Promise<void>;
}

export interface Federation {
  start(): void;
  stop(): void;
  view(): FederationView;
  /** Calls back at once and after changes, at most twice a second; returns a function that unsubscribes. */
  watch(listener: (view: FederationView) => void): () => void;
  /** The doctor's report; the addresses of this node are tested again. */
  diagnose(): Doctor;
  reachability(): Doctor['reachability'];
  /** Rejects with the transport's Problem. */
  dial(address: string): Promise<void>;
  disconnect(peerId: string): Promise<void>;
  invites(): Invite[];
  /** For each reach, whether invites work. */
  reaches(): ReachReport[];
  /** [I4] Sets this node up for a reach. Rejects with a Problem of the settings. */
  setReach(wish: ReachWish): Promise<ReachReport>;
  /** Throws a Problem (`out-of-role`, `reach-unset`, `not-reachable`). */
  invite(wish: InviteWish): { invite: Invite; link: string; addresses: string[] };
  /** Throws a Problem `invite-unknown`. */
  revokeInvite(id: string): void;
  /** Called when the machine goes to sleep. */
  suspended(): void;
  /** Called when the machine woke or its network changed; drops dead connections and dials peers at once. */
  resumed(): Promise<void>;
  /** The pull with the most left to do, or null if nothing is known to be missing. */
  syncProgress(): PullProgress | null;
  /** Asks all peers for missing events now. */
  syncNow(): void;
  /** The connected peers that proved whose they are. */
  memberPeers(): readonly MemberPeer[];
  readonly spread: Spread;
}

/** A connected peer, and the key by which it proved its membership. */
export type MemberPeer = Pick<Introduction, 'peer' | 'publicKey'>;

const COPIED: Omit<Notice, 'since'> = {
  ...problem.fields('node-key-copied'),
  id: 'node-key-copied',
  severity: 'attention',
  action: 'go.federation',
};

/** Everything between this node and its peers: catch-up, live spread, joining, connections and the doctor. */
export function createFederation(init: FederationInit): Federation {
  const { log, transport, network, clock, authority, settings, handleOf } = init;
  const store = new FederationStore(init.db);
  const spread = new Spread(log.store);
  const sync = new Sync({ ...init, spread });
  const known = new MemberNodes({
    isConnected: (peer) => transport.peers().some((link) => link.peer === peer),
    onDropped: (peer) => peers.forget(peer),
  });
  const floods = new FloodNotices({
    ...init,
    nameOf: (author) => handleOf(author) ?? toHex(author).slice(0, SHORT_CHARS),
    nameOfPeer: (peer) => {
      const introduction = known.introduction(peer);
      if (!introduction) return peer.slice(-SHORT_CHARS);
      const handle = handleOf(introduction.publicKey);
      return handle === null ? introduction.name : `${introduction.name} (${handle})`;
    },
  });
  const live = new Live({ ...init, sync, spread, onFlood: (source) => floods.dropped(source) });
  const book = new NodeBook(init.db, clock);
  const isRanked = (key: Uint8Array) => authority.roleAt(key, log.now) !== null;
  const keyOf = (peer: string) => known.keyOf(peer) ?? book.get(peer)?.publicKey;
  const isMember = (peer: string) => {
    const key = keyOf(peer);
    return key !== undefined && isRanked(key);
  };
  const memberOf = (peer: string) => {
    const key = keyOf(peer);
    return key === undefined ? null : toHex(key);
  };
  let isCopied = false;
  const exchange = new NodeExchange({
    ...init,
    book,
    onCopy: () => {
      isCopied = true;
      init.notices.put(COPIED);
      changed();
    },
  });
  const peers = new Peers({
    ...init,
    store,
    book,
    isMember: isRanked,
    isMemberNode: isMember,
    shuns: (peer) => sync.shuns(peer),
  });
  const dialBack = new DialBack({ ...init, isMember, memberOf });
  const directs = new DirectConnections({
    ...init,
    book,
    isMember,
    allowed: () => settings().holePunching,
  });
  const places = new RelayPlaces({ ...init, book, isMember: isRanked, reach: (peer) => peers.reach(peer) });
  const reachability = new Reachability({
    ...init,
    dialBack,
    exchange,
    onLook: (needsRelay) => {
      places.need(needsRelay);
      changed();
    },
  });
  const invites = new Invites({
    ...init,
    store,
    community: log.community,
    addressesFor: (wished) => {
      const reach = wished ?? widestReach(reachability.own());
      const addresses = addressesFor(reach, reachability.own());
      if (addresses.length === 0) throw notReachable(reportOn(reach, facts()));
      return addresses
        .filter((address) => network.read(address)?.way !== 'quic')
        .map((address) => reachability.named(address));
    },
  });
  const joinHost = new JoinHost({
    ...init,
    store,
    onWelcome: (peer, publicKey) => void known.prove(peer, publicKey, null),
  });
  /** [FG1] A member with all their nodes, or an invite that is being used. */
  const ownerOf = (peer: string) => (isMember(peer) ? memberOf(peer) : joinHost.guestOf(peer));
  const updates = new UpdateNotices(init);
  const clocks = new ClockNotice(init.notices);
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
    const { peer, publicKey } = introduction;
    if (!known.prove(peer, publicKey, introduction)) {
      init.logger.warn('too-many-nodes', { peer, member: toHex(publicKey) });
      void transport.disconnect(peer);
      return;
    }
    peers.learn(introduction.peer, introduction.addresses, introduction.name);
    updates.introduced(introduction);
    clocks.introduced(introduction);
    void exchange.meet(introduction.peer);
    dialBack.look();
    directs.soon();
    changed();
  };

  const facts = (): DoctorFacts => ({
    isAlone: init.alone,
    own: reachability.own(),
    listening: network.listening(),
    ports: network.ports(),
    hasTester: dialBack.hasTester(),
    settings: settings(),
    port: network.udpPort(),
    platform: init.platform,
    testedAt: dialBack.testedAt(),
    relays: network.relays().length,
    knownRelays: book.list().filter(({ peer, relay }) => relay && peer !== transport.self).length,
    peers: transport.peers().map(({ direction, via, address }) => {
      const parts = network.read(address);
      // A QUIC connection may result from hole punching and proves nothing.
      return { direction, via, isOutside: parts?.scope === 'internet' && parts.way !== 'quic' };
    }),
    translation: directs.translation(),
    isCopied,
  });

  const diagnose = (): Doctor => examine(facts());

  /** Waits for a condition, up to a time limit. */
  const until = async (limitMs: number, condition: () => boolean) => {
    const deadline = clock.now() + limitMs;
    while (!condition() && clock.now() < deadline) await sleep(clock, STEP_MS);
  };

  const peerView = (link: PeerLink, pulls: readonly PullProgress[]): FederationView['peers'][number] => {
    const { peer, ...rest } = link;
    const introduction = known.introduction(peer);
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
      addresses: reachability.told(),
      own: [...reachability.own()],
      known: book.list().filter(({ peer }) => peer !== transport.self).length,
      sentBytes: network.sentBytes(),
      receivedBytes: network.receivedBytes(),
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
        sync.onHandshake(introduced),
        sync.onOutdated((peer, reason) => updates.outdated(peer, reason)),
        sync.onProgress(changed),
        transport.onPeer(({ kind, peer }) => {
          if (kind === 'lost') clocks.lost(peer);
          changed();
        }),
        every(clock, REFRESH_MS, changed),
      ];
      transport.reserveFor(ownerOf);
      network.relayFor(isMember);
      live.start();
      joinHost.start();
      exchange.start();
      dialBack.start();
      directs.start();
      places.start();
      reachability.start();
      sync.start();
      peers.start();
      updates.start();
    },
    stop() {
      for (const stop of stops.splice(0)) stop();
      cancelTell?.();
      cancelTell = null;
      updates.stop();
      floods.stop();
      peers.stop();
      reachability.stop();
      places.stop();
      directs.stop();
      dialBack.stop();
      exchange.stop();
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
    diagnose() {
      dialBack.again();
      reachability.look();
      return diagnose();
    },
    reachability: () => diagnose().reachability,
    async dial(address) {
      await peers.dial(address);
    },
    disconnect: (peerId) => peers.disconnect(peerId),
    reaches: () => REACHES.map((reach) => reportOn(reach, facts())),
    async setReach(wish) {
      const { reach } = wish;
      // A node without a network has not even the machine.
      const least = init.settings().listen === 'off' ? { listen: 'loopback' as const } : {};
      await init.setNetwork({ ...least, ...networkFor(wish) });
      if (reach === 'internet') await until(ROUTER_MS, () => network.ports().state !== 'searching');
      reachability.look();
      const isTested = () => !dialBack.hasTester() || dialBack.testedAt() !== null;
      if (reach === 'internet') await until(TEST_MS, isTested);
      reachability.look();
      return reportOn(reach, facts());
    },
    invites: () => invites.list(),
    invite: (wish) => invites.issue(wish),
    revokeInvite: (id) => invites.revoke(id),
    suspended: () => peers.suspended(),
    async resumed() {
      await transport.resume();
      peers.resumed();
      sync.pullAll();
      dialBack.again();
      places.again();
      directs.again();
      reachability.soon();
    },
    syncProgress() {
      const left = ({ total, done }: PullProgress) => total - done;
      return sync.progress().toSorted((a, b) => left(b) - left(a))[0] ?? null;
    },
    syncNow: () => sync.pullAll(),
    memberPeers: () =>
      transport.peers().flatMap(({ peer }) => {
        const publicKey = known.keyOf(peer);
        return publicKey ? [{ peer, publicKey }] : [];
      }),
  };
}
