import type { ModerationLabel, ReviewItem } from '../../../contract/index.ts';
import { common } from '../../messages/common.ts';
import { review as words } from '../../messages/review.ts';
import type { News } from '../../stores/index.ts';

/** The lowest probability that is worth mentioning. */
export const WORTH_SAYING = 0.5;

/**
 * The label that counts most against an item, with its probability; null if no model has classified the item.
 */
export function worstOf(item: ReviewItem): { label: ModerationLabel; score: number } | null {
  const scores = Object.entries(item.verdict?.scores ?? {}) as [ModerationLabel, number][];
  const [worst] = scores.sort(([, a], [, b]) => b - a);
  return worst === undefined ? null : { label: worst[0], score: worst[1] };
}

/** Why an item is in the queue, in one or two words. */
export function whyOf(item: ReviewItem): string {
  const worst = worstOf(item);
  if (worst !== null && worst.score >= WORTH_SAYING) return words.labels[worst.label];
  if ((item.verdict?.reasons.length ?? 0) > 0) return words.queue.rules;
  return item.reports.length > 0 ? words.queue.people : '';
}

/** The sentence that is announced, and shown below the list, after an act. */
export function wordsOf(news: News | null, openLeft: number | null): string {
  if (news === null) return '';
  const { done } = words;
  switch (news.kind) {
    case 'nothing':
      return done.nothingToUndo;
    case 'undone':
      return done.tookBack(news.n);
    case 'failed':
      return done.someFailed(news.n, news.message);
    case 'done': {
      const said = done.said(done[news.verb], news.n);
      if (news.verb === 'claim' || news.verb === 'release') return said;
      if (news.next === null) return done.followed(said, done.last);
      const why = whyOf(news.next) || words.kindOf(news.next.kind);
      return done.followed(
        said,
        done.next(why, common.byline(news.next.author.handle, news.next.sourceName), openLeft),
      );
    }
  }
}
