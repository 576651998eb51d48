import type { Database } from '../../kernel/database.ts';
import type { Quota } from '../../kernel/quota.ts';
import type { LogEvent } from '../../log/event.ts';
import type { Stratum } from '../../log/kinds.ts';
import { LogStore } from '../../log/store.ts';

/**
 * [CM11] The log's tables under a quota. Every event passes here inside its transaction, whoever wrote it and whether
 * its kind is known: a refusal undoes the transaction and is no fault of a peer.
 */
export class MeasuredLogStore extends LogStore {
  readonly #quota: Quota;

  constructor(db: Database, quota: Quota) {
    super(db);
    this.#quota = quota;
  }

  /** Throws a Problem `quota-full`. */
  override insert(event: LogEvent, stratum: Stratum, proved: boolean): number {
    this.#quota.admit(event.bytes.length);
    return super.insert(event, stratum, proved);
  }
}
