/** A node in a separate process, controlled by the benchmark that forked it. */
import { readFileSync } from 'node:fs';
import { carryOutLedger } from './ledger-member.ts';
import { flood, floodOf } from './flooder.ts';
import { openBenchNode, type BenchNode } from './node.ts';
import { PostDrafts } from './posts.ts';
import { measureStages, now, sentAt, type Stages } from './stages.ts';
import type { Community } from '../../app/main/node/community.ts';
import type { Answer, CaughtUp, CoreTimes, Order } from './fleet.ts';

let node: BenchNode | null = null;
let community: Community | null = null;
let stages: Stages | null = null;
let flooding: readonly Uint8Array[] = [];
const seen: { sentAt: number; id: string; at: number }[] = [];

async function carryOut(order: Order): Promise<Answer['result']> {
  switch (order.kind) {
    case 'open':
      node = await openBenchNode({ ...order, online: true });
      return null;
    case 'found':
      community = await node!.found();
      community.start();
      return null;
    case 'fill': {
      const drafts = new PostDrafts(community!, node!.signer, order.textBytes);
      for (let index = 0; index < order.count; index += 500) {
        const length = Math.min(500, order.count - index);
        community!.log.appendAll(
          node!.signer,
          Array.from({ length }, (_, offset) => drafts.reply(index + offset)),
        );
      }
      // Nobody measures a node that still judges what it was filled with.
      await until(() => (community!.moderation.status().backlog.waiting > 0 ? [] : [0]));
      return community!.boards.counts().posts;
    }
    case 'invite':
      return community!.federation.invite({ role: 'member', hours: 1, uses: order.uses, reach: 'machine' })
        .link;
    case 'join':
      community = await node!.join(order.link);
      return null;
    case 'startAndCatchUp':
      return catchUp(order.posts);
    case 'joinToFirstPage': {
      const startedAt = now();
      community = await node!.join(order.link);
      community.start();
      const [board] = await until(() => community!.boards.list());
      await until(() => community!.boards.threads({ board: board!.id, unreadOnly: false, limit: 50 }).items);
      return now() - startedAt;
    }
    case 'address':
      return node!.transport.addresses()[0] ?? null;
    case 'dial':
      await community!.federation.dial(order.address);
      return null;
    case 'peers':
      return node!.transport.peers().length;
    case 'resumed':
      await community!.federation.resumed();
      return null;
    case 'watch':
      watch();
      return null;
    case 'post':
      return post(order.perSecond, order.seconds);
    case 'prepareFlood':
      flooding = floodOf(node!, community!, order.count);
      return null;
    case 'flood':
      return flood(node!, community!, flooding, order.perSecond);
    case 'notices':
      return node!.notices();
    case 'say':
      sayOnce();
      return null;
    case 'seen':
      return seen.splice(0);
    case 'stages':
      return stages;
    case 'posts':
      return community!.boards.counts().posts;
    case 'sample': {
      const { rss, heapUsed } = process.memoryUsage();
      return { rss, heapUsed };
    }
    case 'cores':
      return coreTimes();
    case 'ledger':
      return carryOutLedger(node!, community!, order.order);
    case 'stop':
      await node?.stop();
      return null;
  }
}

/** Polls for the first list that is not empty: posts are shown once judged, some time after their commit. */
async function until<T>(read: () => readonly T[]): Promise<readonly T[]> {
  for (;;) {
    const found = read();
    if (found.length > 0) return found;
    await new Promise<void>((resolve) => setTimeout(resolve, 5));
  }
}

/** Starts the node and waits until this many posts are here. */
async function catchUp(posts: number): Promise<CaughtUp> {
  const startedAt = now();
  community!.start();
  // Polled: no commit reports that a post was judged.
  const since = async (here: () => number) => {
    await until(() => (here() < posts ? [] : [posts]));
    return now() - startedAt;
  };
  const [storedMs, shownMs] = await Promise.all([
    since(() => community!.log.count('content')),
    since(() => community!.boards.counts().posts),
  ]);
  return { storedMs, shownMs };
}

/**
 * Records when each post that contains its creation time was shown here: with its commit, or once it was judged.
 * A console watches, and a few people write as much as many would.
 */
function watch(): void {
  const { boards, log, moderation } = community!;
  moderation.setRules({ perMinute: MANY, perMinuteNew: MANY, sameText: MANY, flood: MANY });
  boards.onChange(() => {});
  stages = measureStages(community!);
  const waiting = new Map<number, { readonly sentAt: number; readonly id: string }>();
  log.onCommit((batch) => {
    const at = now();
    for (const { event, seq } of batch) {
      const sent = sentAt(event.bytes);
      if (sent === null) continue;
      const post = { sentAt: sent, id: Buffer.from(event.id).toString('base64') };
      if (moderation.holds.of(seq)?.hidden === true) waiting.set(seq, post);
      else seen.push({ ...post, at });
    }
  });
  moderation.holds.onChange((changes) => {
    const at = now();
    for (const { n, shown } of changes) {
      const post = shown ? waiting.get(n) : undefined;
      if (!post) continue;
      waiting.delete(n);
      seen.push({ ...post, at });
    }
  });
}

const MANY = 100_000;

/**
 * How long the main thread ran, and how long it was ready but had no core, in milliseconds; null if unknown.
 */
function coreTimes(): CoreTimes | null {
  try {
    const [run = 0, wait = 0] = readFileSync('/proc/self/schedstat', 'utf8').split(' ').map(Number);
    return { runMs: run / 1e6, waitMs: wait / 1e6 };
  } catch {
    return null; // not Linux
  }
}

function sayOnce(thread = newestThread()): void {
  const { boards } = community!;
  void boards.reply({ thread, text: `sent at ${now()} from ${process.pid}`, attachments: [] });
}

const newestThread = (): string => community!.boards.threads({ unreadOnly: false, limit: 1 }).items[0]!.id;

/** Posts at a steady pace, as a person would who has a thread open. */
async function post(perSecond: number, seconds: number): Promise<number> {
  const total = perSecond * seconds;
  const thread = newestThread();
  const startedAt = now();
  for (let index = 0; index < total; index++) {
    const waitMs = startedAt + (index * 1000) / perSecond - now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    sayOnce(thread);
  }
  return total;
}

process.on('message', (order: Order & { number: number }) => {
  carryOut(order).then(
    (result) =>
      process.send!(
        { number: order.number, result } satisfies Answer,
        () => order.kind === 'stop' && process.exit(),
      ),
    (error: unknown) =>
      process.send!({ number: order.number, result: null, failure: String(error) } satisfies Answer),
  );
});
process.on('disconnect', () => process.exit());
