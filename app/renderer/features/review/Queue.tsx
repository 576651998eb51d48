import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useActions } from '../../actions/registry.ts';
import { go, href } from '../../actions/route.ts';
import { useClient } from '../../bridge/index.ts';
import { review as words } from '../../messages/review.ts';
import { reviewPages } from '../../messages/reviewPages.ts';
import { itemAt, useNode, useReviewCounts } from '../../stores/index.ts';
import type { Work } from '../../stores/index.ts';
import { atLeast } from '../roles.ts';
import { useAct } from '../useAct.ts';
import { BulkDialog, EscalateDialog, PurgeDialog, RemoveDialog } from './dialogs.tsx';
import { ItemPanel } from './ItemPanel.tsx';
import { ListPanel } from './ListPanel.tsx';
import { queueActions } from './queueActions.ts';
import { wordsOf } from './says.ts';
import { FilterDialog } from './FilterDialog.tsx';
import { reviewFilterOf, states, useFilter } from './filter.ts';
import { useQueue } from './useQueue.ts';
import { useStateFor } from '../useStateFor.ts';

type Asking =
  | { readonly kind: 'remove' | 'escalate'; readonly ids: readonly string[] }
  | { readonly kind: 'bulk'; readonly verb: 'publish' | 'quarantine'; readonly ids: readonly string[] }
  | { readonly kind: 'purge'; readonly id: string }
  | { readonly kind: 'filter' };

/** Moves the focus to the active item: its row, or the item itself if only the item is shown. */
function focusQueue(): void {
  const row = document.querySelector<HTMLElement>('.review-rows [data-current="true"]');
  (row ?? document.querySelector<HTMLElement>('.review-scroll'))?.focus();
}

/** The queue: held items at the left, the active item beside it, and keys for everything. */
export function Queue({ opened, narrow }: { opened: string | null; narrow: boolean }) {
  const client = useClient();
  const role = useNode().value?.me?.role;
  const counts = useReviewCounts(true).value;
  const { tab, filter, set } = useFilter();
  const asFilter = useMemo(() => reviewFilterOf(tab, filter), [tab, filter]);
  const { queue, list, state } = useQueue(asFilter);
  const direct = useAct();
  const [asking, setAsking] = useState<Asking | null>(null);
  const { active } = state;
  const [note, setNote] = useStateFor(active, '');
  const [noting, setNoting] = useStateFor(active, false);
  const [revealed, setRevealed] = useStateFor(active, false);
  const [said, setSaid] = useState('');
  const current = itemAt(list, state.at);
  const item = current?.id === state.active ? current : null;

  useEffect(() => {
    if (opened !== null) queue.pin(opened);
  }, [queue, opened]);
  // Announced once, as it was at that time; a later change of the count is no news about the act.
  const [told, setTold] = useState(state.news);
  if (state.news !== null && state.news !== told) {
    const left = list.total === null ? (counts?.open ?? null) : waitingOf(list.total, state);
    setTold(state.news);
    setSaid(wordsOf(state.news, left));
  }
  // A dialog returns the focus to where it was opened, which may be another item by then.
  const asked = useRef(false);
  useEffect(() => {
    if (asked.current && asking === null) focusQueue();
    asked.current = asking !== null;
  }, [asking]);
  // In a narrow window, the address follows the item that replaces the opened one.
  const before = useRef(active);
  useEffect(() => {
    const left = before.current;
    before.current = active;
    if (!narrow || opened === null || left !== opened || active === opened) return;
    if (active === null) go('review', 'queue');
    else location.replace(href('review', 'queue', active));
  }, [narrow, opened, active]);

  const work = useCallback(
    (done: Work, ids: readonly string[]) => {
      setAsking(null);
      void queue.act(done, ids);
    },
    [queue],
  );
  const decide = (verb: 'publish' | 'quarantine' | 'remove') => {
    const ids = queue.targets();
    if (ids.length === 0) return;
    if (verb === 'remove') setAsking({ kind: 'remove', ids });
    else if (ids.length > 1) setAsking({ kind: 'bulk', verb, ids });
    else work({ verb, note: note.trim() }, ids);
  };
  const override = (show: 'show' | 'hide' | null) => {
    if (active === null) return;
    void direct.run(async () => {
      await client.review.override({ id: active, show });
      queue.again();
    });
  };
  const commands = {
    step: (by: 1 | -1) => queue.step(by),
    decide,
    claim: () => work({ verb: item?.claim?.mine ? 'release' : 'claim' }, queue.targets()),
    escalate: () => setAsking({ kind: 'escalate', ids: queue.targets() }),
    undo: () => void queue.undo(),
    select: () => active !== null && queue.toggle(active),
    selectAll: () => {
      if (state.selected.size > 0) queue.selectNone();
      else
        void direct.run(async () => {
          const more = await queue.selectAll();
          const n = queue.store.getState().selected.size;
          setSaid(more ? words.bulk.tooMany(n) : words.queue.selected(n));
        });
    },
    note: () => setNoting(true),
    reveal: () => setRevealed(!revealed),
    filter: () => setAsking({ kind: 'filter' }),
    find: () => document.querySelector<HTMLElement>('.review-find input')?.focus(),
    nextState: () => set({ tab: states[(states.indexOf(tab) + 1) % states.length] ?? 'open' }),
    inPlace: () => active !== null && go('boards', 'post', active),
    override: () => override(item?.override ? null : item?.held === null ? 'hide' : 'show'),
    purge: () => active !== null && setAsking({ kind: 'purge', id: active }),
  };
  const mayPurge = atLeast(role, 'co-sysop');
  const moment = {
    item,
    selected: state.selected.size,
    revealed,
    hasPast: state.last !== null,
    mayPurge,
    free: asking === null,
  };
  useActions([
    ...queueActions(commands, moment),
    {
      id: 'review.back',
      label: words.keys.back,
      section: 'view',
      shortcut: 'escape',
      when: () => asking === null,
      run: () => {
        if (narrow && opened !== null) go('review', 'queue');
        else if (state.selected.size > 0) queue.selectNone();
        focusQueue();
      },
    },
  ]);

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
          onOpen={(one) => {
            if (narrow) go('review', 'queue', one.id);
            else document.querySelector<HTMLElement>('.review-scroll')?.focus();
          }}
          onUndo={commands.undo}
          onFilter={commands.filter}
        />
      )}
      {(!narrow || alone) && (
        <ItemPanel
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
            focusQueue();
          }}
          commands={commands}
          onOverride={override}
          mayPurge={mayPurge}
          said={alone ? said : ''}
          onBack={alone ? () => go('review', 'queue') : null}
        />
      )}
      {asking?.kind === 'remove' && (
        <RemoveDialog
          n={asking.ids.length}
          labels={asking.ids.length === 1 ? (item?.verdict?.labels ?? []) : []}
          note={note}
          onGo={(done) => work(done, asking.ids)}
          onClose={() => setAsking(null)}
        />
      )}
      {asking?.kind === 'escalate' && (
        <EscalateDialog
          n={asking.ids.length}
          note={note}
          onGo={(done) => work(done, asking.ids)}
          onClose={() => setAsking(null)}
        />
      )}
      {asking?.kind === 'bulk' && (
        <BulkDialog
          n={asking.ids.length}
          verb={asking.verb}
          note={note}
          onGo={(done) => work(done, asking.ids)}
          onClose={() => setAsking(null)}
        />
      )}
      {asking?.kind === 'purge' && (
        <PurgeDialog
          id={asking.id}
          onClose={() => setAsking(null)}
          onDone={() => {
            setSaid(reviewPages.purge.done);
            queue.again();
          }}
        />
      )}
      {asking?.kind === 'filter' && <FilterDialog onClose={() => setAsking(null)} />}
    </div>
  );
}

/** How many items of a list are still open, with those just decided counted as done. */
function waitingOf(total: number, state: ReturnType<typeof useQueue>['state']): number {
  const done = [...state.marks.values()].filter(
    (mark) => mark.phase !== 'failed' && mark.verb !== 'claim' && mark.verb !== 'release',
  );
  return Math.max(0, total - done.length);
}
