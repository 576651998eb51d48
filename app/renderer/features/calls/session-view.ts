import type {
  CallEvent,
  CallLine,
  CallRights,
  CallSource,
  CallState,
  Person,
  Problem,
} from '../../../contract/index.ts';

/**
 * `entering`: the host has not answered; `waiting`: a moderator has to admit this person; `joining`: the media are being
 * connected; `rejoining`: the same once more while the call goes on; `lost`: the node or the host does not answer, and the
 * console tries again.
 */
export type CallPhase = 'entering' | 'waiting' | 'joining' | 'in' | 'rejoining' | 'lost' | 'ended';

/** A track of another participant; `live` is null until the browser has it. */
export interface RemoteTrack {
  readonly id: string;
  readonly from: string;
  readonly source: CallSource;
  readonly live: MediaStreamTrack | null;
}

/** The sources that this person sends. */
export interface OwnTrack {
  readonly track: MediaStreamTrack;
  readonly muted: boolean;
}

export interface Reaction {
  readonly key: number;
  readonly from: string;
  readonly emoji: string;
}

export type RecordingEnding = Pick<
  Extract<CallEvent, { type: 'recording-ended' }>,
  'reason' | 'by' | 'problem'
>;
export type Ending = Pick<Extract<CallEvent, { type: 'ended' }>, 'reason' | 'by' | 'problem'>;

/** A call as the console shows it. */
export interface CallView {
  readonly phase: CallPhase;
  /** This connection among the participants. */
  readonly me: string | null;
  readonly rights: CallRights;
  readonly call: CallState | null;
  readonly tracks: ReadonlyMap<string, RemoteTrack>;
  readonly own: ReadonlyMap<CallSource, OwnTrack>;
  readonly levels: ReadonlyMap<string, number>;
  /** The dominant speaker. */
  readonly speaker: string | null;
  /** When somebody was last the dominant speaker. */
  readonly spokeAt: ReadonlyMap<string, number>;
  readonly reactions: readonly Reaction[];
  readonly lines: readonly CallLine[];
  readonly volumes: ReadonlyMap<string, number>;
  /** The source that a moderator muted last, until it is read. */
  readonly silenced: { readonly source: CallSource; readonly by: Person } | null;
  /** Who wants to record, until this person has answered. */
  readonly consentAsked: { readonly by: Person; readonly recording: string } | null;
  /** How the last recording ended, until it is read. */
  readonly recordingEnded: RecordingEnding | null;
  /** The connection of the media fails at present. */
  readonly failing: boolean;
  readonly soundBlocked: boolean;
  readonly ended: Ending | null;
  /** The last thing that did not work, until it is read. */
  readonly problem: Problem | null;
}

export const startView: CallView = {
  phase: 'entering',
  me: null,
  rights: { moderate: false, video: false, share: false },
  call: null,
  tracks: new Map(),
  own: new Map(),
  levels: new Map(),
  speaker: null,
  spokeAt: new Map(),
  reactions: [],
  lines: [],
  volumes: new Map(),
  silenced: null,
  consentAsked: null,
  recordingEnded: null,
  failing: false,
  soundBlocked: false,
  ended: null,
  problem: null,
};

export const withEntry = <K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> =>
  new Map(map).set(key, value);

export function withoutEntry<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}

/** How many lines of the chat are kept. */
const MAX_LINES = 500;

/** The view after an event that changes only what is shown. */
export function shownAfter(view: CallView, event: CallEvent, now: number): Partial<CallView> {
  switch (event.type) {
    case 'waiting':
      return { phase: 'waiting' };
    case 'state':
      return { call: event.state };
    case 'rights':
      return { rights: event.rights };
    case 'levels':
      return { levels: new Map(event.levels.map(({ from, level }) => [from, level])) };
    case 'speaker':
      return event.from === null
        ? { speaker: null }
        : { speaker: event.from, spokeAt: withEntry(view.spokeAt, event.from, now) };
    case 'line':
      return view.lines.some(({ id }) => id === event.line.id)
        ? {}
        : { lines: [...view.lines, event.line].slice(-MAX_LINES) };
    case 'consent-asked':
      return {
        consentAsked: { by: event.by, recording: event.recording },
        recordingEnded: null,
      };
    case 'recording-ended':
      return {
        consentAsked: null,
        recordingEnded: { reason: event.reason, by: event.by, problem: event.problem },
      };
    default:
      return {};
  }
}
