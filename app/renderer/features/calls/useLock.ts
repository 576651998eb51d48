import { useSyncExternalStore } from 'react';
import type { CallSource } from '../../../contract/index.ts';
import { trackName, type Secrecy, type SecrecyView } from './secrecy/secrecy.ts';

/** `picture`: the shown picture waits for its key; `sound`: another track does; `refused`: the key is not genuine. */
export type Lock = 'picture' | 'sound' | 'refused' | null;

function lockOf({ peers, locked }: SecrecyView, id: string, source: CallSource): Lock {
  const peer = peers.get(id);
  if (peer?.problem) return 'refused';
  if (peer?.hasKey !== true || locked.has(trackName(id, source))) return 'picture';
  const sound = source === 'screen' ? 'screen-sound' : 'microphone';
  return locked.has(trackName(id, sound)) ? 'sound' : null;
}

const never = () => () => undefined;

/** Why a participant of an encrypted call is not seen or heard; null if they are, or nothing is encrypted. */
export function useLock(secrecy: Secrecy | null, id: string, source: CallSource, isMe: boolean): Lock {
  return useSyncExternalStore(secrecy?.view.subscribe ?? never, () =>
    secrecy === null || isMe ? null : lockOf(secrecy.view.getState(), id, source),
  );
}
