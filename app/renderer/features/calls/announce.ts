import type { CallState, Participant } from '../../../contract/index.ts';
import { calls as words } from '../../messages/calls.ts';

const missing = <T extends { readonly id: string }>(from: readonly T[], others: readonly T[]): T[] =>
  from.filter(({ id }) => !others.some((other) => other.id === id));

const names = (people: readonly { readonly person: Participant['person'] }[]) =>
  people.map(({ person }) => person.handle);

const screens = (state: CallState) =>
  state.participants.filter(({ sends }) => sends.some(({ source }) => source === 'screen'));

/**
 * The changes of a call since `before`, in sentences for a screen reader. Of oneself only what others do is told.
 *
 * @param me the id of this participant.
 */
export function changesOf(before: CallState, now: CallState, me: string | null): string[] {
  const others = (people: readonly Participant[]) => people.filter(({ id }) => id !== me);
  const came = others(missing(now.participants, before.participants));
  const went = others(missing(before.participants, now.participants));
  const raised = others(
    now.participants.filter(
      ({ id, handAt }) =>
        handAt !== null && (before.participants.find((one) => one.id === id)?.handAt ?? null) === null,
    ),
  );
  const lowered = now.participants.find(
    ({ id, handAt }) =>
      id === me && handAt === null && before.participants.some((one) => one.id === me && one.handAt !== null),
  );
  const waits = missing(now.waiting, before.waiting);
  const shares = others(missing(screens(now), screens(before)));
  const told = [
    came.length > 0 && words.said.came(names(came)),
    went.length > 0 && words.said.went(names(went)),
    raised.length > 0 && words.said.raised(names(raised)),
    lowered !== undefined && words.said.lowered,
    waits.length > 0 && words.said.waits(names(waits)),
    shares.length > 0 && words.said.shares(names(shares)),
    now.locked !== before.locked && (now.locked ? words.said.locked : words.said.unlocked),
    now.recordingSince !== null && before.recordingSince === null && words.said.records,
    now.recordingSince === null && before.recordingSince !== null && words.said.recordsNoMore,
  ];
  return told.filter((sentence) => sentence !== false);
}

/** Lets something through at most once per `pauseMs`, so that what it says can be heard to the end. */
export class Throttle {
  readonly #pauseMs: number;
  #lastAt = Number.NEGATIVE_INFINITY;

  constructor(pauseMs: number) {
    this.#pauseMs = pauseMs;
  }

  allows(now: number): boolean {
    if (now - this.#lastAt < this.#pauseMs) return false;
    this.#lastAt = now;
    return true;
  }
}
