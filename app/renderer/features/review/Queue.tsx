import { useMemo, useState } from 'react';
import { go } from '../../actions/route.ts';
import { useClient } from '../../bridge/index.ts';
import { review as words } from '../../messages/review.ts';
import { reviewPages } from '../../messages/reviewPages.ts';
import { itemAt, useCommunity, useReviewCounts } from '../../stores/index.ts';
import type { Work } from '../../stores/index.ts';
import { atLeast } from '../roles.ts';
import { useAct } from '../useAct.ts';
import { useStateFor } from '../useStateFor.ts';
import { ItemPanel } from './ItemPanel.tsx';
import { ListPanel } from './ListPanel.tsx';
import { QueueDialogs } from './QueueDialogs.tsx';
import type { Asking } from './QueueDialogs.tsx';
import { reviewFilterOf, states, useFilter } from './filter.ts';
import { useAnnounced } from './useAnnounced.ts';
import { useQueue } from './useQueue.ts';
import { useQueueActions } from './useQueueActions.ts';
import type { QueueCommands } from './useQueueActions.ts';
import { useQueueFocus } from './useQueueFocus.ts';
import { useQueuePlace } from './useQueuePlace.ts';

/** The queue: held items at the left, the active item beside it, and keys for everything. */
export function Queue({ opened, narrow }: { opened: string | null; narrow: boolean }) {
  const client = useClient();
  const mayPurge = atLeast(useCommunity().value?.me?.role, 'co-sysop');
  const counts = useReviewCounts(true).value;
  const { tab, filter, set } = useFilter();
  const asFilter = useMemo(() => reviewFilterOf(tab, filter), [tab, filter]);
  const { queue, list, state } = useQueue(asFilter);
  const { active } = state;
  const current = itemAt(list, state.at);
  const item = current?.id === active ? current : null;
  const direct = useAct();
  const [asking, setAsking] = useState<Asking | null>(null);
  const [note, setNote] = useStateFor(active, '');
  const [noting, setNoting] = useStateFor(active, false);
  const [revealed, setRevealed] = useStateFor(active, false);
  const [said, say] = useAnnounced(list, state, counts?.open ?? null);
  const focus = useQueueFocus(asking !== null);
  useQueuePlace({ queue, opened, active, narrow });

  const work = (done: Work, ids: readonly string[]) => {
    setAsking(null);
    void queue.act(done, ids);
  };
  const override = (show: 'show' | 'hide' | null) => {
    if (active === null) return;
    void direct.run(async () => {
      await client.review.override({ id: active, show });
      queue.again();
    });
  };
  const commands: QueueCommands = {
    step: (by) => queue.step(by),
    decide: (verb) => {
      const ids = queue.targets();
      if (ids.length === 0) return;
      if (verb === 'remove') setAsking({ kind: 'remove', ids });
      else if (ids.length > 1) setAsking({ kind: 'bulk', verb, ids });
      else work({ verb, note: note.trim() }, ids);
    },
    claim: () => work({ verb: item?.claim?.mine ? 'release' : 'claim' }, queue.targets()),
    escalate: () => setAsking({ kind: 'escalate', ids: queue.targets() }),
    undo: () => void queue.undo(),
    select: () => {
      if (active !== null) queue.toggle(active);
    },
    selectAll: () => {
      if (state.selected.size > 0) return queue.selectNone();
      void direct.run(async () => {
        const more = await queue.selectAll();
        const n = queue.store.getState().selected.size;
        say(more ? words.bulk.tooMany(n) : words.queue.selected(n));
      });
    },
    note: () => setNoting(true),
    reveal: () => setRevealed(!revealed),
    filter: () => setAsking({ kind: 'filter' }),
    find: focus.focusSearch,
    nextState: () => set({ tab: states[(states.indexOf(tab) + 1) % states.length] ?? 'open' }),
    inPlace: () => {
      if (active !== null) go('boards', 'post', active);
    },
    override: () => override(item?.override ? null : item?.held === null ? 'hide' : 'show'),
    purge: () => {
      if (active !== null) setAsking({ kind: 'purge', id: active });
    },
    back: () => {
      if (narrow && opened !== null) go('review', 'queue');
      else if (state.selected.size > 0) queue.selectNone();
      focus.focusActive();
    },
  };
  useQueueActions(commands, {
    item,
    selected: state.selected.size,
    revealed,
    hasPast: state.last !== null,
    mayPurge,
    free: asking === null,
  });

  const alone = narrow && opened !== null;
  return (
    <div className={`review-two ${narrow ? 'review-narrow' : ''}`}>
      {!alone && (
        <ListPanel
          queue={queue}
          list={list}
          state={state}
          counts={counts}
          said={said}
          problem={direct.problem}
          rows={focus.rows}
          search={focus.search}
          onOpen={(one) => (narrow ? go('review', 'queue', one.id) : focus.focusItem())}
          onUndo={commands.undo}
          onFilter={commands.filter}
        />
      )}
      {(!narrow || alone) && (
        <ItemPanel
          box={focus.box}
          id={active}
          item={item}
          position={alone || active === null ? null : [state.at + 1, list.total ?? list.count]}
          mark={active === null ? null : (state.marks.get(active) ?? null)}
          revealed={revealed}
          note={note}
          noting={noting}
          onNote={setNote}
          onNoted={() => {
            setNoting(note.trim() !== '');
            focus.focusActive();
          }}
          commands={commands}
          onOverride={override}
          mayPurge={mayPurge}
          said={alone ? said : ''}
          onBack={alone ? () => go('review', 'queue') : null}
        />
      )}
      <QueueDialogs
        asking={asking}
        item={item}
        note={note}
        onGo={work}
        onClose={() => setAsking(null)}
        onPurged={() => {
          say(reviewPages.purge.done);
          queue.again();
        }}
      />
    </div>
  );
}
