import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { base, Cid, Did, empty, Person, Problem, Role, Timestamp } from './common.ts';

/** A source of media that a participant can send: a microphone, a camera, a screen, or the sound of a screen. */
export const CallSource = z.enum(['microphone', 'camera', 'screen', 'screen-sound']);
export type CallSource = z.infer<typeof CallSource>;

/** Who may enter a room, and what they may do in it. */
export const RoomRules = z.object({
  /** `everyone` in the community, `role`: those of a least role, `invited`: those on the list. Moderators always may. */
  access: z.enum(['everyone', 'role', 'invited']),
  /** Counts with `role`. */
  leastRole: Role,
  /** Counts with `invited`. */
  invited: z.array(Did).max(100),
  /** Whether a moderator admits each participant. */
  waitingRoom: z.boolean(),
  /** The least role that may share a screen. */
  shareRole: Role,
  /** Whether nobody sends video. */
  audioOnly: z.boolean(),
  /** Whether only the participants hold the keys of the media. */
  encrypted: z.boolean(),
});
export type RoomRules = z.infer<typeof RoomRules>;

export const defaultRoomRules: RoomRules = {
  access: 'everyone',
  leastRole: 'member',
  invited: [],
  waitingRoom: false,
  shareRole: 'member',
  audioOnly: false,
  encrypted: false,
};

export const CallRoom = z.object({
  id: Cid,
  title: z.string(),
  board: Cid.nullable(),
  rules: RoomRules,
  /** The person whose node hosts the room. */
  host: Person,
  openedAt: Timestamp,
  /** When a scheduled call begins; null if the room is open at all times. */
  startsAt: Timestamp.nullable(),
  /** Whether the node of its host is connected, so that the room can be entered. */
  isReachable: z.boolean(),
  /** Who is in the call now. */
  participants: z.array(Person),
  /** Why this person cannot enter now; null if they can, or can ask to. */
  refusal: Problem.nullable(),
  /** Whether this person may close and change it. */
  mine: z.boolean(),
});
export type CallRoom = z.infer<typeof CallRoom>;

const Title = z.string().trim().min(1, 'A room has a title.').max(80, 'A title has at most 80 characters.');

export const RoomDraft = z.object({
  title: Title,
  board: Cid.nullable().default(null),
  rules: RoomRules.partial().default({}),
  startsAt: Timestamp.nullable().default(null),
});
export type RoomDraft = z.infer<typeof RoomDraft>;

/** The id of a participant: one connection of a person to a call. */
export const ParticipantId = z.string().min(8).max(40);
const Id = z.string().min(1).max(64);

/** Parameters of WebRTC, as mediasoup defines them. They pass through the node; the SFU checks them. */
export const Rtc = z.record(z.string(), z.json());
export type Rtc = z.infer<typeof Rtc>;

export const IceServer = z.object({
  urls: z.array(z.string().max(300)).max(8),
  username: z.string().max(200).optional(),
  credential: z.string().max(200).optional(),
});
export type IceServer = z.infer<typeof IceServer>;

/** The parameters that a browser needs for one of its two connections to the SFU. */
export const CallTransport = z.object({
  id: Id,
  iceParameters: Rtc,
  iceCandidates: z.array(Rtc),
  dtlsParameters: Rtc,
});
export type CallTransport = z.infer<typeof CallTransport>;

/** The id of a recording: 16 random bytes in base64url. */
export const RecordingId = z.string().regex(/^[\w-]{22}$/);

/** A request of somebody in a call to the node that hosts it. */
export const CallRequest = z.discriminatedUnion('type', [
  /** Enters after admission. The token counts once, for this connection. */
  z.object({ type: z.literal('join'), token: z.string().min(20).max(100), capabilities: Rtc }),
  z.object({ type: z.literal('connect'), transport: Id, dtlsParameters: Rtc }),
  z.object({ type: z.literal('restart-ice'), transport: Id }),
  z.object({
    type: z.literal('send'),
    source: CallSource,
    rtpParameters: Rtc,
    /** Whether it begins muted. */
    muted: z.boolean(),
  }),
  z.object({ type: z.literal('mute'), source: CallSource, muted: z.boolean() }),
  z.object({ type: z.literal('stop'), source: CallSource }),
  /** The browser is ready for a track that it was told of. */
  z.object({ type: z.literal('ready'), track: Id }),
  /** Which quality of a track is wanted: the height of its tile in pixels; 0 pauses it. */
  z.object({ type: z.literal('prefer'), track: Id, height: z.number().int().min(0).max(4320) }),
  z.object({ type: z.literal('hand'), up: z.boolean() }),
  z.object({ type: z.literal('react'), emoji: z.string().min(1).max(16) }),
  z.object({ type: z.literal('say'), text: z.string().trim().min(1).max(2000) }),
  /** A message to another participant, or to all others, that the host passes unread: keys of an encrypted call. */
  z.object({ type: z.literal('whisper'), to: ParticipantId.nullable(), data: z.string().max(4096) }),
  /**
   * The answer to a recording. `proof` is the signed event `call.consent` in base64; the participant's own node adds it.
   */
  z.object({
    type: z.literal('consent'),
    recording: RecordingId,
    given: z.boolean(),
    proof: z.string().max(4096).optional(),
  }),
  z.object({ type: z.literal('leave') }),
  // Of moderators.
  z.object({ type: z.literal('admit'), participant: ParticipantId }),
  z.object({ type: z.literal('turn-away'), participant: ParticipantId }),
  z.object({ type: z.literal('silence'), participant: ParticipantId, source: CallSource }),
  z.object({ type: z.literal('remove'), participant: ParticipantId }),
  z.object({ type: z.literal('lower-hand'), participant: ParticipantId }),
  z.object({ type: z.literal('lock'), locked: z.boolean() }),
  z.object({ type: z.literal('record'), on: z.boolean() }),
  z.object({ type: z.literal('end') }),
]);
export type CallRequest = z.infer<typeof CallRequest>;

/** The answer of the node that hosts a call; `{}` where the request is all. */
export const CallReply = z.object({
  /** Of `join`: the connections for sending and receiving. */
  transports: z.object({ send: CallTransport, receive: CallTransport }).optional(),
  iceServers: z.array(IceServer).optional(),
  /** Whether the browser may use relays only. */
  relayOnly: z.boolean().optional(),
  /** Of `restart-ice`. */
  iceParameters: Rtc.optional(),
  /** Of `send`: the id of the track at the SFU. */
  producer: Id.optional(),
});
export type CallReply = z.infer<typeof CallReply>;

export const Participant = z.object({
  id: ParticipantId,
  person: Person,
  joinedAt: Timestamp,
  /** Since when the hand is raised; null if it is not. */
  handAt: Timestamp.nullable(),
  /** The sources that they send now, and whether it is muted. */
  sends: z.array(z.object({ source: CallSource, muted: z.boolean() })),
  /** How well their media reach the host and leave it, and whose network is the cause of trouble. */
  quality: z.object({
    grade: z.enum(['good', 'fair', 'poor', 'unknown']),
    cause: z.enum(['their-network', 'host', 'none']),
  }),
  /** Their answer to the recording; null if they were not asked or have not answered. */
  consent: z.boolean().nullable(),
});
export type Participant = z.infer<typeof Participant>;

/** Everything about a call that all its participants see. */
export const CallState = z.object({
  room: Cid,
  title: z.string(),
  rules: RoomRules,
  locked: z.boolean(),
  participants: z.array(Participant),
  /** Who waits for admission; empty for those who cannot admit them. */
  waiting: z.array(z.object({ id: ParticipantId, person: Person, since: Timestamp })),
  /** Whose nodes take over if that of the host goes away, the first one first. */
  successors: z.array(Did).max(8),
  /** The recording that runs; null if there is none. */
  recording: RecordingId.nullable(),
  /** Since when it is recorded; null if it is not. */
  recordingSince: Timestamp.nullable(),
});
export type CallState = z.infer<typeof CallState>;

/** The rights of a person in a call. */
export const CallRights = z.object({ moderate: z.boolean(), video: z.boolean(), share: z.boolean() });
export type CallRights = z.infer<typeof CallRights>;

export const CallLine = z.object({
  id: Id,
  from: ParticipantId,
  person: Person,
  at: Timestamp,
  text: z.string(),
});
export type CallLine = z.infer<typeof CallLine>;

/** An event that somebody in a call hears of. */
export const CallEvent = z.discriminatedUnion('type', [
  /** The first of all: names the session, for {@link contract.ask}. */
  z.object({ type: z.literal('session'), session: z.string() }),
  /** A moderator has to admit this participant. */
  z.object({ type: z.literal('waiting') }),
  /** The participant may join, with a token that counts once and soon expires. */
  z.object({
    type: z.literal('admitted'),
    id: ParticipantId,
    token: z.string(),
    capabilities: Rtc,
    rights: CallRights,
  }),
  z.object({ type: z.literal('state'), state: CallState }),
  z.object({ type: z.literal('rights'), rights: CallRights }),
  /** A track of another participant; it begins when the browser says that it is `ready`. */
  z.object({
    type: z.literal('track'),
    track: Id,
    producer: Id,
    from: ParticipantId,
    source: CallSource,
    kind: z.enum(['audio', 'video']),
    rtpParameters: Rtc,
  }),
  z.object({ type: z.literal('track-ended'), track: Id }),
  /** The participants who speak, the loudest first, with their levels from 0 (silent) to 1. */
  z.object({
    type: z.literal('levels'),
    levels: z.array(z.object({ from: ParticipantId, level: z.number().min(0).max(1) })),
  }),
  /** Who is in focus: the dominant speaker; null if nobody speaks. */
  z.object({ type: z.literal('speaker'), from: ParticipantId.nullable() }),
  /** A moderator muted what this participant sends. */
  z.object({ type: z.literal('silenced'), source: CallSource, by: Person }),
  z.object({ type: z.literal('reaction'), from: ParticipantId, emoji: z.string() }),
  z.object({ type: z.literal('line'), line: CallLine }),
  z.object({ type: z.literal('whisper'), from: ParticipantId, data: z.string() }),
  /** The recording waits for this person's answer. */
  z.object({ type: z.literal('consent-asked'), by: Person, recording: RecordingId }),
  /** `off`: a moderator ended it; `withdrawn`: somebody took their consent back; `failed`: see the problem. */
  z.object({
    type: z.literal('recording-ended'),
    reason: z.enum(['off', 'withdrawn', 'failed']),
    /** Null where nobody did it. */
    by: Person.nullable(),
    problem: Problem.nullable(),
  }),
  /** The media of the room were lost and come back: everything of the SFU has to be made once more. */
  z.object({ type: z.literal('rejoin'), token: z.string(), capabilities: Rtc }),
  /** The last of all. */
  z.object({
    type: z.literal('ended'),
    reason: z.enum(['left', 'removed', 'turned-away', 'ended', 'host-lost', 'refused', 'elsewhere']),
    /** Who did it; null where nobody did. */
    by: Person.nullable(),
    problem: Problem.nullable(),
  }),
]);
export type CallEvent = z.infer<typeof CallEvent>;

/** Whether this node can host calls, and what is missing if it cannot. */
export const CallHosting = z.object({
  problem: Problem.nullable(),
  workers: z.number().int().nonnegative(),
  rooms: z.number().int().nonnegative(),
  participants: z.number().int().nonnegative(),
  consumers: z.number().int().nonnegative(),
  /** The relay that this node runs beside its calls. */
  relay: z.object({
    state: z.enum(['off', 'starting', 'running', 'failed']),
    problem: Problem.nullable(),
  }),
});
export type CallHosting = z.infer<typeof CallHosting>;

/** The most bytes that {@link contract.readRecording} returns at once. */
export const RECORDING_CHUNK = 256 * 1024;

const Share = z.number().min(0).max(1);
const Span = z.object({ fromMs: z.number().int(), toMs: z.number().int() });

export const Recording = z.object({
  id: RecordingId,
  room: Cid,
  title: z.string(),
  startedAt: Timestamp,
  /** How long it runs, in milliseconds; so far, if it is still being made. */
  lengthMs: z.number().int().nonnegative(),
  /** On disk, with the tracks while they are kept. */
  bytes: z.number().int().nonnegative(),
  /**
   * `recording`: the call goes on; `composing`: the file is being made of the tracks; `ready`: it can be played; `kept`: the
   * tracks are kept, but there is no file yet; `empty`: nobody agreed, or nobody sent anything.
   */
  state: z.enum(['recording', 'composing', 'ready', 'kept', 'empty']),
  /** While it is being composed, how much of it is done. */
  progress: Share.nullable(),
  /** Why the recording ended early or was not composed; null if all went well. */
  problem: Problem.nullable(),
  /** When it is deleted, by the retention of this node; null if never. */
  deletedAt: Timestamp.nullable(),
  /** Those who are in it. */
  people: z.array(Person),
});
export type Recording = z.infer<typeof Recording>;

/** The contents of a recording, for the player. Times in milliseconds since its start. */
export const RecordingIndex = z.object({
  /** Size of the file and its MIME type. */
  file: z.object({ bytes: z.number().int().nonnegative(), type: z.string() }).nullable(),
  participants: z.array(
    z.object({
      person: Person,
      /** When they were recorded. */
      tracks: z.array(Span.extend({ source: CallSource })),
      /** When they spoke. */
      spoke: z.array(Span),
    }),
  ),
  lines: z.array(z.object({ person: Person, atMs: z.number().int(), text: z.string() })),
});
export type RecordingIndex = z.infer<typeof RecordingIndex>;

/** Measurements of synthetic participants since they entered. */
export const BotsReport = z.object({
  /** How many are in the call now. */
  bots: z.number().int().nonnegative(),
  /** Tracks on their way to them. */
  tracks: z.number().int().nonnegative(),
  sentPackets: z.number().int().nonnegative(),
  /** Of the participants that count. */
  receivedPackets: z.number().int().nonnegative(),
  lostPackets: z.number().int().nonnegative(),
  /** From entering until the connections exist, and until the first track of another begins. */
  joinMs: z.object({ p50: z.number(), p95: z.number() }).nullable(),
  firstTrackMs: z.object({ p50: z.number(), p95: z.number() }).nullable(),
});
export type BotsReport = z.infer<typeof BotsReport>;

const InRoom = z.object({ room: Cid });
const OfRecording = z.object({ recording: RecordingId });

/** A key that a console makes for one stay in an encrypted call: X25519, 32 bytes as base64url. */
const CallKeyClaim = InRoom.extend({ participant: ParticipantId, key: z.string().max(64) });
/** The signature of the person's node, Ed25519 as base64url, and when it was made. */
export const CallKeySignature = z.object({ at: Timestamp, signature: z.string().max(100) });
export type CallKeySignature = z.infer<typeof CallKeySignature>;

export const contract = {
  /** The open rooms, those with participants first. */
  rooms: base.input(empty).output(z.array(CallRoom)),
  /** The list at once, and again at every change. */
  watchRooms: base.input(empty).output(eventIterator(z.array(CallRoom))),
  /** Opens a room that this node hosts. Rejects with a Problem: `board-unknown`, `starts-in-the-past`, `out-of-role`. */
  open: base.input(RoomDraft).output(CallRoom),
  /** Changes a room; what is left out stays as it is. Rejects with a Problem: `room-unknown`, `not-yours`. */
  change: base
    .input(
      InRoom.extend({
        rules: RoomRules.partial().default({}),
        startsAt: Timestamp.nullable().optional(),
      }),
    )
    .output(CallRoom),
  /** Ends the call for everybody and closes the room for good. Rejects with a Problem: `room-unknown`, `not-yours`. */
  close: base.input(InRoom).output(empty),
  /**
   * Enters a room. The participant is in the call while the caller reads; to stop reading is to leave. Rejects with a
   * Problem: `room-unknown`, `host-unreachable`.
   */
  enter: base
    .input(
      InRoom.extend({
        /**
         * Whether this is a synthetic participant of a moderator, in a room of this node: SRTP with keys in the place of ICE and
         * DTLS, from a socket of loopback.
         */
        synthetic: z.boolean().default(false),
      }),
    )
    .output(eventIterator(CallEvent)),
  /** Rejects with a Problem: `session-unknown`, `not-allowed`, `bad-token`, `sfu-refused`, and others of the room. */
  ask: base.input(z.object({ session: z.string().max(64), request: CallRequest })).output(CallReply),
  /**
   * Has synthetic participants in a room of this node, who send and receive media, until the time is over or the caller stops
   * to read; reports every second. Rejects with a Problem: `room-unknown`, `bots-elsewhere`, `not-allowed`.
   */
  bots: base
    .input(
      InRoom.extend({
        count: z.number().int().min(1).max(100),
        seconds: z.number().int().min(1).max(3600),
        /** Whether nine of them send pictures, and all receive those. */
        video: z.boolean().default(false),
        /** How many speak at a time; the others are silent. */
        speakers: z.number().int().min(0).max(100).default(3),
        /** How many count what they receive; the system discards what the others receive. */
        counted: z.number().int().min(0).max(100).default(100),
      }),
    )
    .output(eventIterator(BotsReport)),
  hosting: base.input(empty).output(CallHosting),
  /** Binds a key of this console to its person. Rejects with a Problem: `key-refused`. */
  signKey: base.input(CallKeyClaim).output(CallKeySignature),
  /**
   * Checks that the person with this DID, a member now, signed the key for this stay; returns them as this node knows
   * them. Rejects with a Problem: `key-refused`, `key-of-no-member`.
   */
  checkKey: base.input(CallKeyClaim.extend({ did: Did, ...CallKeySignature.shape })).output(Person),
  /**
   * Begins or ends the recording of a call that this node hosts. Rejects with a Problem: `room-unknown`, `not-here`,
   * `nobody-here`, `encrypted-room`, `recorder-missing`, and others.
   */
  record: base.input(InRoom.extend({ on: z.boolean() })).output(empty),
  /** The recordings on this node that its person may see, the newest first. */
  recordings: base.input(empty).output(z.array(Recording)),
  /** Rejects with a Problem `recording-unknown`. */
  recordingIndex: base.input(OfRecording).output(RecordingIndex),
  /** A piece of the file in base64; empty at its end. Rejects with a Problem `recording-unknown`. */
  readRecording: base
    .input(
      OfRecording.extend({
        offset: z.number().int().nonnegative(),
        length: z.number().int().min(1).max(RECORDING_CHUNK),
      }),
    )
    .output(z.object({ bytes: z.string() })),
  /** Makes the file of a recording whose tracks are kept, or stops making it. Rejects with a Problem `recording-unknown`. */
  composeRecording: base.input(OfRecording.extend({ on: z.boolean() })).output(empty),
  /** Rejects with a Problem `recording-unknown`, `recording-runs`. */
  deleteRecording: base.input(OfRecording).output(empty),
};

export const settings = {
  schema: z.object({
    /** Whether this node hosts the rooms that its person opens. */
    host: z.boolean(),
    /** Whether this node takes over a call of others that its person is in, if the host goes away. */
    hostForOthers: z.boolean(),
    /** The address at which others reach the media of calls, if a router stands before this machine; at most one. */
    announce: z.array(z.string().max(100)).max(1),
    /** The UDP and TCP ports of media: a port for each process. 0: any. */
    port: z.number().int().min(0).max(65_000),
    /** Whether no address of a participant is used directly: all media go through a relay. */
    relayOnly: z.boolean(),
    /** A relay (TURN), such as `turn:relay.example:3478`; empty: none. */
    relays: z.array(z.string().max(300)).max(8),
    /** The secret that this node shares with the relay (the REST secret of coturn). */
    relaySecret: z.string().max(200),
    /** The space that recordings may take in each community, in bytes. */
    recordingBytes: z.number().int().min(0),
    /** How long recordings are kept, in days. 0: until they are deleted. */
    recordingDays: z.number().int().min(0).max(36_500),
    /** Whether this node runs a relay of its own (coturn). */
    coturn: z.boolean(),
    /** The UDP and TCP port of that relay. */
    coturnPort: z.number().int().min(1).max(65_535),
    /** The files of a certificate and of its key, for TLS; empty: no TLS. One line: they go into a configuration. */
    coturnCert: z
      .string()
      .max(500)
      .regex(/^\P{Cc}*$/u),
    coturnKey: z
      .string()
      .max(500)
      .regex(/^\P{Cc}*$/u),
  }),
  defaults: {
    host: true,
    hostForOthers: false,
    announce: [] as string[],
    port: 0,
    relayOnly: false,
    relays: [] as string[],
    relaySecret: '',
    recordingBytes: 5_000_000_000,
    recordingDays: 30,
    coturn: false,
    coturnPort: 3478,
    coturnCert: '',
    coturnKey: '',
  },
};
