import { createRouterClient, implement } from '@orpc/server';
import { contract, defaultSettings } from '../../contract/index.ts';
import type {
  BoardsChange,
  ChatLine,
  Client,
  Job,
  Member,
  Presence,
  Settings,
} from '../../contract/index.ts';
import type { Fakes } from './fakes.ts';
import { boardProcedures } from './fake/boardProcedures.ts';
import { SampleBoards } from './fake/boards.ts';
import { Events } from './fake/events.ts';
import { federationProcedures } from './fake/federationProcedures.ts';
import { heldBack, isHeldBack } from './fake/heldBack.ts';
import { SampleLedger } from './fake/ledger.ts';
import { ledgerProcedures } from './fake/ledgerProcedures.ts';
import { sampleCallers, sampleJobs, samplePresence, sampleStatus } from './fake/node.ts';
import { SampleNetwork } from './fake/network.ts';
import { moderationProcedures } from './fake/moderation.ts';
import { me, people, sampleMembers } from './fake/people.ts';
import { pick, seeded } from './fake/random.ts';
import { SampleReview } from './fake/review.ts';
import { reviewProcedures } from './fake/reviewProcedures.ts';
import { chatLines } from './fake/words.ts';

export interface FakeOptions {
  /** Procedures that features bring. */
  readonly fakes?: Fakes;
  /** A node without a community, to show the first steps. */
  readonly setup: boolean;
  readonly now: () => number;
  /** Whether sample people write and numbers change over time. */
  readonly lively?: boolean;
  /**
   * The state to show: a kind of {@link SampleLedger} or {@link SampleNetwork}; anything else is a healthy
   * node.
   */
  readonly state?: string;
}

const STATUS_MS = 1_000;
const SET_UP_MS = 2_000;
const CHAT_MS = 14_000;
const POST_MS = 40_000;
const LINE_COUNT = 1_400;

const phrase =
  'harbor lantern ferry tide anchor rope signal winter candle river stone letter garden window bridge copper silver morning quiet paper island salt wind light'.split(
    ' ',
  );

/**
 * A client over in-memory sample data. It validates every answer against the contract, as the node’s own
 * client does, and forgets everything when the window closes.
 */
export function createFakeClient(options: FakeOptions): Client {
  const { now, lively = true } = options;
  const startedAt = now();
  const network = new SampleNetwork(options.setup ? 'setup' : (options.state ?? ''));
  let setup = options.setup;
  const random = seeded(7);
  const boards = new SampleBoards(now);
  const ledger = new SampleLedger(now, options.state ?? '');
  const boardNews = new Events<BoardsChange>();
  const chatNews = new Events<ChatLine>();
  const onlineNews = new Events<Presence[]>();
  const tick = new Events<null>();
  const memberNews = new Events<Record<string, never>>();
  const jobNews = new Events<Job[]>();
  let members: Member[] = sampleMembers(startedAt);
  let jobs: Job[] = sampleJobs(startedAt);
  let settings: Omit<Settings, 'network'> = structuredClone({
    ...defaultSettings,
    node: { name: 'ferry-1' },
  });
  let doing = 'Overview';
  let files = 0;
  let phraseConfirmed = false;

  const lines: ChatLine[] = Array.from({ length: LINE_COUNT }, (_, i) => {
    const author = people[Math.floor(random() * 6)] ?? me;
    const at = startedAt - (LINE_COUNT - i) * 97_000;
    const kind = random() < 0.06 ? ('me' as const) : ('say' as const);
    const text = kind === 'me' ? 'puts the kettle on' : pick(random, chatLines);
    return { id: `bafyreisample-c-${i}`, at, author, text, kind, mine: author === me, held: null };
  });
  const say = (author: (typeof people)[number], written: string): ChatLine => {
    const kind = written.startsWith('/me ') ? ('me' as const) : ('say' as const);
    const text = kind === 'me' ? written.slice(4) : written;
    const line = {
      id: `bafyreisample-c-${lines.length}`,
      at: now(),
      author,
      text,
      kind,
      mine: author === me,
      held: null,
    };
    lines.push(line);
    chatNews.tell(line);
    return line;
  };
  const presence = () => samplePresence(now(), startedAt).map((p) => (p.here ? { ...p, doing } : p));
  const status = () => {
    const held = sampleStatus(now(), startedAt, setup, network);
    return { ...held, name: settings.node.name, me: held.me && { ...held.me, phraseConfirmed } };
  };
  const changeMember = (did: string, change: Partial<Member>) => {
    members = members.map((member) => (member.did === did ? { ...member, ...change } : member));
    memberNews.tell({});
    return {};
  };

  if (lively) {
    setInterval(() => tick.tell(null), STATUS_MS);
    setInterval(() => ledger.step(), STATUS_MS);
    setInterval(() => say(people[1 + Math.floor(random() * 4)] ?? me, pick(random, chatLines)), CHAT_MS);
    setInterval(() => {
      boards.reply(0, 0, null, 'There is a berth free at the pontoon from Friday.', people[4]);
      boardNews.tell({
        boards: [boards.boards()[0]?.id ?? ''],
        threads: [boards.thread(0, 0).id],
        newPosts: 1,
      });
    }, POST_MS);
  }

  const os = implement(contract);
  const addJob = (kind: Job['kind'], title: string): Job => {
    const progress = { done: 0, total: null, perSecond: 0, etaSeconds: null };
    const job: Job = {
      id: `job-${jobs.length + 1}`,
      kind,
      title,
      state: 'running',
      startedAt: now(),
      endedAt: null,
      progress,
      counts: null,
      problem: null,
    };
    jobs = [job, ...jobs];
    jobNews.tell(jobs);
    return job;
  };
  const verification = () => {
    const digest = 'b7e1c04f9a2d6c3358f0e4a17bd29c605e8f13a4d7720b96c1ee5f48a09d3b72';
    return {
      ok: true,
      community: 'Night Ferry',
      events: 1_043_118,
      posts: 1_044_902,
      members: people.length,
      logDigest: digest,
      stateDigest: digest,
      digest,
      faults: [],
    };
  };

  const own = {
    node: {
      status: os.node.status.handler(() => status()),
      watch: os.node.watch.handler(async function* ({ signal }) {
        yield status();
        for await (const _ of tick.watch(signal)) yield status();
      }),
      activity: os.node.activity.handler(() => ({
        startsAt: startedAt - 24 * 3_600_000,
        hours: [5, 3, 2, 2, 1, 1, 0, 1, 3, 5, 7, 9, 12, 13, 11, 9, 10, 13, 15, 12, 11, 17, 19, 14],
      })),
      suspended: os.node.suspended.handler(() => ({})),
      resumed: os.node.resumed.handler(() => ({})),
      dismissNotice: os.node.dismissNotice.handler(() => ({})),
      stop: os.node.stop.handler(() => ({})),
    },
    community: {
      create: os.community.create.handler(() => {
        setup = false;
        tick.tell(null);
        return { id: 'bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy' };
      }),
      previewInvite: os.community.previewInvite.handler(({ input, errors }) => {
        if (!input.invite.startsWith('impulse://join/'))
          throw errors.PROBLEM({
            data: {
              code: 'invite-broken',
              message: 'This is not an invite.',
              remedy: 'Copy the whole link; it begins with impulse://join/.',
            },
          });
        return {
          community: { id: 'bafyreisample-community', name: 'Night Ferry' },
          addresses: ['/ip4/203.0.113.7/tcp/4001'],
          expiresAt: now() + 3_600_000,
        };
      }),
      join: os.community.join.handler(() => {
        setup = false;
        tick.tell(null);
        return { id: 'bafyreisample-community', role: 'member' as const };
      }),
      update: os.community.update.handler(() => ({})),
    },
    identity: {
      phrase: os.identity.phrase.handler(() => ({ words: phrase })),
      confirmPhrase: os.identity.confirmPhrase.handler(({ input }) => {
        phraseConfirmed = input.answers.every(
          (answer) => phrase[answer.index] === answer.word.trim().toLowerCase(),
        );
        tick.tell(null);
        return { confirmed: phraseConfirmed };
      }),
      restore: os.identity.restore.handler(() => ({ did: me.did })),
    },
    boards: boardProcedures({ boards, news: boardNews, now }),
    ledger: ledgerProcedures(ledger),
    moderation: moderationProcedures(now, options.state ?? ''),
    review: reviewProcedures(new SampleReview(now)),
    chat: {
      lines: os.chat.lines.handler(({ input }) => {
        const end = input.cursor === undefined ? lines.length : Number(input.cursor);
        const from = Math.max(0, end - input.limit);
        return { items: lines.slice(from, end), next: from > 0 ? String(from) : null, total: lines.length };
      }),
      say: os.chat.say.handler(({ input, errors }) => {
        if (isHeldBack(input)) throw errors.PROBLEM({ data: heldBack });
        return { id: say(me, input.text).id, decision: input.askReview ? 'quarantine' : 'publish' };
      }),
      watch: os.chat.watch.handler(({ signal }) => chatNews.watch(signal)),
      online: os.chat.online.handler(presence),
      watchOnline: os.chat.watchOnline.handler(({ signal }) => onlineNews.watch(signal, presence)),
      callers: os.chat.callers.handler(({ input }) => sampleCallers(startedAt).slice(0, input.limit)),
      doing: os.chat.doing.handler(({ input }) => {
        doing = input.doing;
        onlineNews.tell(presence());
        return {};
      }),
    },
    members: {
      list: os.members.list.handler(() => members),
      setHandle: os.members.setHandle.handler(({ input }) => changeMember(me.did, { handle: input.handle })),
      setRole: os.members.setRole.handler(({ input }) => changeMember(input.did, { role: input.role })),
      ban: os.members.ban.handler(({ input }) =>
        changeMember(input.did, {
          banned: { at: now(), until: input.until, reason: input.reason, by: me.handle },
        }),
      ),
      lift: os.members.lift.handler(({ input }) => changeMember(input.did, { banned: null })),
      changes: os.members.changes.handler(({ signal }) => memberNews.watch(signal)),
    },
    files: {
      put: os.files.put.handler(({ input }) => {
        files += 1;
        return {
          cid: `bafkreisample-put-${files}`,
          name: input.file.name,
          type: input.file.type,
          sizeBytes: input.file.size,
          here: true,
        };
      }),
      get: os.files.get.handler(() => ({
        file: new File(['Sample file.\n'], 'sample.txt', { type: 'text/plain' }),
      })),
    },
    federation: federationProcedures({ network, tick, now, setUpMs: lively ? SET_UP_MS : 0 }),
    archive: {
      import: os.archive.import.handler(() => addJob('import', 'Archive into Museum')),
      export: os.archive.export.handler(({ input }) => addJob('export', `Export to ${input.path}`)),
      demo: os.archive.demo.handler(() => addJob('demo', 'Demonstration boards')),
      cancel: os.archive.cancel.handler(({ input }) => {
        jobs = jobs.map((job) =>
          job.id === input.id ? { ...job, state: 'cancelled' as const, endedAt: now() } : job,
        );
        jobNews.tell(jobs);
        return {};
      }),
      jobs: os.archive.jobs.handler(() => jobs),
      watch: os.archive.watch.handler(({ signal }) => jobNews.watch(signal, () => jobs)),
    },
    settings: {
      get: os.settings.get.handler(() => ({ ...settings, network: network.settings })),
      set: os.settings.set.handler(({ input }) => {
        network.settings = { ...network.settings, ...input.network };
        const { network: _, ...others } = input;
        settings = Object.fromEntries(
          Object.entries(settings).map(([section, values]) => [
            section,
            { ...values, ...others[section as keyof typeof others] },
          ]),
        ) as typeof settings;
        return { settings: { ...settings, network: network.settings } };
      }),
    },
    maintenance: {
      verify: os.maintenance.verify.handler(verification),
      rebuild: os.maintenance.rebuild.handler(verification),
      backup: os.maintenance.backup.handler(() => ({
        path: 'backups/2026-11-23.sqlite',
        at: now(),
        sizeBytes: 1_900_000_000,
      })),
      backups: os.maintenance.backups.handler(() => [
        { path: 'backups/2026-11-22.sqlite', at: startedAt - 86_400_000, sizeBytes: 1_890_000_000 },
      ]),
    },
  };
  const ofFeatures = Object.entries(options.fakes ?? {}).map(
    ([name, make]) => [name, make(os[name as keyof typeof os])] as const,
  );
  const router = os.router({ ...own, ...Object.fromEntries(ofFeatures) } as unknown as Parameters<
    typeof os.router
  >[0]);
  return createRouterClient(router);
}
