import { join } from 'node:path';
import { boardKinds } from '../app/main/boards/kinds.ts';
import { cidOf, digestOf } from '../app/main/kernel/cid.ts';
import type { Community } from '../app/main/node/community.ts';
import { openBenchNode, type BenchNode } from './lib/node.ts';
import { percentile } from './lib/numbers.ts';
import { textOf } from './lib/posts.ts';
import type { Report } from './lib/report.ts';
import { withScratch } from './lib/scratch.ts';

const LONG = 20_000;
const SHORT = 20;
const SAMPLES = 200;
const PAGE = 20;
const MARGIN = 1.2;

/** A long thread beside a short one: its row on a board's page, its newest page, and a reply to it. */
export async function threads(): Promise<Report> {
  return withScratch(async (scratch) => {
    const node = await openBenchNode({ directory: join(scratch, 'node'), name: 'mara', online: false });
    const community = await node.found();
    const [short, long] = [SHORT, LONG].map((posts) => fill(node, community, posts));
    const [beside, own] = [await measure(community, short!), await measure(community, long!)];
    await node.stop();
    return {
      figures: (Object.keys(own) as (keyof Costs)[]).map((what) => ({
        name: `${NAMES[what]} of ${LONG} posts`,
        value: own[what],
        unit: 'ms',
        beside: { name: `one of ${SHORT}`, value: beside[what] },
        target: { most: beside[what] * MARGIN },
      })),
      notes: [
        `Medians of ${SAMPLES} calls in one process, each thread on a board of its own; the page has ${PAGE} posts, the newest last. A reply is judged by memory classifiers, signed, stored and projected.`,
      ],
    };
  });
}

interface Costs {
  readonly row: number;
  readonly page: number;
  readonly reply: number;
}

const NAMES: Readonly<Record<keyof Costs, string>> = {
  row: 'the page of a board with one thread',
  page: 'the newest page of a thread',
  reply: 'a reply to a thread',
};

interface Filled {
  readonly board: string;
  readonly thread: string;
  readonly posts: number;
}

function fill({ signer }: BenchNode, { boards, log }: Community, posts: number): Filled {
  const { id } = boards.create({ slug: `b${posts}`, name: `${posts}`, description: '', postRole: 'member' });
  const board = digestOf(id);
  const body = (n: number) => ({ board, text: textOf(n, 200), format: 'plain', attachments: [] });
  const start = log.append(signer, boardKinds.start.name, { ...body(0), subject: 'Thread' });
  for (let at = 1; at < posts; at += 500) {
    const drafts = Array.from({ length: Math.min(500, posts - at) }, (_, n) => ({
      kind: boardKinds.reply.name,
      body: { ...body(at + n), thread: start.id },
    }));
    log.appendAll(signer, drafts);
  }
  return { board: id, thread: cidOf(start.id), posts };
}

async function measure({ boards }: Community, { board, thread, posts }: Filled): Promise<Costs> {
  const median = async (work: () => unknown) => {
    const times: number[] = [];
    for (let n = 0; n < SAMPLES; n++) {
      const startedAt = performance.now();
      await work();
      times.push(performance.now() - startedAt);
    }
    return percentile(times, 0.5);
  };
  return {
    row: await median(() => boards.threads({ board, unreadOnly: false, limit: 50 })),
    page: await median(() => boards.thread({ id: thread, cursor: String(posts - PAGE), limit: PAGE })),
    reply: await median(() => boards.reply({ thread, text: 'Agreed.', attachments: [] })),
  };
}
