import { useState } from 'react';
import { useClient } from '../../bridge/index.ts';
import { moderation } from '../../messages/moderation.ts';
import { Button, Dialog, FilePick, ProblemNotice, Select, TextArea, TextField } from '../../ui/index.ts';
import { useAct } from '../useAct.ts';

const words = moderation.lists;
const accepted = ['.txt', '.list', '.hosts', 'text/plain'];

interface ImportListDialogProps {
  readonly onClose: () => void;
  readonly onDone: (name: string, skipped: number) => void;
}

/** Imports a list, pasted or from a file. */
export function ImportListDialog({ onClose, onDone }: ImportListDialogProps) {
  const client = useClient();
  const act = useAct();
  const [name, setName] = useState('');
  const [text, setText] = useState('');
  const [decision, setDecision] = useState<'queue' | 'quarantine'>('queue');
  const [tried, setTried] = useState(false);
  const called = name.trim();
  const go = async () => {
    setTried(true);
    if (called === '' || text.trim() === '') return;
    const done = await act.run(async () => {
      const { skipped } = await client.moderation.importList({ name: called, text, decision });
      onDone(called, skipped);
    });
    if (done) onClose();
  };
  return (
    <Dialog
      title={words.importTitle}
      isOpen
      onClose={onClose}
      actions={
        <Button kind="main" onPress={() => void go()} isDisabled={act.busy}>
          {words.go}
        </Button>
      }
    >
      <TextField
        label={words.name}
        value={name}
        onChange={setName}
        maxLength={60}
        autoFocus
        error={tried && called === '' ? words.needsName : null}
      />
      <TextArea
        label={words.text}
        hint={words.textHint}
        value={text}
        onChange={setText}
        rows={7}
        mono
        error={tried && text.trim() === '' ? words.needsText : null}
      />
      <FilePick label={words.file} accept={accepted} onText={setText} />
      <Select
        label={words.does}
        value={decision}
        onChange={setDecision}
        options={[
          { value: 'queue', label: words.decision.queue },
          { value: 'quarantine', label: words.decision.quarantine },
        ]}
      />
      {act.problem && <ProblemNotice problem={act.problem} />}
    </Dialog>
  );
}
