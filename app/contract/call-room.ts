import * as z from 'zod';
import { Cid, Did, Person, Problem, Role, Timestamp } from './common.ts';

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
  /** Whether this person opened it, and may change it. */
  mine: z.boolean(),
  /** Whether this person may close it. */
  closable: z.boolean(),
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
