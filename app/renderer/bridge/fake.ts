import { defaultSettings } from '../../contract/index.ts';
import type { Client, Presence, Settings } from '../../contract/index.ts';
import { answering, Refusal } from './fake/answers.ts';
import { Events } from './fake/events.ts';
import { federationProcedures } from './fake/federationProcedures.ts';
import { SampleLedger } from './fake/ledger.ts';
import { ledgerProcedures } from './fake/ledgerProcedures.ts';
import { museum } from './fake/museum.ts';
import { SampleNetwork } from './fake/network.ts';
import { sampleCard, sampleCommunity, sampleModeration, sampleStatus } from './fake/node.ts';
import { me, sampleMembers } from './fake/people.ts';

export interface FakeOptions {
  /**
   * The state to show: `setup` for a node without a community, `broken-model`, or a kind of {@link SampleLedger}
   * or {@link SampleNetwork}. Anything else is a healthy node with a board of a million posts.
   */
  readonly state: string;
  readonly now: () => number;
  /** Whether blocks are made and numbers change over time. */
  readonly lively?: boolean;
}

const STATUS_MS = 1_000;
const SET_UP_MS = 2_000;

const phrase =
  'harbor lantern ferry tide anchor rope signal winter candle river stone letter garden window bridge copper silver morning quiet paper island salt wind light'.split(
    ' ',
  );

/**
 * A client in a state that is hard to bring a node into. It answers what the views of these states ask for; all
 * else fails with `sample-only`. It forgets everything when the window closes.
 */
export function createFakeClient({ state, now, lively = true }: FakeOptions): Client {
  const startedAt = now();
  const network = new SampleNetwork(state);
  const ledger = new SampleLedger(now, state);
  const tick = new Events<null>();
  let settings: Settings = {
    ...defaultSettings,
    node: { name: 'ferry-1' },
    network: network.settings,
  };
  let setup = state === 'setup';

  if (lively) {
    setInterval(() => tick.tell(null), STATUS_MS);
    setInterval(() => ledger.step(), STATUS_MS);
  }
  const status = () => sampleStatus(now(), startedAt, setup);
  const community = () => sampleCommunity(now(), network);
  const cards = () => (setup ? [] : [sampleCard(now())]);
  const begin = (id: string) => {
    setup = false;
    tick.tell(null);
    return { id };
  };
  const moderation = () => sampleModeration(state === 'broken-model');
  const online = (): Presence[] => [
    { person: me, node: 'ferry-1', doing: '', idleMs: 0, since: startedAt, here: true },
  ];
  const counts = { open: 0, mine: 0, raised: 0, quarantined: 0, waiting: 0 };
  const quiet = new Events<never>();

  return answering({
    node: {
      status,
      watch: async function* (_, signal) {
        yield status();
        for await (const _tick of tick.watch(signal)) yield status();
      },
    },
    community: {
      status: community,
      watch: async function* (_, signal) {
        yield community();
        for await (const _tick of tick.watch(signal)) yield community();
      },
      activity: () => ({
        startsAt: startedAt - 24 * 3_600_000,
        hours: [5, 3, 2, 2, 1, 1, 0, 1, 3, 5, 7, 9, 12, 13, 11, 9, 10, 13, 15, 12, 11, 17, 19, 14],
      }),
    },
    communities: {
      list: cards,
      watch: async function* (_, signal) {
        yield cards();
        for await (const _tick of tick.watch(signal)) yield cards();
      },
      create: () => begin('bafyreisample-created'),
      previewInvite: ({ invite }) => {
        if (!invite.startsWith('impulse://join/'))
          throw new Refusal({
            code: 'invite-broken',
            message: 'This is not an invite.',
            remedy: 'Copy the whole link; it begins with impulse://join/.',
          });
        return {
          community: { id: 'bafyreisample-community', name: 'Night Ferry' },
          addresses: ['/ip4/203.0.113.7/tcp/4001'],
          expiresAt: now() + 3_600_000,
        };
      },
      join: () => ({ ...begin('bafyreisample-community'), role: 'member' as const }),
    },
    identity: { phrase: () => ({ words: phrase }) },
    boards: museum(startedAt),
    chat: {
      online,
      watchOnline: (_, signal) => new Events<Presence[]>().watch(signal, online),
      callers: () => [],
      doing: () => ({}),
    },
    calls: { rooms: () => [], watchRooms: (_, signal) => new Events<never[]>().watch(signal, () => []) },
    members: { list: () => sampleMembers(startedAt), changes: (_, signal) => quiet.watch(signal) },
    review: {
      counts: () => counts,
      changes: (_, signal) =>
        new Events<{ counts: typeof counts; items: string[] }>().watch(signal, () => ({ counts, items: [] })),
    },
    moderation: {
      status: moderation,
      watchStatus: (_, signal) => new Events<ReturnType<typeof moderation>>().watch(signal, moderation),
    },
    archive: { jobs: () => [], watch: (_, signal) => new Events<never[]>().watch(signal, () => []) },
    federation: federationProcedures({ network, tick, now, setUpMs: lively ? SET_UP_MS : 0 }),
    ledger: ledgerProcedures(ledger),
    settings: {
      get: () => ({ ...settings, network: network.settings }),
      set: ({ network: changed, ...others }) => {
        network.settings = { ...network.settings, ...changed };
        settings = { ...settings, ...(others as Partial<Settings>) };
        return { settings: { ...settings, network: network.settings } };
      },
    },
  });
}
