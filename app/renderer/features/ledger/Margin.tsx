import type { LedgerStatus } from '../../../contract/index.ts';
import { validators as setWords } from '../../messages/validators.ts';
import { liarsBorne } from '../../stores/index.ts';
import type { LedgerHealth } from '../../stores/index.ts';
import { Button, Panel } from '../../ui/index.ts';

interface MarginProps {
  readonly status: LedgerStatus;
  readonly standing: LedgerHealth;
  readonly onAdd: () => void;
  readonly onSign: () => void;
  readonly onCard: () => void;
  readonly onQuorum: () => void;
}

/** How many validators may fail, in words, and the actions that change it. */
export function Margin({ status, standing, onAdd, onSign, onCard, onQuorum }: MarginProps) {
  const { present, margin } = standing;
  const { margin: says, list } = setWords;
  const tone = margin < 0 ? 'red' : margin === 0 && status.validators > 1 ? 'amber' : '';
  const next = margin < 0 ? says.missing(-margin) : margin === 0 ? says.nextStops : says.nextGood(margin - 1);
  return (
    <Panel title={says.title} className="ledger-margin">
      <p className="ledger-what">{says.quorum(status)}</p>
      {status.validators > 1 && (
        <p className="measure">
          {present === null ? says.unseen : says.now(present, status.validators)}{' '}
          <span className={tone}>{next}</span>
        </p>
      )}
      <p className="soft measure">
        {status.model === 'crash' ? says.crash : says.byzantine(liarsBorne(status))}
      </p>
      <div className="ledger-acts">
        {status.validating && (
          <>
            <Button kind="main" shortcut="a" onPress={onAdd}>
              {list.add}
            </Button>
            <Button shortcut="s" onPress={onSign}>
              {list.sign}
            </Button>
          </>
        )}
        <Button shortcut="c" onPress={onCard} {...(status.validating ? {} : { kind: 'main' as const })}>
          {list.card}
        </Button>
        {status.validating && status.validators > 1 && (
          <Button kind="quiet" onPress={onQuorum}>
            {list.quorum}
          </Button>
        )}
      </div>
      {!status.validating && <p className="soft measure">{list.notValidating}</p>}
    </Panel>
  );
}
