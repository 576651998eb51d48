/** Opens a filled node in a fresh process, reads pages and searches, and reports how long each took. */
import { openBenchNode } from './node.ts';
import { textOf } from './posts.ts';

const PAGES = 200;
const startedAt = performance.timeOrigin;
const node = await openBenchNode({ directory: process.argv[2]!, name: 'mara', online: true });
const { boards, log } = await node.found();
const [board] = boards.list();
const first = boards.threads({ board: board!.id, unreadOnly: false, limit: 50 });
const firstPageMs = performance.timeOrigin + performance.now() - startedAt;

const timed = (work: () => unknown): number => {
  const from = performance.now();
  work();
  return performance.now() - from;
};
const boardPages: number[] = [];
const threadPages: number[] = [];
const searches: number[] = [];
let cursor: string | undefined;
let threads = first.items;
for (let index = 0; index < PAGES; index++) {
  boardPages.push(
    timed(() => {
      const page = boards.threads({ board: board!.id, unreadOnly: false, cursor, limit: 50 });
      threads = page.items.length > 0 ? page.items : threads;
      cursor = page.next ?? undefined;
    }),
  );
  const { id, replies } = threads[index % threads.length]!;
  const at = String(Math.floor((replies * (index % 10)) / 10));
  threadPages.push(timed(() => boards.thread({ id, cursor: at, limit: 50 })));
  const words = textOf(index * 7919 + 1, 40)
    .split(' ')
    .slice(0, 1 + (index % 3));
  searches.push(timed(() => boards.search({ query: words.join(' '), limit: 50 })));
}
// As in a node that has met a peer: the ids of all posts in order.
const setMs = timed(() => log.set('content'));
const { rss, heapUsed } = process.memoryUsage();
await node.stop();
process.stdout.write(
  `${JSON.stringify({ firstPageMs, boardPages, threadPages, searches, setMs, rss, heapUsed })}\n`,
);
process.exit();
