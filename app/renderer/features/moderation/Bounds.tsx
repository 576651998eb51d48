import { useState } from 'react';
import type { Bounds as BoundsValue, ScopeBounds } from '../../../contract/index.ts';
import { useActions } from '../../actions/registry.ts';
import { useClient } from '../../bridge/index.ts';
import { moderation } from '../../messages/moderation.ts';
import { Button, Loading, Panel, ProblemNotice, LiveRegion, Select } from '../../ui/index.ts';
import { useCall } from '../useCall.ts';
import { BoundRow } from './BoundRow.tsx';
import { Calibration } from './Calibration.tsx';
import { deciding, keyOf } from './draft.ts';
import { ReplayView } from './ReplayView.tsx';
import { useReplay } from './useReplay.ts';
import { useStateFor } from '../useStateFor.ts';

const COMMUNITY = 'community';
const words = moderation.bounds;

/** The bounds of the community and of each board, replayed before they are applied. */
export function Bounds() {
  const client = useClient();
  const asked = useCall(() => client.moderation.bounds({}));
  const [board, setBoard] = useState<string | null>(null);
  if (asked.data === null)
    return (
      <Panel title={words.title} level={1} className="moderation-page">
        {asked.problem ? (
          <ProblemNotice
            problem={asked.problem}
            action={<Button onPress={asked.reload}>{moderation.again}</Button>}
          />
        ) : (
          <Loading what={words.loading} />
        )}
      </Panel>
    );
  const scope = asked.data.find((one) => one.board === board) ?? asked.data[0];
  if (scope === undefined) return null;
  return (
    <Scope
      key={scope.board ?? COMMUNITY}
      scope={scope}
      scopes={asked.data}
      onScope={setBoard}
      onApplied={asked.reload}
    />
  );
}

interface ScopeProps {
  readonly scope: ScopeBounds;
  readonly scopes: readonly ScopeBounds[];
  readonly onScope: (board: string | null) => void;
  readonly onApplied: () => void;
}

function Scope({ scope, scopes, onScope, onApplied }: ScopeProps) {
  const client = useClient();
  const tried = useReplay();
  const { board } = scope;
  const inEffect = keyOf(scope.bounds);
  // Applied values come back from the node; the draft follows them.
  const [draft, setDraft] = useStateFor<BoundsValue>(inEffect, scope.bounds);
  const [said, setSaid] = useState('');
  const key = `bounds ${keyOf(draft)}`;
  const changed = keyOf(draft) !== inEffect;
  const replay = () => {
    setSaid('');
    void tried.run(key, () => client.moderation.tryBounds({ board, bounds: draft }));
  };
  // The last replay determines what apply does: set these bounds, remove the board’s own, or calibrate.
  const [what, setWhat] = useState<'draft' | 'other'>('draft');
  const fits = what === 'other' ? tried.replay !== null : changed && tried.fits(key);
  const apply = () => {
    if (!fits) return;
    void tried.apply().then((done) => {
      if (!done) return;
      setSaid(words.applied);
      onApplied();
    });
  };
  const other = (name: string, ask: () => ReturnType<typeof client.moderation.tryBounds>) => {
    setWhat('other');
    setSaid('');
    void tried.run(name, ask);
  };
  useActions([
    {
      id: 'moderation.replay',
      label: moderation.keys.replay,
      section: 'view',
      shortcut: 'r',
      line: true,
      when: () => changed && !tried.act.busy,
      run: () => {
        setWhat('draft');
        replay();
      },
    },
    {
      id: 'moderation.apply',
      label: moderation.keys.apply,
      section: 'view',
      shortcut: 'a',
      line: true,
      when: () => fits && !tried.act.busy,
      run: apply,
    },
  ]);
  return (
    <div className="moderation-two">
      <Panel title={words.title} level={1} className="moderation-bounds">
        <p className="soft measure">{words.why}</p>
        <div className="moderation-line">
          <Select
            label={words.scope}
            value={board ?? COMMUNITY}
            onChange={(next) => onScope(next === COMMUNITY ? null : next)}
            options={scopes.map((one) => ({
              value: one.board ?? COMMUNITY,
              label: one.boardName ?? words.community,
              hint: one.board === null ? '' : one.own ? words.own : words.inherited,
            }))}
          />
          {board !== null && scope.own && (
            <Button
              isDisabled={tried.act.busy}
              onPress={() => other('none', () => client.moderation.tryBounds({ board, bounds: null }))}
            >
              {words.takeAway}
            </Button>
          )}
        </div>
        <div className="bound bound-head soft small" aria-hidden="true">
          <span>{words.label}</span>
          <span>{words.scale}</span>
          <span>{words.queue}</span>
          <span>{words.quarantine}</span>
        </div>
        <ul className="bound-list">
          {deciding.map((label) => (
            <BoundRow
              key={label}
              label={label}
              bounds={draft}
              onChange={(next) => {
                setWhat('draft');
                setDraft(next);
              }}
            />
          ))}
        </ul>
        <div className="moderation-line">
          <Button
            kind="main"
            shortcut="r"
            isDisabled={!changed || tried.act.busy}
            onPress={() => {
              setWhat('draft');
              replay();
            }}
          >
            {tried.act.busy ? words.replaying : words.replay}
          </Button>
          {changed && (
            <Button
              onPress={() => {
                setDraft(scope.bounds);
                tried.forget();
              }}
            >
              {words.reset}
            </Button>
          )}
        </div>
        <LiveRegion>{said !== '' ? said : changed ? '' : words.unchanged}</LiveRegion>
      </Panel>
      <div className="moderation-side">
        <Panel title={moderation.replay.title} className="moderation-replay">
          {tried.act.problem && <ProblemNotice problem={tried.act.problem} />}
          {tried.replay === null ? (
            <p className="soft measure">{moderation.replay.pick}</p>
          ) : (
            <ReplayView
              replay={tried.replay}
              old={!fits && changed}
              apply={
                <>
                  <Button kind="main" shortcut="a" isDisabled={!fits || tried.act.busy} onPress={apply}>
                    {words.apply}
                  </Button>
                  {!fits && <span className="soft small">{words.needsReplay}</span>}
                </>
              }
            />
          )}
        </Panel>
        <Calibration
          scope={scope}
          busy={tried.act.busy}
          onTry={(on) =>
            other(`calibration ${on}`, () =>
              on
                ? client.moderation.tryCalibration({ board })
                : client.moderation.tryWithoutCalibration({ board }),
            )
          }
        />
      </div>
    </div>
  );
}
