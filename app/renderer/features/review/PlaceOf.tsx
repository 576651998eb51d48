import type { ReviewItem } from '../../../contract/index.ts';
import { review as words } from '../../messages/review.ts';
import { Message, RelativeTime } from '../../ui/index.ts';

/** The kind of an item, its board, and when it was written. */
export function PlaceOf({ item }: { item: Pick<ReviewItem, 'kind' | 'boardName' | 'at'> }) {
  const kind = words.kindOf(item.kind);
  const when = <RelativeTime at={item.at} past focusable />;
  return item.boardName === null ? (
    <Message text={words.item.place} kind={kind} when={when} />
  ) : (
    <Message text={words.item.placeInBoard} kind={kind} board={item.boardName} when={when} />
  );
}
