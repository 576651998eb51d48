import type { LedgerStatus, LedgerValidator } from '../../../contract/index.ts';
import { ledger as words } from '../../messages/ledger.ts';
import { presences, useSlot } from '../../stores/index.ts';
import { Loading, Panel, Foreign } from '../../ui/index.ts';
import { cellOf, isIdle, slotWords } from './slot.ts';

const marks = { open: '·', notarised: '◐', finalised: '✓', nullified: '×' } as const;

/** The block in progress, one cell per validator: who leads, who notarised, who finalised. */
export function Strip({
  status,
  validators,
}: {
  status: LedgerStatus;
  validators: readonly LedgerValidator[];
}) {
  const live = useSlot();
  const slot = live.value;
  const leader = slot === null ? undefined : validators[slot.leader];
  const idle = slot === null || isIdle(slot);
  const { strip } = words;
  const seen = presences(validators);
  return (
    <Panel
      title={strip.title}
      count={slot === null || idle ? null : strip.slot(slot.slot)}
      className="ledger-strip"
    >
      {live.state === 'failed' ? <p>{strip.nobody}</p> : null}
      {live.state === 'loading' && status.height > 0 && validators.length === 0 && (
        <Loading what={words.loading} />
      )}
      {validators.length > 0 && (
        <ul className="strip" aria-label={strip.list}>
          {validators.map((validator, place) => {
            const state = slot === null ? 'open' : cellOf(slot, place);
            const silent = state === 'open' && seen[place] === 'silent';
            const leads = !idle && slot.leader === place;
            return (
              <li key={validator.did} className={`strip-cell strip-${silent ? 'silent' : state}`}>
                <span className="strip-handle cut">
                  <Foreign text={validator.handle} />
                </span>
                <span className="strip-state">
                  <span aria-hidden="true">{silent ? '○' : marks[state]}</span>{' '}
                  {silent ? strip.silent : idle ? strip.waiting : strip.states[state]}
                </span>
                <span className="strip-state">
                  {leads && (
                    <>
                      <span aria-hidden="true">▲</span> {strip.leads}
                    </>
                  )}
                </span>
              </li>
            );
          })}
        </ul>
      )}
      {live.state !== 'failed' && (
        <p className="soft strip-says">
          {status.halted !== null
            ? strip.halted
            : slot === null
              ? strip.idle
              : slotWords(slot, status.quorum, leader?.handle ?? '…')}
        </p>
      )}
    </Panel>
  );
}
