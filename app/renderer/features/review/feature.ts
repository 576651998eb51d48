import type { Badge, ConsoleFeature } from '../../feature.ts';
import { t } from '../../messages/en.ts';
import { useReviewCounts, type Shown } from '../../stores/index.ts';
import { atLeast } from '../roles.ts';
import { ReviewView } from './index.tsx';

/** The number of items that wait for moderators; only moderators see it. */
function useBadge(shown: Shown | null): Badge | null {
  const open = useReviewCounts(atLeast(shown?.community.me.role, 'moderator')).value?.open ?? 0;
  return open > 0 ? { value: open, words: t.shell.toReview(open) } : null;
}

export const review: ConsoleFeature = {
  name: 'review',
  room: { label: t.shell.rooms.review, shortcut: '7', group: 1, place: 1 },
  View: ReviewView,
  useBadge,
};
