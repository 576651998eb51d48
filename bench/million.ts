import { statSync } from 'node:fs';
import { join } from 'node:path';
import { filledNode, readIn, threadsOf } from './lib/filled-node.ts';
import { percentile } from './lib/numbers.ts';
import type { Report } from './lib/report.ts';

const POSTS = 1_000_000;
const MB = 1024 ** 2;

/** A board of a million posts, read and searched in a fresh process. */
export async function million(): Promise<Report> {
  const directory = await filledNode(POSTS);
  const { firstPageMs, boardPages, threadPages, searches, setMs, rss } = await readIn(directory);
  return {
    figures: [
      {
        name: 'process start to first page of a board',
        value: firstPageMs,
        unit: 'ms',
        target: { most: 2000 },
      },
      { name: 'board page, p95', value: percentile(boardPages, 0.95), unit: 'ms', target: { most: 10 } },
      { name: 'thread page, p95', value: percentile(threadPages, 0.95), unit: 'ms', target: { most: 10 } },
      { name: 'search, p95', value: percentile(searches, 0.95), unit: 'ms', target: { most: 50 } },
      { name: 'reading the ids that peers compare, once at the first peer', value: setMs, unit: 'ms' },
      { name: 'resident memory at the end', value: rss / MB, unit: 'MB', target: { most: 400 } },
      { name: 'database', value: statSync(join(directory, 'community.db')).size / MB, unit: 'MB' },
    ],
    notes: [
      `${POSTS.toLocaleString('en-US')} posts in ${threadsOf(POSTS).toLocaleString('en-US')} threads of one board; ${searches.length} searches for one to three words, ${boardPages.length} board pages and ${threadPages.length} thread pages of 50.`,
    ],
  };
}
