import { useActions, type Action } from '../../actions/registry.ts';
import { go } from '../../actions/route.ts';
import { calls as words } from '../../messages/calls.ts';
import { callChoices } from './choices.ts';
import type { CallDialog } from './CallDialogs.tsx';
import { useCallView, type CurrentCall } from './current.ts';
import { canShareScreen } from './devices.ts';
import { leaveOf, mineIn, toggleHand, toggleRecording } from './acts.ts';
import type { CallUi } from './useCallUi.ts';

/** Everything that can be done in a call, by key, by name and by voice. */
export function useCallActions(
  call: CurrentCall,
  ui: CallUi,
  onDialog: (dialog: CallDialog) => void,
  calm: boolean,
): void {
  const { session, controls } = call;
  const rights = useCallView(session, (view) => view.rights);
  const audioOnly = useCallView(session, (view) => view.call?.rules.audioOnly ?? false);
  const waits = useCallView(session, (view) => (view.call?.waiting.length ?? 0) > 0);
  const hands = useCallView(
    session,
    (view) => view.call?.participants.some(({ handAt }) => handAt !== null) ?? false,
  );
  const isRecorded = useCallView(session, (view) => (view.call?.recording ?? null) !== null);
  const mine = (rest: Omit<Action, 'section'>): Action => ({
    ...rest,
    section: 'view',
    when: () => calm && (rest.when?.() ?? true),
  });
  const moderates = () => rights.moderate;
  useActions([
    mine({ id: 'calls.mute', label: words.acts.mute, shortcut: 'm', run: () => controls.toggleMicrophone() }),
    mine({
      id: 'calls.talk',
      label: words.acts.talk,
      shortcut: ' ',
      line: true,
      run: () => controls.toggleMicrophone(),
      hold: () => controls.talk(),
    }),
    mine({
      id: 'calls.camera',
      label: words.acts.camera,
      shortcut: 'v',
      when: () => rights.video && !audioOnly && callChoices.getState().quality !== 'audio',
      run: () => controls.toggleCamera(),
    }),
    mine({
      id: 'calls.share',
      label: words.acts.share,
      shortcut: 's',
      when: () => rights.share && !audioOnly && canShareScreen(),
      run: () => controls.toggleScreen(),
    }),
    mine({ id: 'calls.hand', label: words.acts.hand, shortcut: 'h', run: () => toggleHand(session) }),
    mine({
      id: 'calls.react',
      label: words.acts.react,
      shortcut: 'r',
      run: () => ui.setReacting(!ui.reacting),
    }),
    mine({
      id: 'calls.layout',
      label: words.acts.layout,
      shortcut: 'l',
      run: () => ui.setLayout(ui.layout === 'grid' ? 'spotlight' : 'grid'),
    }),
    mine({ id: 'calls.chat', label: words.acts.chat, shortcut: 'c', run: () => ui.toggleSide('chat') }),
    mine({ id: 'calls.people', label: words.acts.people, shortcut: 'p', run: () => ui.toggleSide('people') }),
    mine({
      id: 'calls.devices',
      label: words.acts.devices,
      shortcut: 'd',
      run: () => onDialog({ kind: 'devices' }),
    }),
    mine({
      id: 'calls.admit',
      label: words.acts.admit,
      shortcut: 'a',
      line: waits,
      when: () => rights.moderate && waits,
      run: () => {
        const first = session.view.getState().call?.waiting[0];
        if (first) void session.ask({ type: 'admit', participant: first.id });
      },
    }),
    mine({
      id: 'calls.unpin',
      label: words.acts.unpin,
      shortcut: 'escape',
      when: () => ui.pinned !== null,
      run: () => ui.pin(null),
    }),
    mine({
      id: 'calls.lock',
      label: words.acts.lock,
      when: moderates,
      run: () => void session.ask({ type: 'lock', locked: !(session.view.getState().call?.locked ?? false) }),
    }),
    mine({
      id: 'calls.record',
      label: words.acts.record,
      when: moderates,
      run: () => toggleRecording(session),
    }),
    mine({
      id: 'calls.consent',
      label: words.acts.consent,
      when: () => isRecorded,
      run: () => session.consent(mineIn(session.view.getState())?.consent !== true),
    }),
    mine({
      id: 'calls.lower',
      label: words.acts.lower,
      when: () => rights.moderate && hands,
      run: () => {
        for (const { id, handAt } of session.view.getState().call?.participants ?? [])
          if (handAt !== null) void session.ask({ type: 'lower-hand', participant: id });
      },
    }),
    mine({ id: 'calls.end', label: words.acts.end, when: moderates, run: () => onDialog({ kind: 'end' }) }),
    mine({
      id: 'calls.leave',
      label: words.acts.leave,
      shortcut: 'x',
      run: () => leaveOf(session, onDialog),
    }),
    mine({ id: 'calls.rooms', label: words.acts.rooms, shortcut: 'u', line: true, run: () => go('calls') }),
  ]);
}
