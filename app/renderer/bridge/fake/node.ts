import { optionalFeatures } from '../../../contract/index.ts';
import type {
  CommunityCard,
  CommunityStatus,
  FederationView,
  ModerationStatus,
  NodeStatus,
} from '../../../contract/index.ts';
import { PEER_ID, type SampleNetwork } from './network.ts';
import { me, people } from './people.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const ID = 'bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy';
const NAME = 'Night Ferry';

/** The status of the sample node at `now`; with `setup`, of a node that has no community yet. */
export function sampleStatus(now: number, startedAt: number, setup: boolean): NodeStatus {
  const wave = Math.sin((now - startedAt) / 9_000);
  return {
    version: '0.1.0',
    startedAt: startedAt - 19 * DAY_MS - 4 * HOUR_MS,
    phase: setup ? 'setup' : 'ready',
    name: 'ferry-1',
    peerId: PEER_ID,
    me: { did: me.did, phraseConfirmed: false },
    peers: setup ? 0 : 5,
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
    counts: { communities: setup ? 0 : 1, unread: 0, duties: 0 },
  };
}

/** The entry of the sample community in its node’s list. */
export const sampleCard = (now: number): CommunityCard => ({
  id: ID,
  name: NAME,
  state: 'open',
  problem: null,
  left: false,
  handle: me.handle,
  role: 'sysop',
  unread: 0,
  duties: 0,
  peers: 5,
  joinedAt: now - 400 * DAY_MS,
});

/** The status of the sample community at `now`. */
export const sampleCommunity = (now: number, network: SampleNetwork): CommunityStatus => ({
  id: ID,
  name: NAME,
  description: 'A board for people who are awake when the ferry leaves.',
  createdAt: now - 400 * DAY_MS,
  phase: 'ready',
  me: { did: me.did, handle: me.handle, role: 'sysop' },
  peers: 5,
  reachability: network.doctor(now - 6 * MINUTE_MS).reachability,
  sync: { stage: 'history', done: 812_400, total: 1_041_900, perSecond: 18_200, etaSeconds: 13 },
  databaseBytes: 1.9 * 1024 ** 3,
  space: { usedBytes: 3.1 * 1024 ** 3, quotaBytes: null },
  features: [...optionalFeatures],
  notices: [],
  counts: {
    events: 1_043_118,
    posts: 1_044_902,
    postsToday: 214,
    postsYesterday: 181,
    members: people.length,
    online: 1,
    callsToday: 0,
    unread: 0,
    replicatedShare: 1,
  },
});

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

/** The state of moderation; `broken` breaks the second model and loses the third. */
export const sampleModeration = (broken: boolean): ModerationStatus => ({
  mode: broken ? 'first-stage' : 'models',
  models: models.map(([name, task, licence, sizeBytes], n) => {
    const [state, fault] = (broken && faults[n]) || (['ready', null] as const);
    return { name, task, state, fault, sizeBytes, licence };
  }),
  backlog: { done: 12_400, total: 12_404, perSecond: 1_840, etaSeconds: 0, waiting: 4 },
  perSecond: 1_840,
  latency: { p50Ms: 1.2, p99Ms: 41 },
});

// A test compares these with what a node ships.
const models = [
  ['Words and parts of words', 'judges every message at once', 'Apache-2.0', 26_215_140],
  [
    'Transformer for unclear English',
    'judges English that the first leaves open',
    'Apache-2.0 (all-MiniLM-L6-v2)',
    16_781_956,
  ],
  ['NSFW images (MobileNetV2 of nsfwjs)', 'judges pictures', 'MIT (nsfwjs)', 4_327_235],
] as const;
const faults = [
  null,
  ['broken', 'Its file does not have the expected hash. Install the console again.'],
  ['missing', 'Its file is missing. Install the console again.'],
] as const;
