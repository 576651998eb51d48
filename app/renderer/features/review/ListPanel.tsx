import { useEffect } from 'react';
import type { Ref, RefObject } from 'react';
import type { Problem, ReviewCounts, ReviewItem } from '../../../contract/index.ts';
import { count } from '../../messages/format.ts';
import { review as words } from '../../messages/review.ts';
import type { PagedState, QueueState, ReviewQueue } from '../../stores/index.ts';
import {
  Button,
  EmptyState,
  Loading,
  Panel,
  ProblemNotice,
  LiveRegion,
  Select,
  TextField,
} from '../../ui/index.ts';
import type { ListHandle } from '../../ui/index.ts';
import { QueueList } from './QueueList.tsx';
import { countOn, noFilter, states, useFilter } from './filter.ts';
import type { QueueTab } from './filter.ts';
import { useStateFor } from '../useStateFor.ts';

/** How long typing must pause before the queue is requested. */
const TYPED_MS = 250;
const orders = ['oldest', 'newest', 'worst'] as const;

interface ListPanelProps {
  readonly queue: ReviewQueue;
  readonly list: PagedState<ReviewItem>;
  readonly state: QueueState;
  readonly counts: ReviewCounts | null;
  /** The last act. */
  readonly said: string;
  readonly problem: Problem | null;
  readonly onOpen: (item: ReviewItem) => void;
  /** The rows, to which the search field hands the focus. */
  readonly rows: RefObject<ListHandle | null>;
  readonly search: Ref<HTMLInputElement>;
  readonly onUndo: () => void;
  readonly onFilter: () => void;
}

/** The left half: tabs, filters, the items, and the last act. */
export function ListPanel(props: ListPanelProps) {
  const { queue, list, state, counts, said } = props;
  const { tab, filter, set } = useFilter();
  const counted: Record<QueueTab, number | null> = {
    open: counts?.open ?? null,
    raised: counts?.raised ?? null,
    waiting: counts?.waiting ?? null,
    ruled: null,
    all: null,
  };
  const narrowed = countOn(filter) > 0 || filter.words !== '';
  const [title, hint] = narrowed ? words.queue.emptyFiltered : words.queue.empty[tab];
  const selected = state.selected.size;
  return (
    <Panel
      title={words.queue.title}
      count={
        selected > 0
          ? words.queue.selected(selected)
          : list.total === null
            ? null
            : words.queue.found(list.total)
      }
      className="review-list"
      flush
    >
      <div role="group" aria-label={words.queue.statesLabel} className="tabs review-states">
        {states.map((one) => (
          <button key={one} type="button" aria-pressed={one === tab} onClick={() => set({ tab: one })}>
            {words.queue.states[one]}
            {counted[one] !== null && (
              <span className={`tabs-count mono ${one !== 'waiting' && counted[one] > 0 ? 'amber' : ''}`}>
                {count(counted[one])}
              </span>
            )}
          </button>
        ))}
      </div>
      <div className="review-tools">
        <Words search={props.search} onLeave={() => props.rows.current?.focus()} />
        <Select
          label={words.queue.order}
          bare
          value={filter.order}
          onChange={(order) => set({ filter: { ...filter, order } })}
          options={orders.map((value) => ({ value, label: words.queue.orders[value] }))}
        />
        <Button onPress={props.onFilter}>{words.queue.filtersOn(countOn(filter))}</Button>
      </div>
      {props.problem && <ProblemNotice problem={props.problem} />}
      {list.problem && (
        <ProblemNotice
          problem={list.count > 0 ? { ...list.problem, message: words.stale } : list.problem}
          action={<Button onPress={() => queue.again()}>{words.again}</Button>}
        />
      )}
      {list.state === 'loading' && <Loading what={words.queue.loading} />}
      {list.state === 'ready' && list.count === 0 && (
        <EmptyState
          title={title ?? ''}
          {...(narrowed
            ? {
                action: (
                  <Button onPress={() => set({ filter: { ...noFilter, order: filter.order } })}>
                    {words.queue.clear}
                  </Button>
                ),
              }
            : {})}
        >
          {hint}
        </EmptyState>
      )}
      {list.count > 0 && (
        <QueueList queue={queue} list={list} state={state} onOpen={props.onOpen} handle={props.rows} />
      )}
      <div className="review-said">
        <LiveRegion>{said}</LiveRegion>
        {state.last !== null && (
          <Button kind="quiet" shortcut="u" onPress={props.onUndo}>
            {words.done.undoIt}
          </Button>
        )}
      </div>
    </Panel>
  );
}

/** Words that must occur; the queue follows the typed text. */
function Words({ search, onLeave }: { search: Ref<HTMLInputElement>; onLeave: () => void }) {
  const { filter, set } = useFilter();
  const [typed, setTyped] = useStateFor(filter.words, filter.words);
  useEffect(() => {
    if (typed === filter.words) return;
    const timer = setTimeout(() => {
      const now = useFilter.getState().filter;
      set({ filter: { ...now, words: typed } });
    }, TYPED_MS);
    return () => clearTimeout(timer);
  }, [typed, filter.words, set]);
  return (
    <div
      className="review-find"
      onKeyDownCapture={(event) => {
        if (event.key !== 'ArrowDown' && event.key !== 'Enter' && event.key !== 'Escape') return;
        event.preventDefault();
        onLeave();
      }}
    >
      <TextField
        inputRef={search}
        label={words.queue.words}
        bare
        type="search"
        value={typed}
        onChange={setTyped}
        placeholder={words.queue.wordsPlaceholder}
        maxLength={200}
        autoComplete="off"
      />
    </div>
  );
}
