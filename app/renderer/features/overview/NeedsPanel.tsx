import type { ReactNode } from 'react';
import { ReviewFilter } from '../../../contract/index.ts';
import { available } from '../../actions/registry.ts';
import { go } from '../../actions/route.ts';
import { useClient } from '../../bridge/index.ts';
import { t } from '../../messages/en.ts';
import { count } from '../../messages/format.ts';
import { Button, EmptyState, Key, Message, Panel, RelativeTime } from '../../ui/index.ts';
import { useReviewCounts, type Shown } from '../../stores/index.ts';
import { atLeast } from '../roles.ts';
import { useCall } from '../useCall.ts';
import { asksForPhrase, dutiesOf, noticesOf } from './needs.ts';

const words = t.overview.needs;

interface Need {
  id: string;
  mark: string;
  tone: 'amber' | 'red' | 'blue' | 'cyan';
  title: string;
  text: ReactNode;
  run: (() => void) | null;
  shortcut: string | null;
  dismiss: (() => void) | null;
}

/** Things that need the person now: notices of the node, the unconfirmed phrase, unread posts. */
export function NeedsPanel({ shown }: { shown: Shown }) {
  const client = useClient();
  const actions = available();
  const { node, community } = shown;
  const notices = noticesOf(shown);
  const dismiss = (id: string) =>
    node.notices.some((notice) => notice.id === id)
      ? client.node.dismissNotice({ id })
      : client.community.dismissNotice({ id });
  const needs: Need[] = notices.map((notice) => {
    const action = actions.find((candidate) => candidate.id === notice.action);
    return {
      id: notice.id,
      mark: notice.severity === 'info' ? 'i' : '!',
      tone: notice.severity === 'danger' ? 'red' : notice.severity === 'attention' ? 'amber' : 'blue',
      title: notice.message,
      text: (
        <>
          {notice.remedy !== null && <>{notice.remedy} </>}
          <RelativeTime at={notice.since} />
        </>
      ),
      run: action ? action.run : null,
      shortcut: action?.shortcut ?? null,
      dismiss: notice.severity === 'info' ? () => void dismiss(notice.id) : null,
    };
  });
  // After notices that need a decision, before notices that only inform.
  const duties = notices.filter((notice) => notice.severity !== 'info').length;
  if (asksForPhrase(shown))
    needs.splice(duties, 0, {
      id: 'phrase',
      mark: '!',
      tone: 'amber',
      title: words.phrase,
      text: words.phraseWhy,
      run: () => go('settings', 'identity'),
      shortcut: null,
      dismiss: null,
    });
  const all = dutiesOf(shown);
  const moderates = atLeast(community.me.role, 'moderator');
  const review = useReviewCounts(moderates).value;
  const open = review?.open ?? 0;
  const oldest = useCall(async () => {
    if (open === 0) return null;
    const page = await client.review.list({ limit: 1, filter: ReviewFilter.parse({}) });
    return page.items[0]?.since ?? null;
  }, [open]).data;
  if (open > 0)
    needs.push({
      id: 'review',
      mark: count(open),
      tone: 'amber',
      title: words.review(open),
      text: (
        <>
          {oldest !== null && (
            <>
              <Message text={words.oldest} when={<RelativeTime at={oldest} past />} />
            </>
          )}
          {review !== null && review.raised > 0 && ` ${words.raised(review.raised)}`}
        </>
      ),
      run: () => go('review'),
      shortcut: '7',
      dismiss: null,
    });
  const { unread } = community.counts;
  if (unread > 0)
    needs.push({
      id: 'unread',
      mark: count(unread),
      tone: 'cyan',
      title: words.unread(unread),
      text: null,
      run: () => go('boards'),
      shortcut: '2',
      dismiss: null,
    });
  return (
    <Panel title={words.title} count={all > 0 ? count(all) : undefined} className="needs">
      {needs.length === 0 ? (
        <EmptyState title={words.nothing}>{words.nothingMore}</EmptyState>
      ) : (
        <ul className="needs-list">
          {needs.map((need) => (
            <li key={need.id}>
              <span className={`needs-mark mono ${need.tone}`} aria-hidden="true">
                {need.mark}
              </span>
              <div className="needs-text">
                {need.run === null ? (
                  <p>{need.title}</p>
                ) : (
                  <button type="button" className="needs-go" onClick={need.run}>
                    {need.mark === '!' || need.mark === 'i' ? null : (
                      <span className="hidden-visually">{need.mark} </span>
                    )}
                    {need.title}
                  </button>
                )}
                {need.text !== null && (
                  <p className="soft small">
                    {need.text}{' '}
                    {need.dismiss !== null && (
                      <Button
                        kind="quiet"
                        className="needs-dismiss"
                        onPress={need.dismiss}
                        aria-label={words.dismissOf(need.title)}
                      >
                        {words.dismiss}
                      </Button>
                    )}
                  </p>
                )}
              </div>
              {need.shortcut !== null && <Key shortcut={need.shortcut} />}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
