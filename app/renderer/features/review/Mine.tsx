import { useEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import type { ReviewItem } from '../../../contract/index.ts';
import { href } from '../../actions/route.ts';
import { useClient } from '../../bridge/index.ts';
import { listedSpans } from '../../messages/reasons.ts';
import { review } from '../../messages/review.ts';
import { heldWords, reviewPages } from '../../messages/reviewPages.ts';
import { itemAt, PagedList } from '../../stores/index.ts';
import { Button, LiveRegion } from '../../ui/index.ts';
import { AskDialog } from '../AskDialog.tsx';
import { FlaggedText } from '../FlaggedText.tsx';
import { HeldNote } from '../HeldNote.tsx';
import { ReviewPage } from './ReviewPage.tsx';
import { PlaceOf } from './PlaceOf.tsx';

const PAGE = 50;
const AGAIN_MS = 10_000;
const words = reviewPages.mine;

/** One’s own messages that not everyone sees, why, and the way to ask for another look. */
export function Mine() {
  const client = useClient();
  const list = useMemo(
    () => new PagedList<ReviewItem>((cursor) => client.review.mine({ cursor, limit: PAGE })),
    [client],
  );
  const state = useStore(list.store);
  const [asking, setAsking] = useState<ReviewItem | null>(null);
  const [said, setSaid] = useState('');
  useEffect(() => {
    void list.refresh();
    // Members receive no review news, so a moderator’s decision shows within this time.
    const timer = setInterval(() => void list.refresh(), AGAIN_MS);
    return () => clearInterval(timer);
  }, [list]);
  const items = Array.from({ length: state.count }, (_, n) => itemAt(state, n)).filter((one) => one !== null);
  return (
    <ReviewPage
      words={words}
      state={state}
      onAgain={() => void list.refresh()}
      above={<p className="measure soft">{words.why}</p>}
    >
      <ul className="review-receipts">
        {items.map((item) => (
          <li key={item.id}>
            <article className="review-receipt" aria-label={review.kindOf(item.kind)}>
              <p className="soft small">
                <PlaceOf item={item} />
              </p>
              {item.text === null ? (
                <p className="soft">{review.item.gone}</p>
              ) : (
                <FlaggedText
                  text={item.text}
                  spans={[
                    ...(item.verdict?.spans ?? []),
                    ...listedSpans(item.text, item.verdict?.reasons ?? []),
                  ]}
                />
              )}
              {item.held !== null && (
                <HeldNote
                  as="own"
                  item={item.id}
                  hold={{
                    state: item.held,
                    reasons: item.verdict?.reasons ?? [],
                    appealed: item.appeal !== null,
                  }}
                  onAppeal={() => setAsking(item)}
                />
              )}
              {item.kind === 'post' && (
                <a className="link" href={href('boards', 'post', item.id)}>
                  {words.open}
                </a>
              )}
            </article>
          </li>
        ))}
      </ul>
      {state.more && <Button onPress={() => void list.more()}>{review.keys.page}</Button>}
      <LiveRegion>{said}</LiveRegion>
      {asking !== null && (
        <AskDialog
          words={heldWords.appealDialog}
          field={heldWords.appealDialog.text}
          maxLength={2000}
          onSend={(text) => client.review.appeal({ id: asking.id, text })}
          onClose={() => setAsking(null)}
          onDone={() => {
            setSaid(heldWords.appealDialog.done);
            void list.refresh();
          }}
        />
      )}
    </ReviewPage>
  );
}
