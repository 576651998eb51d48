import { toHex } from '../kernel/bytes.ts';
import { sleep, type Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/database.ts';
import { problemOf } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Verifier } from '../kernel/signer.ts';
import { signingPayload, type LogEvent } from '../log/event.ts';
import { markChecked, uncheckedOf } from '../log/event-row.ts';
import type { Log } from '../log/log.ts';
import { deletingForGood, scrubFile } from '../log/scrub.ts';
import type { Holds, ItemSource } from '../moderation/index.ts';
import type { ReviewActs } from './acts.ts';
import { PurgeRows, type PurgeAsked } from './purge-rows.ts';

/** Pause between two steps of scrubbing, so that other work gets its turn, in milliseconds. */
const STEP_MS = 20;
/** Pause when readers hold the write-ahead log open, or after the disk refused a write, in milliseconds. */
const AGAIN_MS = 5000;
/** Set while deleted data has not been overwritten yet. */
const TO_SCRUB = 'review.scrub';

export interface PurgerInit {
  readonly db: Database;
  readonly log: Log;
  readonly clock: Clock;
  readonly verifier: Verifier;
  readonly logger: Logger;
  readonly holds: Holds;
  readonly acts: ReviewActs;
  /** The item kinds of the features. */
  readonly items: readonly ItemSource[];
  /** Deletes a file that nothing names any more. */
  readonly forgetFile: (cid: Uint8Array) => Promise<void>;
  /** Removes deleted words from the search index, one step per call; true when done. */
  readonly searchScrub: () => () => boolean;
  /** A purge was carried out here. */
  readonly done: (purge: PurgeAsked) => void;
}

/** Carries out purges, one after the other [R13]. */
export class Purger {
  readonly rows: PurgeRows;
  readonly #init: PurgerInit;
  /** Ids that some purge names, in hexadecimal, so that events that come back are noticed. */
  readonly #named = new Set<string>();
  #last: Promise<void> = Promise.resolve();
  readonly #abort = new AbortController();

  constructor(init: PurgerInit) {
    this.#init = init;
    this.rows = new PurgeRows(init.db, init.items);
    this.learn();
  }

  stop(): Promise<void> {
    this.#abort.abort();
    return this.#last;
  }

  /** Rereads the ids that purges name. */
  learn(): void {
    for (const id of this.rows.ids()) this.#named.add(toHex(id));
  }

  names(id: Uint8Array): boolean {
    return this.#named.size > 0 && this.#named.has(toHex(id));
  }

  /** Carries out all open purges that this node follows; resolves when done. */
  catchUp(): Promise<void> {
    return this.#inTurn(async () => {
      for (const purge of this.rows.undone()) {
        if (this.#follows(purge) && !this.#abort.signal.aborted) await this.#perform(purge);
      }
      await this.#scrub();
    });
  }

  /** Carries out one purge, no matter who requested it. */
  perform(purge: PurgeAsked): Promise<void> {
    return this.#inTurn(async () => {
      await this.#perform(purge);
      await this.#scrub();
    });
  }

  /** [R14] An item that a person shows on their node is kept. */
  #follows({ author, body }: PurgeAsked): boolean {
    const { follows } = this.#init.acts;
    return follows.follows(author) && follows.override(body.item)?.show !== 'show';
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const run = async () => {
      if (this.#abort.signal.aborted) return;
      try {
        await work();
      } catch (error) {
        const { code, message } = problemOf(error);
        this.#init.logger.warn('purge-failed', { code, message });
        this.#init.clock.after(AGAIN_MS, () => void this.catchUp());
      }
    };
    this.#last = this.#last.then(run);
    return this.#last;
  }

  async #perform(purge: PurgeAsked): Promise<void> {
    const { db, log, clock, holds, acts } = this.#init;
    const named = purge.body.husks.map(([id, redacted]) => ({ id, redacted }));
    await this.#secureParents(named.map(({ id }) => id));
    log.store.setMeta(TO_SCRUB, 1);
    const { gone, bytes, unknown } = deletingForGood(db, () => {
      const purged = log.purge(named);
      for (const { id } of purged.gone) holds.judgements.drop(log.store.seqOf(id)!);
      return purged;
    });
    acts.refold([purge.body.item, ...named.map(({ id }) => id)]);
    const files = await this.#forgetFiles(gone);
    // [R13] It is repeated after an update.
    if (unknown > 0) return;
    this.rows.note(purge.id, { answer: 'gone', bytes, files, atMs: clock.now() });
    this.#init.done(purge);
  }

  /**
   * [R16] Parents that only the purged events vouched for are passed on with their own signatures from now
   * on.
   */
  async #secureParents(ids: readonly Uint8Array[]): Promise<void> {
    const { db, log } = this.#init;
    const { store } = log;
    const parents = ids.flatMap((id) => [...(store.event(id)?.event.parents ?? [])]);
    const unchecked = uncheckedOf(db, parents);
    const valid = await this.#init.verifier.verify(
      unchecked.map(({ author, bytes, signature }) => ({
        publicKey: author,
        message: signingPayload(bytes),
        signature: signature!,
      })),
    );
    for (const [index, { id }] of unchecked.entries()) if (valid[index]) markChecked(db, id);
  }

  async #forgetFiles(gone: readonly LogEvent[]): Promise<number> {
    let files = 0;
    for (const { body } of gone) {
      for (const { cid } of (body as { attachments?: { cid: Uint8Array }[] }).attachments ?? []) {
        if (this.rows.namesFile(cid)) continue;
        await this.#init.forgetFile(cid);
        files++;
      }
    }
    return files;
  }

  /** Overwrites deleted data: in the search index, in free pages, in the write-ahead log. */
  async #scrub(): Promise<void> {
    const { db, clock, log } = this.#init;
    const { signal } = this.#abort;
    if (log.store.meta(TO_SCRUB) !== 1) return;
    const step = this.#init.searchScrub();
    while (!signal.aborted && !deletingForGood(db, step)) await sleep(clock, STEP_MS, signal);
    while (!signal.aborted && !scrubFile(db)) await sleep(clock, AGAIN_MS, signal);
    log.store.setMeta(TO_SCRUB, signal.aborted ? 1 : 0);
  }
}
