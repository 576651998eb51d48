import * as z from 'zod';
import { RoomRules } from './call-room.ts';
import { Cid, Did, Person, Problem, Timestamp } from './common.ts';

/** A source of media that a participant can send: a microphone, a camera, a screen, or the sound of a screen. */
export const CallSource = z.enum(['microphone', 'camera', 'screen', 'screen-sound']);
export type CallSource = z.infer<typeof CallSource>;

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
