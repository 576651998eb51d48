import type { CallSource } from '../../../contract/index.ts';
import type { CallDialog } from './CallDialogs.tsx';
import type { CallSession } from './session.ts';
import type { CallView } from './session-view.ts';

export const mineIn = (view: CallView) => view.call?.participants.find(({ id }) => id === view.me) ?? null;

export function toggleHand(session: CallSession): void {
  const isUp = (mineIn(session.view.getState())?.handAt ?? null) !== null;
  void session.ask({ type: 'hand', up: !isUp });
}

/** Begins or ends the recording of the call. */
export function toggleRecording(session: CallSession): void {
  const isOn = (session.view.getState().call?.recording ?? null) !== null;
  void session.ask({ type: 'record', on: !isOn });
}

const isModerator = (role: string | null) => role === 'moderator' || role === 'co-sysop' || role === 'sysop';

/** Whether others depend on this person: nobody else could admit people to a room with a waiting room. */
export function isLastModerator({ call, me, rights }: CallView): boolean {
  if (!rights.moderate || call === null || !call.rules.waitingRoom) return false;
  const others = call.participants.filter(({ id }) => id !== me);
  return others.length + call.waiting.length > 0 && !others.some(({ person }) => isModerator(person.role));
}

/** Leaves, after a question to the last moderator. */
export function leaveOf(session: CallSession, onDialog: (dialog: CallDialog) => void): void {
  if (isLastModerator(session.view.getState())) onDialog({ kind: 'leave' });
  else session.leave();
}

export const sendsOf = (participant: {
  readonly sends: readonly { source: CallSource; muted: boolean }[];
}) => {
  const of = (source: CallSource) => participant.sends.find((one) => one.source === source) ?? null;
  const voice = of('microphone');
  return {
    muted: voice === null || voice.muted,
    camera: of('camera')?.muted === false,
    screen: of('screen') !== null,
  };
};
