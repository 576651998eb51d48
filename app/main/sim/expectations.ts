import { boardKinds } from '../boards/index.ts';
import { chatKinds } from '../chat/index.ts';
import { communityUpdate, type Genesis } from '../community/index.ts';
import { toHex } from '../kernel/bytes.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import { judgeRole } from '../log/admission.ts';
import type { LogEvent } from '../log/event.ts';
import type { Kind } from '../log/kinds.ts';
import { memberKinds, Roster } from '../members/index.ts';
import { reviewKinds } from '../review/index.ts';

const kinds = new Map<string, Kind>(
  [boardKinds, chatKinds, memberKinds, reviewKinds, { communityUpdate }]
    .flatMap((family): Kind[] => Object.values(family))
    .map((kind) => [kind.name, kind]),
);

/** Everything that any honest node ever committed, and what follows from it by the rules. */
export class Expectations {
  readonly events = new Map<string, LogEvent>();
  readonly #founder: { key: Uint8Array; handle: string; time: number };
  /** From when on a person's rights were ever in question, by hex key, in ticks. */
  readonly #contested = new Map<string, number>();

  constructor(genesis: Genesis) {
    this.#founder = { key: genesis.founder, handle: genesis.handle, time: ticksOf(genesis.createdAt) };
  }

  committed(event: LogEvent): void {
    this.events.set(toHex(event.id), event);
    if (event.kind === memberKinds.admit.name) return;
    const subject = kinds.get(event.kind)?.subject?.(event.body);
    if (!subject) return;
    const key = toHex(subject);
    this.#contested.set(key, Math.min(event.time, this.#contested.get(key) ?? Number.MAX_SAFE_INTEGER));
  }

  /** [L11] Whether some node may have removed an event, rightly as far as it knew then. */
  mayBeRevoked(event: LogEvent): boolean {
    return event.time >= (this.#contested.get(toHex(event.author)) ?? Number.MAX_SAFE_INTEGER);
  }

  /** The events of a log, by hex id, that by its own authority events may not be in it. */
  outOfPlace(ids: readonly string[]): string[] {
    const roster = new Roster(this.#founder);
    const events = ids.flatMap((id) => this.events.get(id) ?? []);
    for (const event of events) if (event.kind.startsWith('member.')) roster.add(event);
    return events
      .filter((event) => judgeRole(event, kinds.get(event.kind)!, roster))
      .map((event) => toHex(event.id));
  }
}
