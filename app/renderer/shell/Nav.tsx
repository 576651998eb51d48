import type { NodeStatus } from '../../contract/index.ts';
import { rooms, type RoomId } from '../actions/rooms.ts';
import { href } from '../actions/route.ts';
import { dutiesOf } from '../features/overview/needs.ts';
import { atLeast } from '../features/roles.ts';
import { t } from '../messages/en.ts';
import { count } from '../messages/format.ts';
import { useReviewCounts } from '../stores/index.ts';

/** How many things wait in a room, and what they are. */
function waiting(
  room: RoomId,
  status: NodeStatus | null,
  toReview: number,
): { value: number; words: string } | null {
  if (status === null) return null;
  if (room === 'review' && toReview > 0) return { value: toReview, words: t.shell.toReview(toReview) };
  if (room === 'boards' && status.counts.unread > 0)
    return { value: status.counts.unread, words: t.shell.unread(status.counts.unread) };
  const duties = dutiesOf(status);
  if (room === 'overview' && duties > 0) return { value: duties, words: t.shell.needs(duties) };
  return null;
}

/** The rooms with their keys and what waits in each. */
export function Nav({ room, status, onGo }: { room: string; status: NodeStatus | null; onGo: () => void }) {
  const toReview = useReviewCounts(atLeast(status?.me?.role, 'moderator')).value?.open ?? 0;
  return (
    <nav className="nav" aria-label={t.shell.navigation}>
      <ul>
        {rooms.map((entry, index) => {
          const waits = waiting(entry.id, status, toReview);
          const before = rooms[index - 1];
          return (
            <li
              key={entry.id}
              className={before !== undefined && before.group !== entry.group ? 'nav-group' : ''}
            >
              <a href={href(entry.id)} aria-current={room === entry.id ? 'page' : undefined} onClick={onGo}>
                <kbd aria-hidden="true">{entry.shortcut.toUpperCase()}</kbd>
                <span className="nav-label">{entry.label}</span>
                {waits !== null && (
                  <span className="nav-count mono">
                    <span aria-hidden="true">{count(waits.value)}</span>
                    <span className="hidden-visually">, {waits.words}</span>
                  </span>
                )}
              </a>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
