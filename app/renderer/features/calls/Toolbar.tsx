import { Button as AriaButton } from 'react-aria-components';
import { useStore } from 'zustand';
import { calls as words } from '../../messages/calls.ts';
import { Key, Menu, type MenuEntry } from '../../ui/index.ts';
import { leaveOf, mineIn, toggleHand, toggleRecording } from './acts.ts';
import { callChoices } from './choices.ts';
import type { CallDialog } from './CallDialogs.tsx';
import { useCallView, type CurrentCall } from './current.ts';
import { canShareScreen } from './devices.ts';
import { Icon, type IconName } from './icons.tsx';
import { Reactions } from './Reactions.tsx';
import type { CallUi } from './useCallUi.ts';

const { bar } = words;

interface ToolProps {
  readonly icon: IconName;
  readonly label: string;
  readonly shortcut: string;
  /** Something is on, open or raised. */
  readonly on?: boolean;
  /** Off in a way that others notice. */
  readonly off?: boolean;
  readonly danger?: boolean;
  /** Left to the menu where there is little room. */
  readonly extra?: boolean;
  readonly why?: string | null;
  /** The number of lines that wait to be read. */
  readonly count?: number;
  readonly expanded?: boolean;
  readonly onPress: () => void;
}

function Tool({
  icon,
  label,
  shortcut,
  on,
  off,
  danger,
  extra,
  why = null,
  count = 0,
  expanded,
  onPress,
}: ToolProps) {
  const state = `${on ? 'tool-lit' : ''} ${off ? 'tool-off' : ''} ${danger ? 'tool-danger' : ''} ${extra ? 'tool-extra' : ''}`;
  return (
    <AriaButton
      className={`tool ${state}`}
      isDisabled={why !== null}
      {...(expanded === undefined ? {} : { 'aria-expanded': expanded })}
      // Space stays free for talking after a click.
      preventFocusOnPress
      onPress={onPress}
    >
      <span className="tool-top" aria-hidden="true">
        <Icon name={icon} />
        <Key shortcut={shortcut} />
        {count > 0 && <span className="tool-count mono">{count}</span>}
      </span>
      <span className="tool-label">
        {label}
        {count > 0 && <span className="hidden-visually">, {bar.unread(count)}</span>}
        {why !== null && <span className="hidden-visually">. {why}</span>}
      </span>
    </AriaButton>
  );
}

interface ToolbarProps {
  readonly call: CurrentCall;
  readonly ui: CallUi;
  readonly onDialog: (dialog: CallDialog) => void;
}

/** The acts of a person in a call, each with its key. */
export function Toolbar({ call, ui, onDialog }: ToolbarProps) {
  const { session, controls } = call;
  const own = useCallView(session, (view) => view.own);
  const rights = useCallView(session, (view) => view.rights);
  const audioOnly = useCallView(session, (view) => view.call?.rules.audioOnly ?? false);
  const locked = useCallView(session, (view) => view.call?.locked ?? false);
  const handUp = useCallView(session, (view) => (mineIn(view)?.handAt ?? null) !== null);
  const isRecorded = useCallView(session, (view) => (view.call?.recording ?? null) !== null);
  const consent = useCallView(session, (view) => mineIn(view)?.consent ?? null);
  const isHeard = own.get('microphone')?.muted === false;
  const isSeen = own.has('camera');
  const shares = own.has('screen');
  const quality = useStore(callChoices, (choices) => choices.quality);
  const noVideo = audioOnly || !rights.video ? bar.noVideo : quality === 'audio' ? bar.audioChosen : null;
  const noShare = audioOnly || !rights.share ? bar.noShare : null;
  const isGrid = ui.layout === 'grid';
  const flip = () => ui.setLayout(isGrid ? 'spotlight' : 'grid');
  const entries: MenuEntry[] = [
    { id: 'devices', label: bar.devices, shortcut: 'd', run: () => onDialog({ kind: 'devices' }) },
    { id: 'layout', label: isGrid ? bar.spotlight : bar.grid, shortcut: 'l', run: flip },
    { id: 'react', label: bar.react, shortcut: 'r', run: () => ui.setReacting(true) },
    { id: 'people', label: bar.people, shortcut: 'p', run: () => ui.toggleSide('people') },
    ...(noShare === null && canShareScreen()
      ? [
          {
            id: 'share',
            label: shares ? bar.stopShare : bar.share,
            shortcut: 's',
            run: () => controls.toggleScreen(),
          },
        ]
      : []),
    ...(isRecorded && consent !== null
      ? [
          {
            id: 'consent',
            label: consent ? bar.withdraw : bar.agree,
            danger: consent,
            run: () => session.consent(!consent),
          },
        ]
      : []),
    ...(rights.moderate
      ? [
          {
            id: 'record',
            label: isRecorded ? bar.stopRecording : bar.record,
            run: () => toggleRecording(session),
          },
        ]
      : []),
    ...(rights.moderate
      ? [
          {
            id: 'lock',
            label: locked ? words.people.unlock : words.people.lock,
            run: () => void session.ask({ type: 'lock', locked: !locked }),
          },
          { id: 'end', label: words.people.end, danger: true, run: () => onDialog({ kind: 'end' }) },
        ]
      : []),
  ];
  return (
    <div className="call-bar" role="toolbar" aria-label={bar.label}>
      {ui.reacting && <Reactions session={session} onClose={() => ui.setReacting(false)} />}
      <div className="call-tools">
        <Tool
          icon={isHeard ? 'microphone' : 'microphoneOff'}
          label={isHeard ? bar.mute : bar.unmute}
          shortcut="m"
          off={!isHeard}
          onPress={() => controls.toggleMicrophone()}
        />
        <Tool
          icon={isSeen ? 'camera' : 'cameraOff'}
          label={isSeen ? bar.cameraOff : bar.cameraOn}
          shortcut="v"
          off={!isSeen}
          why={noVideo}
          onPress={() => controls.toggleCamera()}
        />
        {canShareScreen() && (
          <Tool
            icon="screen"
            label={shares ? bar.stopShare : bar.share}
            shortcut="s"
            on={shares}
            extra
            why={noShare}
            onPress={() => controls.toggleScreen()}
          />
        )}
        <Tool
          icon="hand"
          label={handUp ? bar.handDown : bar.hand}
          shortcut="h"
          on={handUp}
          onPress={() => toggleHand(session)}
        />
        <Tool
          icon="smile"
          label={bar.react}
          shortcut="r"
          on={ui.reacting}
          expanded={ui.reacting}
          extra
          onPress={() => ui.setReacting(!ui.reacting)}
        />
      </div>
      <div className="call-tools">
        <Tool
          icon={isGrid ? 'spotlight' : 'grid'}
          label={isGrid ? bar.spotlight : bar.grid}
          shortcut="l"
          extra
          onPress={flip}
        />
        <Tool
          icon="chat"
          label={bar.chat}
          shortcut="c"
          on={ui.side === 'chat'}
          expanded={ui.side === 'chat'}
          count={ui.unread}
          onPress={() => ui.toggleSide('chat')}
        />
        <Tool
          icon="people"
          label={bar.people}
          shortcut="p"
          on={ui.side === 'people'}
          expanded={ui.side === 'people'}
          extra
          onPress={() => ui.toggleSide('people')}
        />
        <span className="tool-menu">
          <Menu
            kind="plain"
            label={
              <>
                <Icon name="more" /> <span className="tool-label">{bar.more}</span>
              </>
            }
            name={bar.more}
            entries={entries}
          />
        </span>
        <Tool icon="leave" label={bar.leave} shortcut="x" danger onPress={() => leaveOf(session, onDialog)} />
      </div>
    </div>
  );
}
