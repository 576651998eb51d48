import type { NodeStatus } from '../../../contract/index.ts';
import type { Badge, ConsoleFeature } from '../../feature.ts';
import { t } from '../../messages/en.ts';
import { useReviewCounts } from '../../stores/index.ts';
import { atLeast } from '../roles.ts';
import { ReviewView } from './index.tsx';

/** The number of items that wait for moderators; only moderators see it. */
function useBadge(status: NodeStatus | null): Badge | null {
  const open = useReviewCounts(atLeast(status?.me?.role, 'moderator')).value?.open ?? 0;
  return open > 0 ? { value: open, words: t.shell.toReview(open) } : null;
}

export const review: ConsoleFeature = {
  name: 'review',
  room: { label: t.shell.rooms.review, shortcut: '7', group: 1, place: 1 },
  View: ReviewView,
  useBadge,
};
