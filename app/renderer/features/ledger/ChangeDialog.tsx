import { useState } from 'react';
import type { Inputs, LedgerStatus, LedgerValidator, ValidatorChange } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import { validators as setWords } from '../../messages/validators.ts';
import { leastQuorum, useLedger, useValidators } from '../../stores/index.ts';
import {
  Button,
  Dialog,
  FilePick,
  Notice,
  ProblemNotice,
  LiveRegion,
  Select,
  TextArea,
} from '../../ui/index.ts';
import { useAct } from '../useAct.ts';
import { useCopy } from '../useCopy.ts';
import type { Directory } from './body.ts';
import { planOf, readCard, readChange } from './change.ts';
import type { CardFault, ChangeFault, Plan } from './change.ts';
import { Follow } from './Follow.tsx';
import { PlanView, Signers } from './PlanView.tsx';

const { change: says } = setWords;

/** The requested change to the validator set. */
export type Wanted =
  | { readonly what: 'add' }
  | { readonly what: 'remove'; readonly validator: LedgerValidator }
  | { readonly what: 'quorum' }
  | { readonly what: 'sign' };

type Request = Inputs['ledger']['changeValidators'];

interface ChangeForm {
  readonly plan: Plan;
  readonly request: Request;
  /** Who has signed already. */
  readonly signers: readonly number[];
}

/** The change to be signed, or why the text is invalid; null while there is no text. */
function draftOf(
  wanted: Wanted,
  text: string,
  quorum: number | null,
  status: LedgerStatus,
  validators: readonly LedgerValidator[],
): ChangeForm | { readonly fault: string } | null {
  const chosen = quorum === null ? {} : { quorum };
  if (wanted.what === 'remove') {
    const remove = [wanted.validator.did];
    const plan = planOf(status, validators, { remove, quorum });
    return { plan, request: { remove, ...chosen }, signers: [] };
  }
  if (wanted.what === 'quorum') {
    if (quorum === null || quorum === status.quorum) return null;
    return { plan: planOf(status, validators, { quorum }), request: chosen, signers: [] };
  }
  if (text.trim() === '') return null;
  if (wanted.what === 'sign') {
    const read = readChange(text, status, validators);
    if ('fault' in read) return { fault: says.textProblems[read.fault satisfies ChangeFault] };
    return { ...read, request: { change: text.trim() } };
  }
  const read = readCard(text, validators);
  if ('fault' in read) return { fault: says.cardProblems[read.fault satisfies CardFault] };
  const add = [read.card];
  return { plan: planOf(status, validators, { add, quorum }), request: { add, ...chosen }, signers: [] };
}

const titleOf = (wanted: Wanted): string => {
  if (wanted.what === 'remove') return says.removeTitle(wanted.validator.handle);
  return { add: says.addTitle, quorum: says.quorumTitle, sign: says.signTitle }[wanted.what];
};

interface ChangeProps {
  readonly wanted: Wanted;
  readonly status: LedgerStatus;
  readonly validators: readonly LedgerValidator[];
  readonly directory: Directory;
  readonly onClose: () => void;
}

/** Changes the validator set: shows the difference first, then signs it, then hands it on. */
export function ChangeDialog(props: ChangeProps) {
  const { wanted, directory, onClose } = props;
  // The set as it was when the dialog opened: a change that becomes final meanwhile must not alter the form.
  const [{ status, validators }] = useState({ status: props.status, validators: props.validators });
  const client = useClient();
  const act = useAct();
  const ledger = useLedger();
  const list = useValidators();
  const [text, setText] = useState('');
  const [quorum, setQuorum] = useState<number | null>(null);
  const [made, setMade] = useState<ValidatorChange | null>(null);
  const draft = draftOf(wanted, text, quorum, status, validators);
  const ready = draft !== null && 'plan' in draft ? draft : null;
  const fault = draft !== null && 'fault' in draft ? draft.fault : null;
  const sign = () =>
    act.run(async () => {
      if (ready === null) return;
      setMade(await client.ledger.changeValidators(ready.request));
      await Promise.all([ledger.refresh(), list.refresh()]);
    });
  if (made !== null)
    return (
      <Collected
        made={made}
        title={titleOf(wanted)}
        status={status}
        validators={validators}
        directory={directory}
        onClose={onClose}
      />
    );
  const removing = wanted.what === 'remove';
  const size = ready?.plan.after.validators ?? status.validators;
  const choosesQuorum = wanted.what === 'quorum' || (ready !== null && wanted.what !== 'sign');
  return (
    <Dialog
      title={titleOf(wanted)}
      role={removing ? 'alertdialog' : 'dialog'}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{says.cancel}</Button>
          <Button
            kind={removing ? 'danger' : 'main'}
            onPress={() => void sign()}
            isDisabled={act.busy || ready === null}
          >
            {act.busy ? says.signing : removing ? says.remove : says.go}
          </Button>
        </>
      }
    >
      {(wanted.what === 'add' || wanted.what === 'sign') && (
        <TextArea
          label={wanted.what === 'add' ? says.card : says.text}
          hint={wanted.what === 'add' ? says.cardHint : says.textHint}
          value={text}
          onChange={setText}
          error={fault}
          rows={4}
          mono
          autoFocus
        />
      )}
      {wanted.what === 'add' && (
        <FilePick
          label={says.cardFile}
          accept={['.json', 'application/json', 'text/plain']}
          onText={setText}
        />
      )}
      {ready !== null && ready.plan.renews.length > 0 && wanted.what === 'add' && (
        <Notice title={says.replaces} />
      )}
      {choosesQuorum && (
        <QuorumSelect
          model={status.model}
          size={size}
          value={quorum ?? (wanted.what === 'quorum' ? status.quorum : null)}
          onChange={setQuorum}
        />
      )}
      {ready && (
        <PlanView plan={ready.plan} directory={directory} me={validators.find(({ isMe }) => isMe)?.did} />
      )}
      {ready && ready.signers.length > 0 && (
        <Signers signers={ready.signers} validators={validators} directory={directory} />
      )}
      {act.problem && <ProblemNotice problem={act.problem} />}
    </Dialog>
  );
}

function QuorumSelect(props: {
  model: LedgerStatus['model'];
  size: number;
  value: number | null;
  onChange: (quorum: number) => void;
}) {
  const least = leastQuorum(props.model, props.size);
  const options = Array.from({ length: props.size - least + 1 }, (_, n) => ({
    value: String(least + n),
    label: says.quorumOption(least + n, props.size),
  }));
  return (
    <Select
      label={says.quorum}
      hint={says.quorumHint(least)}
      value={String(Math.min(props.size, Math.max(least, props.value ?? least)))}
      onChange={(value) => props.onChange(Number(value))}
      options={options}
    />
  );
}

function Collected(props: {
  made: ValidatorChange;
  title: string;
  status: LedgerStatus;
  validators: readonly LedgerValidator[];
  directory: Directory;
  onClose: () => void;
}) {
  const { made, status, validators, directory } = props;
  const { said, copy } = useCopy(says);
  const read = readChange(made.change, status, validators);
  return (
    <Dialog
      title={props.title}
      isOpen
      onClose={props.onClose}
      actions={
        <>
          <Button onPress={props.onClose}>{says.close}</Button>
          {made.transaction === null && (
            <Button key="copy" kind="main" autoFocus onPress={() => copy(made.change)}>
              {says.copy}
            </Button>
          )}
        </>
      }
    >
      <p className="ledger-what">{says.of(made.signatures, made.quorum)}</p>
      {'signers' in read && <Signers signers={read.signers} validators={validators} directory={directory} />}
      {made.transaction === null ? (
        <>
          <p className="measure">{says.handOver}</p>
          <pre className="mono small ledger-hand" tabIndex={0} aria-label={says.text}>
            {made.change}
          </pre>
          <LiveRegion>{said}</LiveRegion>
        </>
      ) : (
        <>
          <Notice severity="good" title={says.enough} />
          <Follow id={made.transaction} />
        </>
      )}
    </Dialog>
  );
}
