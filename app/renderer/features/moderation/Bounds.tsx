import { isolated } from '../../../contract/foreign-text.ts';
import { useState } from 'react';
import type { ScopeBounds } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import { moderation } from '../../messages/moderation.ts';
import { Button, Loading, Panel, ProblemNotice, LiveRegion, Select } from '../../ui/index.ts';
import { useCall } from '../useCall.ts';
import { BoundRow } from './BoundRow.tsx';
import { Calibration } from './Calibration.tsx';
import { deciding } from './draft.ts';
import { ReplayView } from './ReplayView.tsx';
import { useBoundsDraft } from './useBoundsDraft.ts';

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
  const { board } = scope;
  const bounds = useBoundsDraft(scope, onApplied);
  const { changed, fits, busy, result } = bounds;
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
              label: isolated(one.boardName ?? words.community),
              hint: one.board === null ? '' : one.own ? words.own : words.inherited,
            }))}
          />
          {board !== null && scope.own && (
            <Button isDisabled={busy} onPress={bounds.replayWithoutOwn}>
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
            <BoundRow key={label} label={label} bounds={bounds.draft} onChange={bounds.change} />
          ))}
        </ul>
        <div className="moderation-line">
          <Button kind="main" shortcut="r" isDisabled={!changed || busy} onPress={bounds.replay}>
            {busy ? words.replaying : words.replay}
          </Button>
          {changed && <Button onPress={bounds.reset}>{words.reset}</Button>}
        </div>
        <LiveRegion>{bounds.said !== '' ? bounds.said : changed ? '' : words.unchanged}</LiveRegion>
      </Panel>
      <div className="moderation-side">
        <Panel title={moderation.replay.title} className="moderation-replay">
          {bounds.problem && <ProblemNotice problem={bounds.problem} />}
          {result === null ? (
            <p className="soft measure">{moderation.replay.pick}</p>
          ) : (
            <ReplayView
              replay={result}
              old={!fits && changed}
              apply={
                <>
                  <Button kind="main" shortcut="a" isDisabled={!fits || busy} onPress={bounds.apply}>
                    {words.apply}
                  </Button>
                  {!fits && <span className="soft small">{words.needsReplay}</span>}
                </>
              }
            />
          )}
        </Panel>
        <Calibration scope={scope} busy={busy} onTry={bounds.replayCalibration} />
      </div>
    </div>
  );
}
