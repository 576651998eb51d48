import { useState } from 'react';
import type { Bounds, ScopeBounds } from '../../../contract/index.ts';
import { useActions } from '../../actions/registry.ts';
import { useClient } from '../../bridge/index.ts';
import { moderation } from '../../messages/moderation.ts';
import { useStateFor } from '../useStateFor.ts';
import { keyOf } from './draft.ts';
import { useReplay } from './useReplay.ts';

/**
 * The bounds of a scope as they are being changed: replayed, then applied. Offers both as actions.
 *
 * @param onApplied called when the node has taken a change.
 */
export function useBoundsDraft(scope: ScopeBounds, onApplied: () => void) {
  const client = useClient();
  const tried = useReplay();
  const { board } = scope;
  const inEffect = keyOf(scope.bounds);
  // Applied values come back from the node; the draft follows them.
  const [draft, setDraft] = useStateFor<Bounds>(inEffect, scope.bounds);
  const [said, setSaid] = useState('');
  // The last replay determines what apply does: set these bounds, remove the board’s own, or calibrate.
  const [what, setWhat] = useState<'draft' | 'other'>('draft');
  const key = `bounds ${keyOf(draft)}`;
  const changed = keyOf(draft) !== inEffect;
  const fits = what === 'other' ? tried.replay !== null : changed && tried.fits(key);
  const { busy } = tried.act;
  const run = (
    kind: typeof what,
    name: string,
    ask: () => ReturnType<typeof client.moderation.tryBounds>,
  ) => {
    setWhat(kind);
    setSaid('');
    void tried.run(name, ask);
  };
  const replay = () => run('draft', key, () => client.moderation.tryBounds({ board, bounds: draft }));
  const apply = () => {
    if (!fits) return;
    void tried.apply().then((done) => {
      if (!done) return;
      setSaid(moderation.bounds.applied);
      onApplied();
    });
  };
  useActions([
    {
      id: 'moderation.replay',
      label: moderation.keys.replay,
      section: 'view',
      shortcut: 'r',
      line: true,
      when: () => changed && !busy,
      run: replay,
    },
    {
      id: 'moderation.apply',
      label: moderation.keys.apply,
      section: 'view',
      shortcut: 'a',
      line: true,
      when: () => fits && !busy,
      run: apply,
    },
  ]);
  return {
    draft,
    change: (next: Bounds) => {
      setWhat('draft');
      setDraft(next);
    },
    reset: () => {
      setDraft(scope.bounds);
      tried.forget();
    },
    changed,
    /** Whether the last replay shows exactly what applying would do. */
    fits,
    busy,
    said,
    problem: tried.act.problem,
    result: tried.replay,
    replay,
    apply,
    replayWithoutOwn: () => run('other', 'none', () => client.moderation.tryBounds({ board, bounds: null })),
    replayCalibration: (on: boolean) =>
      run('other', `calibration ${on}`, () =>
        on ? client.moderation.tryCalibration({ board }) : client.moderation.tryWithoutCalibration({ board }),
      ),
  };
}
