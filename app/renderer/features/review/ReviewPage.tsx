import type { ReactNode } from 'react';
import { count } from '../../messages/format.ts';
import { review } from '../../messages/review.ts';
import type { PagedState } from '../../stores/index.ts';
import { Button, EmptyState, Loading, Panel, ProblemNotice } from '../../ui/index.ts';

interface ReviewPageProps {
  readonly words: {
    readonly title: string;
    readonly loading: string;
    readonly empty: string;
    readonly emptyHint: string;
  };
  /** The list on the page. */
  readonly state: PagedState<unknown>;
  readonly onAgain: () => void;
  /** Shown above the list, even if the list is empty. */
  readonly above: ReactNode;
  /** The list fills the panel to its edges. */
  readonly flush?: boolean;
  readonly children: ReactNode;
}

/** A page of the review room beside the queue: one list, with its loading, failed and empty states. */
export function ReviewPage({ words, state, onAgain, above, flush = false, children }: ReviewPageProps) {
  return (
    <Panel
      title={words.title}
      level={1}
      count={state.total === null ? null : count(state.total)}
      className={flush ? 'review-page review-table' : 'review-page'}
      flush={flush}
    >
      {above}
      {state.problem && (
        <ProblemNotice problem={state.problem} action={<Button onPress={onAgain}>{review.again}</Button>} />
      )}
      {state.state === 'loading' && <Loading what={words.loading} />}
      {state.state === 'ready' && state.count === 0 && (
        <EmptyState title={words.empty}>{words.emptyHint}</EmptyState>
      )}
      {children}
    </Panel>
  );
}
