import { isolated } from '../../../contract/foreign-text.ts';
import { useEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import type { ReviewAct } from '../../../contract/index.ts';
import { go } from '../../actions/route.ts';
import { useClient } from '../../bridge/index.ts';
import { reviewPages } from '../../messages/reviewPages.ts';
import { itemAt, PagedList, useReviewNews } from '../../stores/index.ts';
import { RelativeTime, Select, VirtualList, Foreign } from '../../ui/index.ts';
import type { Column } from '../../ui/index.ts';
import { ReviewPage } from './ReviewPage.tsx';
import { useCall } from '../useCall.ts';
import { ActState, actWords } from './Acts.tsx';

const PAGE = 100;
const EVERYBODY = 'everybody';
const words = reviewPages.audit;

const columns: readonly Column<ReviewAct>[] = [
  {
    id: 'when',
    label: words.columns.when,
    width: '64px',
    cell: (act) => <RelativeTime at={act.at} short past />,
  },
  {
    id: 'who',
    label: words.columns.who,
    width: 'minmax(0, 1fr)',
    cell: (act) => (
      <span className="strong">
        <Foreign text={act.by.handle} />
      </span>
    ),
  },
  {
    id: 'what',
    label: words.columns.what,
    width: 'minmax(0, 2.2fr)',
    cell: (act) => (
      <>
        <span className={act.undone ? 'soft' : ''}>{actWords(act)}</span> <ActState act={act} />
      </>
    ),
  },
  {
    id: 'note',
    label: words.columns.note,
    width: 'minmax(0, 2fr)',
    wide: true,
    cell: (act) => (
      <span className="soft">
        <Foreign text={act.note} />
      </span>
    ),
  },
  {
    id: 'item',
    label: words.columns.item,
    width: '130px',
    wide: true,
    cell: (act) => <span className="mono soft">…{act.item.slice(-12)}</span>,
  },
];

/** Every signed act, newest first; Enter opens its item. */
export function Audit() {
  const client = useClient();
  const [by, setBy] = useState(EVERYBODY);
  const moderators = useCall(() => client.review.moderators({})).data ?? [];
  const list = useMemo(
    () =>
      new PagedList<ReviewAct>((cursor) =>
        client.review.audit({ by: by === EVERYBODY ? null : by, cursor, limit: PAGE }),
      ),
    [client, by],
  );
  const state = useStore(list.store);
  useEffect(() => void list.refresh(), [list]);
  useReviewNews(() => void list.refresh());
  return (
    <ReviewPage
      words={words}
      state={state}
      onAgain={() => void list.refresh()}
      above={
        <div className="review-tools">
          <Select
            label={words.by}
            bare
            value={by}
            onChange={setBy}
            options={[
              { value: EVERYBODY, label: words.everybody },
              ...moderators.map(({ person }) => ({ value: person.did, label: isolated(person.handle) })),
            ]}
          />
        </div>
      }
      flush
    >
      {state.count > 0 && (
        <VirtualList
          label={words.list}
          source={{ count: state.count, at: (index) => itemAt(state, index) }}
          total={state.total}
          keyOf={(act) => act.id}
          columns={columns}
          onRange={(first, last) => list.ensure(first, last)}
          onOpen={(act) => go('review', 'queue', act.item)}
        />
      )}
    </ReviewPage>
  );
}
