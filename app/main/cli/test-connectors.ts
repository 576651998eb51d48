import { createRouterClient, implement, ORPCError } from '@orpc/server';
import {
  contract,
  type Board,
  clientOf,
  type CommunityCard,
  type CommunityClient,
  type Job,
  type LedgerStatus,
  type Member,
  type Verification,
} from '../../contract/index.ts';
import type { ImportIssue } from '../../contract/archive.ts';
import { silentLogger } from '../kernel/logger.ts';
import { openDataDirectory } from '../node/data-directory.ts';
import { lockDataDirectory } from '../node/lock.ts';
import type { ServedRouter } from '../node/serve-port.ts';
import type { NodeConnector } from './node-connector.ts';

export const board: Board = {
  id: 'bafyboard',
  slug: 'harbour',
  name: 'Harbour talk\u001b[31m',
  description: '',
  postRole: 'member',
  archived: false,
  threads: 2,
  posts: 12,
  unread: 3,
  lastActivityAt: null,
};
/** The community of the node. */
export const harbour: CommunityCard = {
  id: 'bafycommunity',
  name: 'Harbour',
  state: 'open',
  problem: null,
  left: false,
  handle: 'mara',
  role: 'sysop',
  unread: 3,
  duties: 0,
  peers: 1,
  joinedAt: 0,
};
export const verification: Verification = {
  ok: false,
  community: 'bafycommunity',
  events: 10,
  posts: 5,
  members: 2,
  logDigest: 'a',
  stateDigest: 'b',
  digest: 'c',
  faults: ['event bafyx is mis-signed'],
};
export const job: Job = {
  id: 'j1',
  kind: 'import',
  title: 'list.mbox',
  state: 'running',
  startedAt: 0,
  endedAt: null,
  progress: { done: 0, total: 100, perSecond: 50, etaSeconds: 2 },
  counts: null,
  exported: null,
  issues: 0,
  problem: null,
};

export const ines: Member = {
  did: 'did:key:z6MkInes',
  handle: 'Ines',
  handleBlock: 2,
  role: 'member',
  joinedAt: 0,
  invitedBy: 'mara',
  posts: 3,
  lastSeenAt: null,
  online: false,
  banned: null,
  isMe: false,
};
/** The status of the ledger of the community. */
export const ledgerStatus: LedgerStatus = {
  height: 1204,
  head: 'bafyhead',
  time: 0,
  stateRoot: '00',
  transactions: 3000,
  waiting: 0,
  epoch: 0,
  model: 'byzantine',
  quorum: 3,
  validators: 4,
  spare: 1,
  validating: true,
  credit: 'penny',
  fee: 0,
  credits: 10,
  historyFrom: 1,
  joining: null,
  snapshots: [],
  protocol: { version: 1, next: null, known: 2 },
  halted: null,
};
/** The state of the node behind the connector; a test sets it, and reads the requests from it. */
export const node = {
  /** The members; null while there is no community. */
  roll: null as Member[] | null,
  /** The status of the ledger. */
  ledger: ledgerStatus,
  /** The result of `verify` and of `rebuild`. */
  verification,
  /** The job that was cancelled. */
  cancelled: null as string | null,
  /** The issues that the import reports beside its counts. */
  issues: [] as ImportIssue[],
  /** How the job ends. */
  finish: Promise.withResolvers<Job>(),
};

/** Resets the state of an earlier test. */
export function forget(): void {
  Object.assign(node, {
    roll: null,
    ledger: ledgerStatus,
    verification,
    cancelled: null,
    issues: [],
    finish: Promise.withResolvers<Job>(),
  });
}

const change = (did: string, changes: Partial<Member>): Record<string, never> => {
  node.roll = node.roll!.map((member) => (member.did === did ? { ...member, ...changes } : member));
  return {};
};

const os = implement(contract);
/** The few procedures that these tests call. */
const router = {
  communities: { list: os.communities.list.handler(() => [harbour]) },
  boards: {
    list: os.boards.list.handler(() => [board]),
    startThread: os.boards.startThread.handler(({ input }) => ({
      id: `thread:${input.subject}:${input.text}`,
      decision: 'publish' as const,
    })),
    create: os.boards.create.handler(() => board),
    threads: os.boards.threads.handler(() => ({ items: [], next: null, total: 0 })),
  },
  archive: {
    import: os.archive.import.handler(() => job),
    export: os.archive.export.handler(() => job),
    watch: os.archive.watch.handler(async function* () {
      yield [job];
      yield [await node.finish.promise];
    }),
    issues: os.archive.issues.handler(() => ({ issues: node.issues, next: null, dropped: 0 })),
    cancel: os.archive.cancel.handler(({ input }) => {
      node.cancelled = input.id;
      node.finish.resolve({ ...job, state: 'cancelled' });
      return {};
    }),
  },
  maintenance: {
    verify: os.maintenance.verify.handler(() => node.verification),
    rebuild: os.maintenance.rebuild.handler(() => node.verification),
  },
  members: {
    list: os.members.list.handler(({ errors }) => {
      if (node.roll) return node.roll;
      throw errors.PROBLEM({
        data: { code: 'no-community', message: 'There is no community.', remedy: 'Make one.' },
      });
    }),
    setRole: os.members.setRole.handler(({ input }) => change(input.did, { role: input.role })),
    ban: os.members.ban.handler(({ input, errors }) => {
      if (input.reason !== 'waits') {
        return change(input.did, { banned: { at: 0, until: input.until, reason: input.reason, by: 'mara' } });
      }
      const message = 'It is handed in and waits: 2 of 3 validators must sign, and nothing comes from odin.';
      throw errors.PROBLEM({ data: { code: 'waits-for-validators', message, remedy: 'Nothing is lost.' } });
    }),
    lift: os.members.lift.handler(({ input }) => change(input.did, { banned: null })),
    setHandle: os.members.setHandle.handler(({ input }) => change(ines.did, { handle: input.handle })),
  },
  ledger: {
    status: os.ledger.status.handler(() => node.ledger),
    scheduleVersion: os.ledger.scheduleVersion.handler(({ input }) => {
      const next = 'next' in input ? input.next : { version: 2, height: 1400 };
      const signatures = 'next' in input ? 1 : 3;
      return {
        next,
        change: 'c2NoZWR1bGU',
        signatures,
        quorum: 3,
        transaction: signatures < 3 ? null : 'bafyreitransaction',
      };
    }),
  },
  federation: {
    view: os.federation.view.handler(() => {
      throw new ORPCError('INTERNAL_SERVER_ERROR');
    }),
  },
};

/** A connector to a node that answers from memory. */
export const connector: NodeConnector = {
  async openNode({ dataDir }) {
    const { directory } = await openDataDirectory(dataDir);
    const lock = await lockDataDirectory(directory, 1);
    return {
      client: clientOf(() => createRouterClient(router) as unknown as CommunityClient),
      stop: () => lock.release(),
    };
  },
  startNode() {
    const stopped = Promise.withResolvers<void>();
    const steps: (() => Promise<void>)[] = [];
    return Promise.resolve({
      router: router as unknown as ServedRouter,
      logger: silentLogger,
      stopped: stopped.promise,
      healthy: () => true,
      metrics: () => [],
      onStop: (step) => void steps.push(step),
      async stop() {
        for (const step of steps.splice(0)) await step();
        stopped.resolve();
      },
    });
  },
  simulate: ({ seed }) => Promise.resolve(seed !== 13),
};
