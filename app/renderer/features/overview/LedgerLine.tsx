import { href } from '../../actions/route.ts';
import { t } from '../../messages/en.ts';
import { ledgerHealthOf, useLedger, useValidators } from '../../stores/index.ts';
import { Dot } from '../../ui/index.ts';

const tones = { halted: 'red', stopped: 'red', empty: 'soft', busy: 'green', final: 'green' } as const;

/** The ledger in one line, with a link to it; nothing while the node does not know. */
export function LedgerLine() {
  const status = useLedger().value;
  const validators = useValidators().value;
  if (status === null || validators === null) return null;
  const { kind, present } = ledgerHealthOf(status, validators);
  const { line } = t.ledger;
  const words = () => {
    if (status.halted !== null) return line.halted(status.halted.height);
    if (kind === 'stopped') return line.stopped(present ?? 0, status.validators);
    return status.height === 0 ? line.empty : line.runs(status.height, present, status.validators);
  };
  return (
    <p className="small health-ledger">
      <Dot tone={tones[kind]} />
      <a className="link" href={href('ledger')}>
        {words()}
      </a>
    </p>
  );
}
