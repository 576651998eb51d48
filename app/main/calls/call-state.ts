import type { CallState, Person, RoomRules } from '../../contract/index.ts';
import { cidOf } from '../kernel/cid.ts';
import { didOf } from '../kernel/did.ts';
import type { Participant } from './participant.ts';
import type { Recording } from './recording/recording.ts';
import type { Room } from './rooms.ts';

/** A call as its participants see it, with those who wait. */
export function stateOf(
  room: Room,
  {
    participants,
    isLocked,
    recording,
    person,
    successors,
  }: {
    readonly participants: readonly Participant[];
    readonly isLocked: boolean;
    readonly recording: Pick<Recording, 'id' | 'since' | 'consentOf'> | null;
    readonly person: (key: Uint8Array) => Person;
    readonly successors: readonly Uint8Array[];
  },
): CallState {
  return {
    room: cidOf(room.id),
    title: room.title,
    rules: shownRules(room),
    locked: isLocked,
    participants: participants.flatMap(({ id, key, joinedAt, handAt, sends, quality }) => {
      if (joinedAt === null) return [];
      const shown = Array.from(sends, ([source, { muted }]) => ({ source, muted }));
      const consent = recording?.consentOf(key) ?? null;
      return [{ id, person: person(key), joinedAt, handAt, sends: shown, quality, consent }];
    }),
    waiting: participants
      .filter(({ isWaiting }) => isWaiting)
      .map(({ id, key, since }) => ({ id, person: person(key), since })),
    successors: successors.map(didOf),
    recording: recording?.id ?? null,
    recordingSince: recording?.since ?? null,
  };
}

/** The rules of a room in the form of the contract. */
export const shownRules = ({ rules }: Pick<Room, 'rules'>): RoomRules => ({
  ...rules,
  invited: rules.invited.map(didOf),
});
