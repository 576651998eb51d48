import type { Database } from '../../kernel/database.ts';
import type { Quota } from '../../kernel/quota.ts';
import { reaches } from '../../kernel/roles.ts';
import type { LogEvent } from '../../log/event.ts';
import type { Kind, Stratum } from '../../log/kinds.ts';
import { LogStore } from '../../log/store.ts';

/**
 * [CM11] The log's tables under a quota. All events are stored through this class: own events, those of peers, and
 * those of unknown kinds. A refusal undoes the transaction and is not held against a peer.
 */
export class MeasuredLogStore extends LogStore {
  readonly #quota: Quota;
  readonly #always: ReadonlySet<string>;

  /** @param kinds those that this node knows: moderators go on in a full community. */
  constructor(db: Database, quota: Quota, kinds: readonly Kind[]) {
    super(db);
    this.#quota = quota;
    const always = kinds.filter(({ leastRole }) => reaches(leastRole, 'moderator'));
    this.#always = new Set(always.map(({ name }) => name));
  }

  /** Throws a Problem `quota-full`. */
  override insert(event: LogEvent, stratum: Stratum, proved: boolean): number {
    if (!this.#always.has(event.kind)) this.#quota.admit(event.bytes.length);
    return super.insert(event, stratum, proved);
  }
}
