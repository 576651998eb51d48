import type { Participant } from '../../../contract/index.ts';
import { useStore } from 'zustand';
import { calls as words } from '../../messages/calls.ts';
import { Button, Dialog, Switch } from '../../ui/index.ts';
import { callChoices } from './choices.ts';
import { useCallView, type CurrentCall } from './current.ts';
import { DeviceFields } from './DeviceFields.tsx';

export type CallDialog =
  | { readonly kind: 'devices' }
  | { readonly kind: 'end' }
  | { readonly kind: 'leave' }
  | { readonly kind: 'remove'; readonly participant: Participant };

interface CallDialogsProps {
  readonly call: CurrentCall;
  readonly dialog: CallDialog | null;
  readonly onClose: () => void;
}

/** The questions of a call, and its settings. */
export function CallDialogs({ call, dialog, onClose }: CallDialogsProps) {
  const { session } = call;
  if (dialog === null) return null;
  if (dialog.kind === 'devices') return <DevicesDialog call={call} onClose={onClose} />;
  const end = (
    <Button
      kind="danger"
      onPress={() => {
        void session.ask({ type: 'end' });
        onClose();
      }}
    >
      {dialog.kind === 'leave' ? words.leaving.end : words.end.confirm}
    </Button>
  );
  if (dialog.kind === 'end')
    return (
      <Dialog
        title={words.end.title}
        role="alertdialog"
        isOpen
        onClose={onClose}
        actions={
          <>
            <Button onPress={onClose}>{words.end.cancel}</Button>
            {end}
          </>
        }
      >
        <p className="measure">{words.end.why}</p>
      </Dialog>
    );
  if (dialog.kind === 'leave')
    return (
      <Dialog
        title={words.leaving.title}
        role="alertdialog"
        isOpen
        onClose={onClose}
        actions={
          <>
            <Button onPress={onClose}>{words.leaving.cancel}</Button>
            {end}
            <Button kind="main" onPress={() => session.leave()}>
              {words.leaving.confirm}
            </Button>
          </>
        }
      >
        <p className="measure">{words.leaving.why}</p>
      </Dialog>
    );
  const { id, person } = dialog.participant;
  return (
    <Dialog
      title={words.remove.title(person.handle)}
      role="alertdialog"
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{words.remove.cancel}</Button>
          <Button
            kind="danger"
            onPress={() => {
              void session.ask({ type: 'remove', participant: id });
              onClose();
            }}
          >
            {words.remove.confirm}
          </Button>
        </>
      }
    >
      <p className="measure">{words.remove.why}</p>
    </Dialog>
  );
}

function DevicesDialog({ call, onClose }: { call: CurrentCall; onClose: () => void }) {
  const choices = useStore(callChoices);
  const audioOnly = useCallView(call.session, (view) => view.call?.rules.audioOnly ?? false);
  const own = useCallView(call.session, (view) => view.own);
  return (
    <Dialog
      title={words.devices.title}
      isOpen
      onClose={onClose}
      actions={
        <Button kind="main" onPress={onClose}>
          {words.devices.done}
        </Button>
      }
    >
      <DeviceFields asked={own} audioOnly={audioOnly} onChange={(patch) => call.controls.change(patch)} />
      <div className="calls-switches">
        {!audioOnly && (
          <Switch
            label={words.devices.mirror}
            value={choices.mirror}
            onChange={(mirror) => call.controls.change({ mirror })}
          />
        )}
        <Switch
          label={words.devices.tellSpeaker}
          value={choices.tellSpeaker}
          onChange={(tellSpeaker) => call.controls.change({ tellSpeaker })}
        />
      </div>
    </Dialog>
  );
}
