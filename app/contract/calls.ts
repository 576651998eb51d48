import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { Recording, RECORDING_CHUNK, RecordingIndex } from './call-recordings.ts';
import { CallRoom, RoomDraft, RoomRules } from './call-room.ts';
import { CallEvent, CallReply, CallRequest, ParticipantId, RecordingId } from './call-session.ts';
import { base, Cid, Did, empty, Person, Problem, Timestamp } from './common.ts';

export * from './call-recordings.ts';
export * from './call-room.ts';
export * from './call-session.ts';

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
    /** The UDP and TCP port of the first media process; the next ones follow. With 0, the system chooses. */
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
