import { useState } from 'react';
import { Button, Dialog, ProblemNotice, TextArea } from '../ui/index.ts';
import { useAct } from './useAct.ts';

interface AskDialogProps {
  readonly words: {
    readonly title: string;
    readonly why: string;
    readonly confirm: string;
    readonly cancel: string;
  };
  /** The label of the field. */
  readonly field: string;
  readonly maxLength: number;
  readonly onSend: (text: string) => Promise<unknown>;
  readonly onClose: () => void;
  /** Called when the text was sent, before the dialog closes. */
  readonly onDone: () => void;
}

/** A short text to the moderators: a report or an appeal. Ctrl+Enter sends. */
export function AskDialog({ words, field, maxLength, onSend, onClose, onDone }: AskDialogProps) {
  const act = useAct();
  const [text, setText] = useState('');
  const said = text.trim();
  const send = async () => {
    if (said === '' || said.length > maxLength || !(await act.run(() => onSend(said)))) return;
    onDone();
    onClose();
  };
  return (
    <Dialog
      title={words.title}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{words.cancel}</Button>
          <Button
            kind="main"
            shortcut="ctrl+enter"
            onPress={() => void send()}
            isDisabled={act.busy || said === '' || said.length > maxLength}
          >
            {words.confirm}
          </Button>
        </>
      }
    >
      <p className="measure">{words.why}</p>
      <TextArea
        label={field}
        value={text}
        onChange={setText}
        rows={4}
        autoFocus
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          void send();
        }}
      />
      {act.problem && <ProblemNotice problem={act.problem} />}
    </Dialog>
  );
}
