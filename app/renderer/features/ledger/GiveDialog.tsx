import { useState } from 'react';
import type { LedgerStatus } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import { t } from '../../messages/en.ts';
import { ledger as words } from '../../messages/ledger.ts';
import { useLedger, useMembers } from '../../stores/index.ts';
import { Button, Dialog, EmptyState, Loading, PickField, ProblemNotice, TextField } from '../../ui/index.ts';
import { useAct } from '../useAct.ts';
import { amountOf, faultOfAmount } from './amount.ts';
import { Follow } from './Follow.tsx';

const { give } = words;

/** Gives credits to a member: recipient and amount, a confirmation, then the progress. */
export function GiveDialog({ status, onClose }: { status: LedgerStatus; onClose: () => void }) {
  const [round, setRound] = useState(0);
  const have = status.credits;
  if (have === null || have === 0)
    return (
      <Dialog
        title={give.title}
        isOpen
        onClose={onClose}
        actions={<Button onPress={onClose}>{give.close}</Button>}
      >
        <EmptyState title={have === null ? give.noAccount : give.nothing}>
          {have === null ? give.noAccountWhy : give.nothingWhy}
        </EmptyState>
      </Dialog>
    );
  return (
    <Giving
      key={round}
      status={status}
      have={have}
      onClose={onClose}
      onAgain={() => setRound((n) => n + 1)}
    />
  );
}

interface GivingProps {
  readonly status: LedgerStatus;
  readonly have: number;
  readonly onClose: () => void;
  readonly onAgain: () => void;
}

function Giving({ status, have, onClose, onAgain }: GivingProps) {
  const client = useClient();
  const members = useMembers();
  const ledger = useLedger();
  const act = useAct();
  const [to, setTo] = useState<string | null>(null);
  const [typed, setTyped] = useState('');
  const [memo, setMemo] = useState('');
  const [asked, setAsked] = useState(false);
  const [sure, setSure] = useState(false);
  const [sent, setSent] = useState<string | null>(null);
  const others = (members.value ?? []).filter(({ isMe }) => !isMe);
  const receiver = others.find(({ did }) => did === to);
  const fault = faultOfAmount(typed, have);
  const amount = amountOf(typed);
  const next = () => {
    setAsked(true);
    if (receiver && fault === null) setSure(true);
  };
  const send = () =>
    act.run(async () => {
      const body = { to, amount, memo: memo.trim() };
      const { id } = await client.ledger.submit({ kind: 'credit.transfer', body });
      setSent(id);
      await ledger.refresh();
    });
  if (sent !== null)
    return (
      <Dialog
        title={words.follow.title}
        isOpen
        onClose={onClose}
        actions={
          <>
            <Button key="again" onPress={onAgain}>
              {give.another}
            </Button>
            <Button key="done" kind="main" onPress={onClose} autoFocus>
              {give.close}
            </Button>
          </>
        }
      >
        <p className="ledger-what">{words.give.gave(amount, status.credit, receiver?.handle ?? '')}</p>
        <Follow id={sent} />
      </Dialog>
    );
  if (sure && receiver)
    return (
      <Dialog
        title={give.title}
        isOpen
        onClose={onClose}
        actions={
          <>
            <Button key="back" onPress={() => setSure(false)} isDisabled={act.busy}>
              {give.back}
            </Button>
            <Button key="give" kind="main" onPress={() => void send()} isDisabled={act.busy} autoFocus>
              {give.go}
            </Button>
          </>
        }
      >
        <p className="ledger-what">{give.sure(amount, status.credit, receiver.handle)}</p>
        <p className="measure">{give.keep(have - amount)}</p>
        <dl className="record">
          <dt>{give.to}</dt>
          <dd className="mono record-long">{receiver.did}</dd>
          {memo.trim() !== '' && (
            <>
              <dt>{words.fields['memo']}</dt>
              <dd>{memo.trim()}</dd>
            </>
          )}
        </dl>
        {act.busy && <Loading what={give.sending} />}
        {act.problem && <ProblemNotice problem={act.problem} />}
      </Dialog>
    );
  return (
    <Dialog
      title={give.title}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{give.cancel}</Button>
          <Button key="next" kind="main" onPress={next}>
            {give.next}
          </Button>
        </>
      }
    >
      {members.value === null && members.problem && <ProblemNotice problem={members.problem} />}
      <PickField
        label={give.to}
        hint={give.toHint}
        value={to}
        onChange={setTo}
        nothing={give.nobody}
        options={others.map(({ did, handle, role }) => ({
          value: did,
          label: handle,
          hint: give.person(t.common.roleName(role), did),
        }))}
        error={asked && !receiver ? give.needsTo : null}
        autoFocus
      />
      <TextField
        label={give.amount}
        hint={give.have(have)}
        value={typed}
        onChange={setTyped}
        onEnter={next}
        unit={status.credit}
        inputMode="numeric"
        maxLength={24}
        error={
          fault === null || (!asked && (fault === 'empty' || typed === ''))
            ? null
            : fault === 'over'
              ? give.amountProblems.over(have)
              : give.amountProblems[fault]
        }
      />
      <TextField
        label={give.memo}
        hint={give.memoHint}
        value={memo}
        onChange={setMemo}
        onEnter={next}
        maxLength={140}
      />
    </Dialog>
  );
}
