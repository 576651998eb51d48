import { useState } from 'react';
import type { LedgerStatus } from '../../../contract/index.ts';
import { useActions } from '../../actions/registry.ts';
import { useClient } from '../../bridge/index.ts';
import { ledger as words } from '../../messages/ledger.ts';
import { useLedger, useCommunity } from '../../stores/index.ts';
import { Button, Dialog, Loading, Notice, ProblemNotice } from '../../ui/index.ts';
import { useAct } from '../useAct.ts';

/** Notice codes of a node that stopped ordering, after which a replay may help. */
const standstills = new Set(['validator-silent', 'ordering-halted']);

/** The alarm of a halted ledger: what happened, what to do, and the way to continue. */
export function Halt({ status, onRecovered }: { status: LedgerStatus; onRecovered: () => void }) {
  const [asking, setAsking] = useState(false);
  const notice = useCommunity().value?.notices.find(({ code }) => standstills.has(code)) ?? null;
  const { halt } = words;
  useActions([
    {
      id: 'ledger.recover',
      label: words.keys.recover,
      section: 'node',
      when: () => (status.halted ?? notice) !== null && !asking,
      run: () => setAsking(true),
    },
  ]);
  if (status.halted === null && notice === null) return null;
  const height = status.halted?.height ?? status.height + 1;
  const code = status.halted?.code ?? null;
  return (
    <div className="ledger-halt">
      <Notice
        severity="danger"
        title={code === null ? (notice?.message ?? '') : halt.title(height)}
        live
        action={
          <Button kind="danger" onPress={() => setAsking(true)}>
            {halt.recover}
          </Button>
        }
      >
        {code === null ? <p>{notice?.remedy}</p> : <Diverged code={code} />}
      </Notice>
      {asking && (
        <RecoverDialog height={height - 1} onClose={() => setAsking(false)} onRecovered={onRecovered} />
      )}
    </div>
  );
}

/** A block whose result on this node differs from the signed one. */
function Diverged({ code }: { code: string }) {
  const { halt } = words;
  return (
    <>
      <p>{halt.codes[code] ?? halt.other(code)}</p>
      <p className="strong ledger-todo">{halt.todo}</p>
      <ol className="ledger-steps">
        {halt.steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <p className="soft">{halt.goesOn}</p>
    </>
  );
}

function RecoverDialog(props: { height: number; onClose: () => void; onRecovered: () => void }) {
  const client = useClient();
  const ledger = useLedger();
  const act = useAct();
  const { halt } = words;
  const recover = async () => {
    if (!(await act.run(() => client.ledger.recover({})))) return;
    props.onRecovered();
    props.onClose();
    await ledger.refresh();
  };
  return (
    <Dialog
      title={halt.sureTitle}
      role="alertdialog"
      isOpen
      onClose={props.onClose}
      actions={
        <>
          <Button onPress={props.onClose} isDisabled={act.busy}>
            {halt.cancel}
          </Button>
          <Button kind="danger" onPress={() => void recover()} isDisabled={act.busy}>
            {halt.go}
          </Button>
        </>
      }
    >
      <p className="measure">{halt.sure(props.height)}</p>
      {act.busy && <Loading what={halt.working} />}
      {act.problem && <ProblemNotice problem={act.problem} />}
    </Dialog>
  );
}
