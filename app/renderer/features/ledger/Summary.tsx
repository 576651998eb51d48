import type { LedgerStatus } from '../../../contract/index.ts';
import { capital, count } from '../../messages/format.ts';
import { ledger as words } from '../../messages/ledger.ts';
import type { LedgerHealth } from '../../stores/index.ts';
import { Button, Message, Panel, RelativeTime } from '../../ui/index.ts';

const tones = { halted: 'red', stopped: 'red', empty: 'cyan', busy: 'cyan', final: 'green' } as const;

/** The sentence after the state: the block, who signs, how many may fail. */
function sentence(status: LedgerStatus, { kind, present, margin }: LedgerHealth): string {
  const { height, validators, validating } = status;
  if (kind === 'halted') return words.says.halted(status.halted?.height ?? height + 1);
  if (kind === 'stopped') return words.says.stopped(present ?? 0, status);
  if (height === 0) return words.says.empty(status);
  if (validators === 1) return words.says.alone(height, validating);
  return present === null
    ? words.says.unseen(height, status)
    : words.says.signing(height, present, validators, margin);
}

/** The state of the ledger, in a sentence before any number. */
export function Summary(props: {
  status: LedgerStatus;
  standing: LedgerHealth;
  /** Only the sentence, if there is little room. */
  brief: boolean;
  onGive: () => void;
}) {
  const { status, standing, brief, onGive } = props;
  const { says, facts } = words;
  const lead = standing.kind === 'busy' ? says.lead.busy(status.waiting) : says.lead[standing.kind];
  const [snapshot] = status.snapshots;
  return (
    <Panel
      title={words.title}
      count={status.height > 0 ? words.block.title(status.height) : null}
      className="ledger-summary"
    >
      <p className="ledger-says">
        <span className={tones[standing.kind]}>{lead}</span> {sentence(status, standing)}
      </p>
      {!brief && (
        <>
          <p className="soft measure">
            {status.validating ? says.validating : says.watching}
            {status.height > 0 && (
              <>
                {' '}
                <Message text={says.last} when={<RelativeTime past at={status.time} focusable />} />
              </>
            )}
            {status.joining && <> {says.joining(status.joining)}</>}
            {status.historyFrom > 1 && <> {says.filling(status.historyFrom)}</>}
          </p>
          <div className="ledger-foot">
            <dl className="ledger-facts" aria-label={facts.label}>
              <Fact name={facts.transactions} value={count(status.transactions)} />
              <Fact name={facts.quorum} value={facts.quorumOf(status.quorum, status.validators)} />
              <Fact name={facts.snapshot} value={snapshot === undefined ? facts.none : count(snapshot)} />
              <Fact
                name={facts.credits}
                value={status.credits === null ? facts.noAccount : count(status.credits)}
                unit={status.credits === null ? null : status.credit}
              />
            </dl>
            <Button kind="main" shortcut="g" onPress={onGive} isDisabled={status.halted !== null}>
              {capital(words.keys.give)}
            </Button>
          </div>
        </>
      )}
    </Panel>
  );
}

function Fact({ name, value, unit }: { name: string; value: string; unit?: string | null }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="mono">
        {value}
        {unit && <small> {unit}</small>}
      </dd>
    </div>
  );
}
