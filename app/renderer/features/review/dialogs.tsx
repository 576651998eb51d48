import { useEffect, useRef, useState } from 'react';
import { ModerationLabel } from '../../../contract/index.ts';
import { review as words } from '../../messages/review.ts';
import { reviewPages } from '../../messages/reviewPages.ts';
import type { Work } from '../../stores/index.ts';
import { Button, Dialog, Notice, ProblemNotice, Select, TextField } from '../../ui/index.ts';
import { useClient } from '../../bridge/index.ts';
import { useAct } from '../useAct.ts';
import { Choices } from './Choices.tsx';

/** Above this number of items, the person must type the number to confirm. */
const TYPED_ABOVE = 20;

interface AskProps {
  readonly n: number;
  readonly onGo: (work: Work) => void;
  readonly onClose: () => void;
}

/** The typed confirmation, and whether it is enough for this many items. */
function useTyped(n: number) {
  const [typed, setTyped] = useState('');
  const needed = n > TYPED_ABOVE;
  return { needed, typed, setTyped, sure: !needed || typed.trim() === String(n) };
}

function TypedField({
  n,
  ask,
  onEnter,
}: {
  n: number;
  ask: ReturnType<typeof useTyped>;
  onEnter: () => void;
}) {
  if (!ask.needed) return null;
  return (
    <TextField
      label={words.bulk.type(n)}
      value={ask.typed}
      onChange={ask.setTyped}
      onEnter={onEnter}
      autoFocus
      inputMode="numeric"
      mono
      autoComplete="off"
      maxLength={6}
    />
  );
}

/** Asks for the labels of a removal: number keys choose, Enter removes. */
export function RemoveDialog({
  n,
  labels: first,
  note: begun,
  onGo,
  onClose,
}: AskProps & {
  readonly labels: readonly ModerationLabel[];
  readonly note: string;
}) {
  const [labels, setLabels] = useState(first);
  const [note, setNote] = useState(begun);
  const ask = useTyped(n);
  const go = () => {
    if (ask.sure) onGo({ verb: 'remove', labels, note: note.trim() });
  };
  const box = useRef<HTMLDivElement>(null);
  // Number keys choose from anywhere in this dialog, its buttons included, except in a field.
  useEffect(() => {
    const dialog = box.current?.closest<HTMLElement>('[role="dialog"]');
    const onKey = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLInputElement || event.ctrlKey || event.altKey || event.metaKey) return;
      const label = ModerationLabel.options[Number(event.key) - 1];
      if (label === undefined) return;
      event.preventDefault();
      setLabels((held) => (held.includes(label) ? held.filter((one) => one !== label) : [...held, label]));
    };
    dialog?.addEventListener('keydown', onKey);
    return () => dialog?.removeEventListener('keydown', onKey);
  }, []);
  return (
    <Dialog
      title={words.remove.title(n)}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{words.remove.cancel}</Button>
          <Button kind="danger" shortcut="enter" onPress={go} isDisabled={!ask.sure} autoFocus={!ask.needed}>
            {words.remove.confirm}
          </Button>
        </>
      }
    >
      <div className="review-remove" ref={box}>
        <Choices
          label={words.remove.labels}
          options={ModerationLabel.options.map((value) => ({ value, label: words.labels[value] }))}
          chosen={labels}
          onChange={setLabels}
          numbered
        />
        <p className="soft small">{words.remove.hint}</p>
        <TextField label={words.remove.note} value={note} onChange={setNote} maxLength={400} onEnter={go} />
        <TypedField n={n} ask={ask} onEnter={go} />
      </div>
    </Dialog>
  );
}

/** Escalates items to a higher role. */
export function EscalateDialog({ n, note: begun, onGo, onClose }: AskProps & { readonly note: string }) {
  const [to, setTo] = useState<'co-sysop' | 'sysop'>('sysop');
  const [note, setNote] = useState(begun);
  const ask = useTyped(n);
  const go = () => {
    if (ask.sure) onGo({ verb: 'escalate', to, note: note.trim() });
  };
  return (
    <Dialog
      title={words.escalate.title(n)}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{words.escalate.cancel}</Button>
          <Button kind="main" onPress={go} isDisabled={!ask.sure}>
            {words.escalate.confirm}
          </Button>
        </>
      }
    >
      <TextField
        label={words.escalate.note}
        value={note}
        onChange={setNote}
        maxLength={400}
        autoFocus
        onEnter={go}
      />
      <Select
        label={words.escalate.to}
        value={to}
        onChange={setTo}
        options={[
          { value: 'sysop', label: 'sysop' },
          { value: 'co-sysop', label: 'co-sysop' },
        ]}
      />
      <TypedField n={n} ask={ask} onEnter={go} />
    </Dialog>
  );
}

/** Confirms an act on several items; above the limit the number must be typed. */
export function BulkDialog({
  n,
  verb,
  note: begun,
  onGo,
  onClose,
}: AskProps & {
  readonly verb: 'publish' | 'quarantine';
  readonly note: string;
}) {
  const [note, setNote] = useState(begun);
  const ask = useTyped(n);
  const go = () => {
    if (ask.sure) onGo({ verb, note: note.trim() });
  };
  const verbWord = words.bulk.verbs[verb];
  return (
    <Dialog
      title={words.bulk.title(verbWord, n)}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{words.bulk.cancel}</Button>
          <Button kind="main" onPress={go} isDisabled={!ask.sure} autoFocus={!ask.needed}>
            {verbWord}
          </Button>
        </>
      }
    >
      <p className="measure">{words.bulk.why}</p>
      <TypedField n={n} ask={ask} onEnter={go} />
      <TextField label={words.remove.note} value={note} onChange={setNote} maxLength={400} onEnter={go} />
    </Dialog>
  );
}

/** Purges an item: asks for a reason and the typed word. */
export function PurgeDialog({
  id,
  onClose,
  onDone,
}: {
  id: string;
  onClose: () => void;
  onDone: () => void;
}) {
  const { purge } = reviewPages;
  const client = useClient();
  const act = useAct();
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const sure = reason.trim() !== '' && typed.trim().toLowerCase() === purge.word;
  const go = async () => {
    if (!sure || !(await act.run(() => client.review.purge({ id, reason: reason.trim() })))) return;
    onDone();
    onClose();
  };
  return (
    <Dialog
      title={purge.title}
      role="alertdialog"
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{purge.cancel}</Button>
          <Button kind="danger" onPress={() => void go()} isDisabled={!sure || act.busy}>
            {purge.confirm}
          </Button>
        </>
      }
    >
      <Notice severity="danger" title={purge.why} />
      <TextField label={purge.reason} value={reason} onChange={setReason} maxLength={400} autoFocus />
      <TextField
        label={purge.type(purge.word)}
        value={typed}
        onChange={setTyped}
        onEnter={() => void go()}
        autoComplete="off"
        mono
        maxLength={20}
      />
      {act.problem && <ProblemNotice problem={act.problem} />}
    </Dialog>
  );
}
