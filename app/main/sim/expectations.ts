import { type Genesis } from '../community/index.ts';
import { toHex } from '../kernel/bytes.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import { reaches, type Role } from '../kernel/roles.ts';
import type { PeopleChange } from '../ledger/index.ts';
import { judgeRole } from '../log/admission.ts';
import type { LogEvent } from '../log/event.ts';
import type { Kind } from '../log/kinds.ts';
import { unknownKind } from '../log/unknown-kinds.ts';
import { Roster } from '../members/index.ts';
import type { Feature } from '../feature/index.ts';
import { features } from '../node/features.ts';

const kinds = new Map<string, Kind>(
  (features as readonly Feature[]).flatMap((feature) =>
    (feature.kinds ?? []).map((kind) => [kind.name, kind]),
  ),
);

/** Everything that any honest node ever committed or saw final, and the consequences by the rules. */
export class Expectations {
  readonly events = new Map<string, LogEvent>();
  readonly #founder: { key: Uint8Array; handle: string; time: number };
  /** Changes about people in final blocks, by height. */
  readonly #rulings = new Map<number, readonly PeopleChange[]>();
  readonly #admitted = new Set<string>();
  /** The earliest time from which a person's rights were ever in question, by hex key, in ticks. */
  readonly #contested = new Map<string, number>();

  /** Persons who were a moderator or above at any time, by hex key. */
  readonly #officers = new Set<string>();
  /** The texts that each person's nodes judged, or said that they judged, by hex key. */
  readonly #attested = new Map<string, Set<string>>();

  constructor(genesis: Genesis) {
    this.#officers.add(toHex(genesis.founder));
    this.#founder = { key: genesis.founder, handle: genesis.handle, time: ticksOf(genesis.createdAt) };
  }

  committed(event: LogEvent): void {
    this.events.set(toHex(event.id), event);
  }

  /** Changes about people in one or more final blocks; each block holds the same ones on every node. */
  ruled(changes: readonly PeopleChange[]): void {
    for (const [height, ruling] of Map.groupBy(changes, (change) => change.height)) {
      if (this.#rulings.has(height)) continue;
      this.#rulings.set(height, ruling);
      for (const change of ruling) this.#contest(change);
    }
  }

  #contest({ kind, body, time }: PeopleChange): void {
    const { member, role } = body as { member?: Uint8Array; role?: Role };
    if (!member) return;
    const key = toHex(member);
    if (kind === 'role.grant' && reaches(role ?? null, 'moderator')) this.#officers.add(key);
    if (kind === 'role.grant' && !this.#admitted.has(key)) this.#admitted.add(key);
    else {
      this.#contested.set(key, Math.min(ticksOf(time), this.#contested.get(key) ?? Number.MAX_SAFE_INTEGER));
    }
  }

  /** A person's node judged a text, or said so. */
  judged(person: Uint8Array, text: string): void {
    const key = toHex(person);
    const texts = this.#attested.get(key);
    if (texts) texts.add(text);
    else this.#attested.set(key, new Set([text]));
  }

  /** [J28] Whether some node may show a text because of a person's judgement. */
  mayCover(person: Uint8Array, text: string): boolean {
    const key = toHex(person);
    return this.#officers.has(key) && this.#attested.get(key)?.has(text) === true;
  }

  /**
   * [L11] [L17] Whether some node may have removed an event, rightly by its knowledge at the time, or refused it because
   * its body does not fit its kind.
   */
  mayBeRevoked(event: LogEvent): boolean {
    if (kinds.get(event.kind)?.body.safeParse(event.body).success === false) return true;
    return event.time >= (this.#contested.get(toHex(event.author)) ?? Number.MAX_SAFE_INTEGER);
  }

  /**
   * The events of a log, by hex id, that must not be in it according to the blocks up to a height, on a node that
   * lacks some kinds.
   */
  outOfPlace(ids: readonly string[], height: number, lacks: readonly string[]): string[] {
    const kindOf = (name: string) =>
      (lacks.includes(name) ? undefined : kinds.get(name)) ?? unknownKind(name);
    const roster = new Roster(this.#founder);
    const heights = [...this.#rulings.keys()].filter((one) => one <= height).sort((a, b) => a - b);
    for (const one of heights) for (const change of this.#rulings.get(one)!) roster.apply(change);
    return ids
      .flatMap((id) => this.events.get(id) ?? [])
      .filter((event) => judgeRole(event, kindOf(event.kind)!, roster))
      .map((event) => toHex(event.id));
  }
}
