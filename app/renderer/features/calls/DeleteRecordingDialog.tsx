import type { Recording } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import { recordings as words } from '../../messages/recordings.ts';
import { Button, Dialog, ProblemNotice } from '../../ui/index.ts';
import { useAct } from '../useAct.ts';

interface DeleteRecordingDialogProps {
  readonly recording: Recording;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Asks whether to delete a recording. */
export function DeleteRecordingDialog({ recording, onClose, onDone }: DeleteRecordingDialogProps) {
  const client = useClient();
  const act = useAct();
  const remove = async () => {
    if (await act.run(() => client.calls.deleteRecording({ recording: recording.id }))) onDone();
  };
  return (
    <Dialog
      title={words.removeTitle(recording.title)}
      role="alertdialog"
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{words.keep}</Button>
          <Button kind="danger" onPress={() => void remove()} isDisabled={act.busy}>
            {words.remove}
          </Button>
        </>
      }
    >
      <p className="measure">{words.removeWhy}</p>
      {act.problem && <ProblemNotice problem={act.problem} />}
    </Dialog>
  );
}
