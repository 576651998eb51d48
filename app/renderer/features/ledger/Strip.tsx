import type { LedgerStatus, LedgerValidator } from '../../../contract/index.ts';
import { ledger as words } from '../../messages/ledger.ts';
import { useSlot } from '../../stores/index.ts';
import { Loading, Panel } from '../../ui/index.ts';
import { cellOf, isIdle, slotWords } from './slot.ts';

const marks = { open: '·', notarised: '◐', finalised: '✓', nullified: '×' } as const;

/** The block in progress, a cell for each validator: who leads, who notarised, who finalised. */
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
            const leads = !idle && slot.leader === place;
            return (
              <li key={validator.did} className={`strip-cell strip-${state}`}>
                <span className="strip-name">
                  <span className="strip-handle cut">{validator.handle}</span>
                  {leads && <span className="strip-leads">{strip.leads}</span>}
                </span>
                <span className="strip-state mono">
                  <span aria-hidden="true">{marks[state]}</span> {idle ? strip.waiting : strip.states[state]}
                </span>
              </li>
            );
          })}
        </ul>
      )}
      {live.state !== 'failed' && (
        <p className="soft strip-says">
          {slot === null ? strip.idle : slotWords(slot, status.quorum, leader?.handle ?? '…')}
        </p>
      )}
    </Panel>
  );
}
