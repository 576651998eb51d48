import type { FederationView, Invite, Job, NodeStatus, Outputs, Presence } from '../../../contract/index.ts';
import { PEER_ID, type SampleNetwork } from './network.ts';
import { me, people } from './people.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The status of the sample node at `now`; with `setup`, of a node that has no community yet. */
export function sampleStatus(
  now: number,
  startedAt: number,
  setup: boolean,
  network: SampleNetwork,
): NodeStatus {
  const wave = Math.sin((now - startedAt) / 9_000);
  return {
    version: '0.1.0',
    startedAt: startedAt - 19 * DAY_MS - 4 * HOUR_MS,
    phase: setup ? 'setup' : 'ready',
    name: 'ferry-1',
    peerId: PEER_ID,
    community: setup
      ? null
      : {
          id: 'bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy',
          name: 'Night Ferry',
          description: 'A board for people who are awake when the ferry leaves.',
          createdAt: now - 400 * DAY_MS,
        },
    me: setup ? null : { did: me.did, handle: me.handle, role: 'sysop', phraseConfirmed: false },
    peers: setup ? 0 : 5,
    reachability: setup
      ? { verdict: 'unknown', testedAt: null }
      : network.doctor(now - 6 * MINUTE_MS).reachability,
    sync: setup
      ? null
      : { stage: 'history', done: 812_400, total: 1_041_900, perSecond: 18_200, etaSeconds: 13 },
    health: {
      cpu: 0.11 + wave * 0.04,
      memoryBytes: 212 * 1024 ** 2,
      memoryTotalBytes: 8 * 1024 ** 3,
      diskUsedBytes: 430 * 1024 ** 3,
      diskFreeBytes: 70 * 1024 ** 3,
      databaseBytes: 1.9 * 1024 ** 3,
      loopDelayMs: 2.1 + wave,
      sentBytesPerSecond: 412_000 + wave * 60_000,
      receivedBytesPerSecond: 96_000 + wave * 20_000,
    },
    notices: setup
      ? []
      : [
          {
            id: 'port-taken',
            code: 'port-taken',
            message: 'Port 4001 is in use by another program, so this node listens on another port.',
            remedy: 'Choose a free port in the settings.',
            severity: 'attention',
            action: null,
            since: now - 12 * MINUTE_MS,
          },
        ],
    counts: {
      events: setup ? 0 : 1_043_118,
      posts: setup ? 0 : 1_044_902,
      postsToday: setup ? 0 : 214,
      postsYesterday: setup ? 0 : 181,
      members: setup ? 0 : people.length,
      online: setup ? 0 : 4,
      callsToday: setup ? 0 : 37,
      unread: setup ? 0 : 12,
      replicatedShare: setup ? null : 1,
    },
  };
}

const peer = (
  n: number,
  name: string | null,
  handle: string | null,
  rest: Partial<FederationView['peers'][number]>,
  now: number,
): FederationView['peers'][number] => ({
  peerId: `12D3KooW${'QmXyZaBcDeFgHiJkLmNoPqRsTuVwXyZ123456789AbCd'.slice(n, n + 36)}`,
  name,
  handle,
  address: `/ip4/203.0.113.${20 + n}/tcp/4001`,
  direction: n % 2 ? 'inbound' : 'outbound',
  via: 'direct',
  connectedAt: now - n * 7 * HOUR_MS - 4 * MINUTE_MS,
  latencyMs: 12 + n * 17,
  score: 4.2 - n,
  sentBytes: 48_000_000 / (n + 1),
  receivedBytes: 19_000_000 / (n + 1),
  version: 'impulse/0.1.0',
  sync: null,
  ...rest,
});

/** The sample node’s peers: five, one of each kind. */
export function sampleFederation(now: number, startedAt: number, network: SampleNetwork): FederationView {
  const done = Math.min(1_041_900, 812_400 + Math.floor((now - startedAt) * 18.2));
  return {
    peers: [
      peer(
        0,
        'kelp',
        'oldsalt',
        {
          sync: {
            done,
            total: 1_041_900,
            perSecond: 18_200,
            etaSeconds: Math.round((1_041_900 - done) / 18_200),
          },
        },
        startedAt,
      ),
      peer(1, 'lantern', 'quay_cat', {}, startedAt),
      peer(
        2,
        'buoy',
        'Ines K',
        { via: 'relay', address: '/p2p/12D3KooWRelay/p2p-circuit', latencyMs: 141 },
        startedAt,
      ),
      peer(
        3,
        'attic',
        'brine',
        { via: 'local', address: '/ip4/192.168.1.23/tcp/4001', latencyMs: 1 },
        startedAt,
      ),
      peer(4, null, null, { latencyMs: null, score: -3.1, version: null, direction: 'inbound' }, startedAt),
    ],
    addresses: network.told(),
    own: network.own(),
    known: 12,
    sentBytes: 118_000_000 + Math.max(0, now - startedAt) * 412,
    receivedBytes: 44_000_000 + Math.max(0, now - startedAt) * 96,
    doctor: network.doctor(startedAt - 6 * MINUTE_MS),
    refusals: [
      { code: 'bad-signature', verdict: 'reject', count: 2 },
      { code: 'unknown-author', verdict: 'reject', count: 11 },
      { code: 'duplicate', verdict: 'ignore', count: 4_812 },
      { code: 'far-future', verdict: 'ignore', count: 1 },
    ],
  };
}

/** Who is online in the sample community. */
export function samplePresence(now: number, startedAt: number): Presence[] {
  const rows = [
    [0, 'ferry-1', 'Overview', 0, true],
    [2, 'kelp', 'Reading Harbour talk', 12_000, false],
    [1, 'browser', 'Watch: Sunday watch, agenda', 0, false],
    [3, 'lantern', 'Writing a post', 107_000, false],
  ] as const;
  return rows.map(([n, node, doing, idle, here]) => ({
    person: people[n] ?? me,
    node,
    doing,
    idleMs: idle === 0 ? 0 : idle + (now - startedAt),
    since: startedAt - (n + 1) * 23 * MINUTE_MS,
    here,
  }));
}

/** The sample node's last callers. */
export function sampleCallers(startedAt: number): Outputs['chat']['callers'] {
  return [4, 5, 6, 8, 9, 2, 3, 1].map((n, i) => ({
    person: people[n] ?? me,
    node: ['lantern', 'kelp', 'browser', 'attic'][i % 4] ?? 'kelp',
    at: startedAt - (i + 1) * 41 * MINUTE_MS,
    leftAt: startedAt - (i + 1) * 41 * MINUTE_MS + 17 * MINUTE_MS,
  }));
}

/** Invites of the sample community. */
export function sampleInvites(now: number): Invite[] {
  return [
    {
      id: 'invite-dock',
      role: 'member',
      createdAt: now - 20 * HOUR_MS,
      expiresAt: now + 52 * HOUR_MS,
      usesLeft: 1,
      usedBy: [],
    },
    {
      id: 'invite-club',
      role: 'guest',
      createdAt: now - 3 * DAY_MS,
      expiresAt: now + 4 * DAY_MS,
      usesLeft: 7,
      usedBy: ['tallow', 'dock9', 'Petra'],
    },
  ];
}

/** Jobs of the sample node: one running, two past. */
export function sampleJobs(now: number): Job[] {
  const done = { startedAt: now - 5 * HOUR_MS, endedAt: now - 5 * HOUR_MS + 190_000, problem: null };
  return [
    {
      id: 'job-3',
      kind: 'import',
      title: 'museum-1998.mbox into Museum',
      state: 'running',
      startedAt: now - 40_000,
      endedAt: null,
      progress: { done: 212_000, total: 1_040_000, perSecond: 5_300, etaSeconds: 156 },
      counts: { read: 212_000, imported: 211_204, duplicates: 780, broken: 16 },
      problem: null,
    },
    {
      id: 'job-2',
      kind: 'import',
      title: 'museum-1997.mbox into Museum',
      state: 'done',
      ...done,
      progress: { done: 88_000, total: 88_000, perSecond: 0, etaSeconds: null },
      counts: { read: 88_000, imported: 87_920, duplicates: 74, broken: 6 },
    },
    {
      id: 'job-1',
      kind: 'export',
      title: 'Harbour talk as mbox',
      state: 'failed',
      ...done,
      progress: { done: 210, total: 900, perSecond: 0, etaSeconds: null },
      counts: null,
      problem: {
        code: 'disk-full',
        message: 'The disk is full.',
        remedy: 'Free some space and start the export again.',
      },
    },
  ];
}
