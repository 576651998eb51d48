import type { CallRoom } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import { calls as words } from '../../messages/calls.ts';
import { Button, Dialog, ProblemNotice } from '../../ui/index.ts';
import { useAct } from '../useAct.ts';

interface CloseDialogProps {
  readonly room: CallRoom;
  readonly onClose: () => void;
  readonly onDone: (said: string) => void;
}

/** Asks whether to close a room for good. */
export function CloseDialog({ room, onClose, onDone }: CloseDialogProps) {
  const client = useClient();
  const act = useAct();
  const close = async () => {
    if (!(await act.run(() => client.calls.close({ room: room.id })))) return;
    onDone(words.close.closed(room.title));
    onClose();
  };
  return (
    <Dialog
      title={words.close.title(room.title)}
      role="alertdialog"
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{words.close.cancel}</Button>
          <Button kind="danger" onPress={() => void close()} isDisabled={act.busy}>
            {words.close.confirm}
          </Button>
        </>
      }
    >
      <p className="measure">{words.close.why}</p>
      {act.problem && <ProblemNotice problem={act.problem} />}
    </Dialog>
  );
}
