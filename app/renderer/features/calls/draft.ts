import { defaultRoomRules } from '../../../contract/index.ts';
import type { CallRoom, RoomRules } from '../../../contract/index.ts';

/** A room as it is typed. */
export interface Draft {
  readonly title: string;
  readonly board: string | null;
  readonly rules: RoomRules;
  readonly isScheduled: boolean;
  /** As the field for date and time has it: `2026-12-01T20:00`. */
  readonly startsAt: string;
}

/** The local date and time of a moment, as the field for them takes it. */
export function localTime(at: number): string {
  const date = new Date(at);
  return new Date(at - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

const HOUR_MS = 3_600_000;

/** A draft of a new room, or of the changes to one. A new time is the next full hour but one. */
export function draftOf(room: CallRoom | null, now: number): Draft {
  const next = Math.ceil(now / HOUR_MS) * HOUR_MS + HOUR_MS;
  return {
    title: room?.title ?? '',
    board: room?.board ?? null,
    rules: room?.rules ?? defaultRoomRules,
    isScheduled: room !== null && room.startsAt !== null,
    startsAt: localTime(room?.startsAt ?? next),
  };
}

/** The start that a draft names: null for a room that is open at once, undefined if the time is missing or past. */
export function startOf({ isScheduled, startsAt }: Draft, now: number): number | null | undefined {
  if (!isScheduled) return null;
  const at = new Date(startsAt).getTime();
  return Number.isNaN(at) || at <= now ? undefined : at;
}
