import { isolated, shown } from '../../../contract/foreign-text.ts';
import { useRef } from 'react';
import type { Ref } from 'react';
import type { ReviewItem } from '../../../contract/index.ts';
import { percent } from '../../messages/format.ts';
import { review as words } from '../../messages/review.ts';
import { itemAt } from '../../stores/index.ts';
import type { Mark, PagedState, QueueState, ReviewQueue } from '../../stores/index.ts';
import { Badge, Byline, RelativeTime, VirtualList } from '../../ui/index.ts';
import type { ListHandle } from '../../ui/index.ts';
import { WORTH_SAYING, whyOf, worstOf } from './says.ts';
import { t } from '../../messages/en.ts';

interface QueueListProps {
  readonly queue: ReviewQueue;
  readonly list: PagedState<ReviewItem>;
  readonly state: QueueState;
  readonly onOpen: (item: ReviewItem) => void;
  readonly handle: Ref<ListHandle>;
}

/** The items of the queue, two lines each. Shift with an arrow selects the rows it passes. */
export function QueueList({ queue, list, state, onOpen, handle }: QueueListProps) {
  const extending = useRef(false);
  return (
    <div
      className="review-rows"
      onKeyDownCapture={(event) => {
        extending.current = event.shiftKey && (event.key === 'ArrowDown' || event.key === 'ArrowUp');
        if (extending.current && state.active !== null) queue.extend(state.active);
      }}
    >
      <VirtualList
        handle={handle}
        label={words.queue.list}
        source={{ count: list.count, at: (index) => itemAt(list, index) }}
        total={list.total}
        keyOf={(item) => item.id}
        estimate={56}
        autoFocus
        active={state.active}
        activeAt={state.at}
        isSelected={(item) => state.selected.has(item.id)}
        onRange={(first, last) => queue.list.ensure(first, last)}
        onActive={(item, index) => {
          queue.activate(item.id, index);
          if (extending.current) queue.extend(item.id);
          extending.current = false;
        }}
        onOpen={onOpen}
        rowClass={(item) => rowClass(state, item)}
        row={(item) => (
          <Row item={item} mark={state.marks.get(item.id) ?? null} selected={state.selected.has(item.id)} />
        )}
      />
    </div>
  );
}

function rowClass(state: QueueState, item: ReviewItem): string {
  const mark = state.marks.get(item.id);
  const done =
    mark !== undefined && mark.phase !== 'failed' && mark.verb !== 'claim' && mark.verb !== 'release';
  return `${state.active === item.id ? 'review-current' : ''} ${done ? 'review-done' : ''}`;
}

function Row({ item, mark, selected }: { item: ReviewItem; mark: Mark | null; selected: boolean }) {
  const worst = worstOf(item);
  const why = whyOf(item);
  return (
    <div className="review-row">
      <span className={`review-tick mono ${selected ? 'review-ticked' : ''}`}>
        <span aria-hidden="true">{selected ? '×' : ''}</span>
        {selected && <span className="hidden-visually">{words.queue.isSelected}</span>}
      </span>
      <span className="review-what cut" dir="auto">
        {item.subject !== null && <span className="strong">{t.common.label(isolated(item.subject))} </span>}
        {shown(item.text ?? words.item.gone)}
      </span>
      <span className={`review-score mono right ${(worst?.score ?? 0) < WORTH_SAYING ? 'soft' : ''}`}>
        {worst === null ? '–' : percent(worst.score)}
      </span>
      <span className="review-about cut small soft">
        {why !== '' && <span className="amber">{why}</span>}{' '}
        <span className="review-by">
          <Byline author={item.author.handle} sourceName={item.sourceName} />
        </span>
        {words.queue.beside(item.kind, item.boardName)}
      </span>
      <span className="review-marks">
        <Marks item={item} mark={mark} />
      </span>
      <span className="review-age mono right soft small">
        <RelativeTime at={item.since} short past />
      </span>
    </div>
  );
}

/** The state of an item: the last act on it, else who claimed it and who raised it. */
function Marks({ item, mark }: { item: ReviewItem; mark: Mark | null }) {
  if (mark !== null)
    return mark.phase === 'failed' ? (
      <Badge tone="red" title={isolated(mark.message ?? '')}>
        {words.done.failed}
      </Badge>
    ) : (
      <Badge tone={mark.verb === 'remove' ? 'red' : 'green'}>
        {mark.phase === 'sending' ? words.done.pending(words.done[mark.verb]) : words.done[mark.verb]}
      </Badge>
    );
  return (
    <>
      {item.ruling !== null && (
        <Badge tone={item.ruling.ruling === 'publish' ? 'green' : 'red'}>
          {words.rulings[item.ruling.ruling]}
        </Badge>
      )}
      {item.ruling === null && item.held === 'quarantined' && (
        <Badge tone="red">{words.held.quarantined}</Badge>
      )}
      {item.appeal !== null && <Badge tone="violet">{words.queue.appealed}</Badge>}
      {item.reports.length > 0 && <Badge tone="violet">{words.queue.reported(item.reports.length)}</Badge>}
      {item.escalated !== null && <Badge tone="violet">{words.queue.escalated}</Badge>}
      {item.claim !== null && (
        <Badge tone={item.claim.mine ? 'cyan' : 'soft'}>
          {item.claim.mine ? words.queue.claimedByMe : words.queue.claimedBy(item.claim.by.handle)}
        </Badge>
      )}
    </>
  );
}
