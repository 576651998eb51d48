import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { CallRoom, CommunityClient } from '../../../contract/index.ts';
import { browserTimers } from '../../bridge/connection.ts';
import { Controls } from './controls.ts';
import { WebRtcMedia } from './media.ts';
import type { Media } from './media-port.ts';
import { FrameGuard } from './secrecy/frame-guard.ts';
import { Secrecy } from './secrecy/secrecy.ts';
import { CallSession, type Door } from './session.ts';
import type { CallView } from './session-view.ts';

/** The call that this window is in, whichever room of the console it shows. */
export interface CurrentCall {
  readonly community: string;
  readonly room: Pick<CallRoom, 'id' | 'title'>;
  readonly session: CallSession;
  readonly controls: Controls;
  /** Null if the media are not encrypted between the participants. */
  readonly secrecy: Secrecy | null;
  readonly startedAt: number;
}

const current = createStore<{ readonly call: CurrentCall | null }>(() => ({ call: null }));

export interface Start {
  readonly client: CommunityClient;
  readonly community: string;
  readonly room: Pick<CallRoom, 'id' | 'title' | 'rules'>;
  readonly microphone: MediaStreamTrack | null;
  readonly camera: MediaStreamTrack | null;
  readonly media?: Media;
}

/** Enters a room, and leaves the one that this window was in. */
export function startCall({ client, community, room, microphone, camera, media }: Start): void {
  current.getState().call?.session.leave();
  const door: Door = {
    enter: (signal) => client.calls.enter({ room: room.id }, { signal }),
    ask: (id, request) => client.calls.ask({ session: id, request }),
  };
  const { secrecy, guard } = room.rules.encrypted
    ? secrecyOf(client, room.id)
    : { secrecy: null, guard: null };
  const session = new CallSession({
    door: secrecy?.door(door) ?? door,
    media: media ?? new WebRtcMedia(guard),
    timers: browserTimers,
    now: () => Date.now(),
  });
  const controls = new Controls(session);
  controls.begin(microphone, camera);
  current.setState({ call: { community, room, session, controls, secrecy, startedAt: Date.now() } });
  void session.run().finally(() => secrecy?.close());
}

/** Whether media are encrypted is decided here, by what this person's own node knows of the room, not by the host. */
function secrecyOf(client: CommunityClient, room: string): { secrecy: Secrecy; guard: FrameGuard } {
  const guard: FrameGuard = new FrameGuard((told) => secrecy.told(told));
  const secrecy: Secrecy = new Secrecy({
    room,
    identity: {
      sign: (claim) => client.calls.signKey({ room, ...claim }),
      check: (claim) => client.calls.checkKey({ room, ...claim }),
    },
    frames: guard,
    timers: browserTimers,
    now: () => performance.now(),
  });
  return { secrecy, guard };
}

/** Forgets a call that ended. */
export const forgetCall = (): void => current.setState({ call: null });

export const useCurrentCall = (): CurrentCall | null => useStore(current, ({ call }) => call);

/** A part of the view of a call; it must be the same object while nothing of it changes. */
export const useCallView = <T>(session: CallSession, part: (view: CallView) => T): T =>
  useStore(session.view, part);
