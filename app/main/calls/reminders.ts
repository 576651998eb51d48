import type * as contract from '../../contract/index.ts';
import { toHex } from '../kernel/bytes.ts';
import type { Clock } from '../kernel/clock.ts';
import { problem } from './problems.ts';
import type { Room } from './rooms.ts';

/** How long before a scheduled call its reminder appears, and how long after its start it stays, in milliseconds. */
const REMIND_MS = 15 * 60_000;

export interface RemindersInit {
  readonly clock: Clock;
  readonly person: (key: Uint8Array) => contract.Person;
  readonly notices: {
    put(notice: Omit<contract.Notice, 'since'>): void;
    remove(id: string): void;
  };
  /** The rooms that this person may enter. */
  readonly list: () => readonly Room[];
}

/** Reminds this person of calls that begin soon. */
export class Reminders {
  readonly #init: RemindersInit;
  readonly #shown = new Set<string>();

  constructor(init: RemindersInit) {
    this.#init = init;
  }

  look(): void {
    const { clock, person, notices, list } = this.#init;
    const now = clock.now();
    const soon = new Map(
      list()
        .filter(({ startsAt }) => startsAt !== null && Math.abs(startsAt - now) <= REMIND_MS)
        .map((room) => [`call-soon-${toHex(room.id)}`, room]),
    );
    for (const id of this.#shown) {
      if (soon.has(id)) continue;
      this.#shown.delete(id);
      notices.remove(id);
    }
    for (const [id, { title, owner }] of soon) {
      if (this.#shown.has(id)) continue;
      this.#shown.add(id);
      const text = problem.fields('call-soon', { title, host: person(owner).handle });
      notices.put({ ...text, id, severity: 'info', action: 'go.calls' });
    }
  }
}
