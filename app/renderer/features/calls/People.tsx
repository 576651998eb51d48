import type { Participant } from '../../../contract/index.ts';
import { calls as words } from '../../messages/calls.ts';
import { Button, Menu, Panel, PersonName, type MenuEntry } from '../../ui/index.ts';
import { sendsOf } from './acts.ts';
import type { CallDialog } from './CallDialogs.tsx';
import { useCallView, type CurrentCall } from './current.ts';
import { Icon, QualityBars } from './icons.tsx';
import { Queue } from './Queue.tsx';
import type { CallSession } from './session.ts';
import type { CallUi } from './useCallUi.ts';

const { people: text, stage } = words;

interface PeopleProps {
  readonly call: CurrentCall;
  readonly ui: CallUi;
  readonly onDialog: (dialog: CallDialog) => void;
}

/** Raised hands first, in the order in which they were raised, then everybody by name. */
const inOrder = (participants: readonly Participant[]): Participant[] =>
  participants.toSorted(
    (a, b) =>
      (a.handAt ?? Number.POSITIVE_INFINITY) - (b.handAt ?? Number.POSITIVE_INFINITY) ||
      a.person.handle.localeCompare(b.person.handle),
  );

/** Everyone in the call, how loud each is here, and what moderators can do. */
export function People({ call, ui, onDialog }: PeopleProps) {
  const { session } = call;
  const participants = useCallView(session, (view) => view.call?.participants ?? nobody);
  return (
    <Panel
      title={words.peopleTitle}
      count={participants.length}
      className="call-side"
      tools={
        <Button kind="quiet" onPress={() => ui.setSide(null)}>
          {words.closePanel}
        </Button>
      }
    >
      <Queue session={session} all />
      <ul className="call-people" aria-label={text.label}>
        {inOrder(participants).map((participant) => (
          <Row key={participant.id} session={session} ui={ui} participant={participant} onDialog={onDialog} />
        ))}
      </ul>
    </Panel>
  );
}

interface RowProps {
  readonly session: CallSession;
  readonly ui: CallUi;
  readonly participant: Participant;
  readonly onDialog: (dialog: CallDialog) => void;
}

function Row({ session, ui, participant, onDialog }: RowProps) {
  const { id, person, handAt, quality, consent } = participant;
  const isMe = useCallView(session, (view) => view.me === id);
  const moderates = useCallView(session, (view) => view.rights.moderate);
  const volume = useCallView(session, (view) => view.volumes.get(id) ?? 1);
  const sends = sendsOf(participant);
  const silence = (source: 'microphone' | 'camera' | 'screen') =>
    void session.ask({ type: 'silence', participant: id, source });
  const isPinned = ui.pinned === id;
  const entries: MenuEntry[] = [
    {
      id: 'pin',
      label: isPinned ? stage.unpin(person.handle) : stage.pin(person.handle),
      run: () => ui.pin(isPinned ? null : id),
    },
  ];
  if (moderates && !isMe) {
    if (!sends.muted)
      entries.push({ id: 'mute', label: text.muteMicrophone, run: () => silence('microphone') });
    if (sends.camera) entries.push({ id: 'camera', label: text.stopCamera, run: () => silence('camera') });
    if (sends.screen) entries.push({ id: 'screen', label: text.stopScreen, run: () => silence('screen') });
  }
  if (moderates && handAt !== null)
    entries.push({
      id: 'hand',
      label: text.lowerHand,
      run: () => void session.ask({ type: 'lower-hand', participant: id }),
    });
  if (moderates && !isMe)
    entries.push({
      id: 'remove',
      label: text.remove,
      danger: true,
      run: () => onDialog({ kind: 'remove', participant }),
    });
  return (
    <li>
      <span className="call-person">
        <PersonName person={person} />
        {isMe && <span className="soft small">{stage.you}</span>}
      </span>
      <span className="call-marks">
        {handAt !== null && (
          <span className="amber" title={stage.hand}>
            <Icon name="hand" size={16} />
            <span className="hidden-visually">{stage.hand}</span>
          </span>
        )}
        {consent !== null && (
          <span className={consent ? 'red' : 'soft'} title={consent ? stage.recorded : stage.refused}>
            <span aria-hidden="true">{consent ? '●' : '○'}</span>
            <span className="hidden-visually">{consent ? stage.recorded : stage.refused}</span>
          </span>
        )}
        {sends.screen && (
          <span className="cyan" title={stage.screenOf(person.handle)}>
            <Icon name="screen" size={16} />
            <span className="hidden-visually">{stage.screenOf(person.handle)}</span>
          </span>
        )}
        <span className={sends.muted ? 'soft' : ''} title={sends.muted ? stage.muted : ''}>
          <Icon name={sends.muted ? 'microphoneOff' : 'microphone'} size={16} />
          {sends.muted && <span className="hidden-visually">{stage.muted}</span>}
        </span>
        <span title={stage.quality[quality.grade]}>
          <QualityBars grade={quality.grade} />
          <span className="hidden-visually">{stage.quality[quality.grade]}</span>
        </span>
        <Menu label={<Icon name="more" size={16} />} name={text.menu(person.handle)} entries={entries} />
      </span>
      {!isMe && (
        <span className="call-volume soft small">
          <span aria-hidden="true">{text.loudness}</span>
          <input
            type="range"
            aria-label={text.volume(person.handle)}
            min={0}
            max={100}
            step={5}
            value={Math.round(volume * 100)}
            onChange={(event) => session.volume(id, Number(event.target.value) / 100)}
          />
        </span>
      )}
    </li>
  );
}

const nobody: readonly never[] = [];
