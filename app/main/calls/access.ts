import type { CallRights } from '../../contract/index.ts';
import { equalBytes } from '../kernel/bytes.ts';
import type { Problem } from '../kernel/errors.ts';
import { outranks, reaches, type Role } from '../kernel/roles.ts';
import { problem } from './problems.ts';
import type { Room } from './rooms.ts';

/** [CA4] The most who may be in a call, how many of them one person, and how many may wait. */
export const MAX_PARTICIPANTS = 100;
export const MAX_OF_ONE = 4;
export const MAX_WAITING = 100;
/** [CA8] */
const EARLY_MS = 10 * 60_000;

/** Somebody at the door of a room, or in it. */
export interface Visitor {
  /** The key of the person. */
  readonly person: Uint8Array;
  /** By the ledger, now; null for nobody. */
  readonly role: Role | null;
}

/** Facts that count beside the rules of the room. */
export interface Situation {
  readonly now: number;
  readonly host: Uint8Array;
  readonly locked: boolean;
  readonly participants: number;
  readonly ofThisPerson: number;
}

type Place = Pick<Room, 'owner' | 'rules' | 'startsAt'>;

/** [CA13] Whether somebody moderates a room. */
export function moderates(
  { owner }: Pick<Room, 'owner'>,
  { person, role }: Visitor,
  host: Uint8Array,
): boolean {
  if (role === null) return false;
  return reaches(role, 'moderator') || equalBytes(person, owner) || equalBytes(person, host);
}

/** [CA9] */
export function rightsOf(room: Place, visitor: Visitor, host: Uint8Array): CallRights {
  const video = visitor.role !== null && !room.rules.audioOnly;
  return {
    moderate: moderates(room, visitor, host),
    video,
    share: video && reaches(visitor.role, room.rules.shareRole),
  };
}

/** [CA4] [CA8] Why somebody may not enter; null if they may, or may ask to. */
export function refusalOf(room: Place, visitor: Visitor, situation: Situation): Problem | null {
  if (visitor.role === null) return problem('no-member');
  if (situation.ofThisPerson >= MAX_OF_ONE) return problem('too-many-of-one', { most: MAX_OF_ONE });
  if (situation.participants >= MAX_PARTICIPANTS) return problem('room-full', { most: MAX_PARTICIPANTS });
  if (moderates(room, visitor, situation.host)) return null;
  if (!admits(room, visitor)) return problem('not-invited');
  if (situation.locked) return problem('room-locked');
  if (room.startsAt !== null && situation.now < room.startsAt - EARLY_MS) return problem('not-yet');
  return null;
}

/** [CA7] Whether the rules let somebody be in a room at all. */
export function admits({ rules }: Pick<Room, 'rules'>, { person, role }: Visitor): boolean {
  if (role === null) return false;
  if (rules.access === 'role') return reaches(role, rules.leastRole);
  if (rules.access === 'invited') return rules.invited.some((key) => equalBytes(key, person));
  return true;
}

/** [CA5] Whether a moderator has to admit somebody who may ask to enter. */
export const mustWait = (room: Place, visitor: Visitor, host: Uint8Array): boolean =>
  room.rules.waitingRoom && !moderates(room, visitor, host);

/** [CA13] Whether a moderator may silence or remove somebody. */
export function mayActOn(actor: Visitor, other: Visitor): boolean {
  return other.role === null || (actor.role !== null && !outranks(other.role, actor.role));
}
