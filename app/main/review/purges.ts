import type * as contract from '../../contract/index.ts';
import { equalBytes, toHex } from '../kernel/bytes.ts';
import { cidOf, digestOf } from '../kernel/cid.ts';
import { problemOf } from '../kernel/errors.ts';
import { msOf } from '../kernel/hybrid-time.ts';
import { reaches, type Role } from '../kernel/roles.ts';
import type { Signer } from '../kernel/signer.ts';
import type { Committed } from '../log/commit-listeners.ts';
import { MAX_REDACTED, reviewKinds } from './kinds.ts';
import { Purger, type PurgerInit } from './purger.ts';
import type { PurgeAsked } from './purge-rows.ts';
import { problem } from './problems.ts';

export interface PurgesInit extends Omit<PurgerInit, 'done'> {
  readonly signer: Signer;
  readonly person: (key: Uint8Array) => contract.Person;
  /** Everybody who may answer now. */
  readonly members: () => readonly Uint8Array[];
  readonly myRole: () => Role | null;
}

/** Purges as people see them: requested, answered, and carried out [R12] [R14]. */
export class Purges {
  readonly #init: PurgesInit;
  readonly #purger: Purger;

  constructor(init: PurgesInit) {
    this.#init = init;
    this.#purger = new Purger({ ...init, done: (purge) => this.#answer(purge, 'gone') });
  }

  start(): void {
    // [L17] Purges may have been applied when the log was opened.
    this.#purger.learn();
    void this.#purger.catchUp();
  }

  stop(): Promise<void> {
    return this.#purger.stop();
  }

  /** [R13] A purge arrived, or an event that a purge names came back. */
  committed(batch: readonly Committed[]): void {
    let due = false;
    for (const { event } of batch) {
      if (event.kind === reviewKinds.purge.name) {
        this.#purger.learn();
        due = true;
      }
      due ||= this.#purger.names(event.id);
    }
    if (due) void this.#purger.catchUp();
  }

  /** This node follows different people now: purges may have become due. */
  reconsider(): void {
    void this.#purger.catchUp();
  }

  /**
   * Signs a purge of an item and its edits, and carries it out here. Throws a Problem `item-unknown`,
   * `not-purgeable`, `purged` or `out-of-role`.
   */
  async ask(id: string, reason: string): Promise<contract.PurgeReceipt> {
    const { log, signer } = this.#init;
    const item = digestOf(id);
    const { store } = log;
    const found = store.event(item);
    if (!found) throw problem('item-unknown');
    if (log.redactedOf(found.event) === null) throw problem('not-purgeable');
    const redactedEvents = [item, ...this.#purger.rows.editsOf(item)].flatMap(
      (one): [Uint8Array, Uint8Array][] => {
        if (store.isRedacted(one)) return [];
        return [[one, log.redactedOf(store.event(one)!.event)!]];
      },
    );
    if (redactedEvents.length === 0) throw problem('already-purged');
    const drafts = Array.from({ length: Math.ceil(redactedEvents.length / MAX_REDACTED) }, (_, part) => ({
      kind: reviewKinds.purge.name,
      body: { item, reason, husks: redactedEvents.slice(part * MAX_REDACTED, (part + 1) * MAX_REDACTED) },
    }));
    const [first] = log.appendAll(signer, drafts);
    await this.#purger.catchUp();
    return this.receipt(this.#purgeFor(cidOf(first!.id)));
  }

  /** This node's person decides about a purge. Throws a Problem `purge-unknown` or `already-gone`. */
  async answer({ id, answer }: contract.Inputs['review']['answerPurge']): Promise<contract.PurgeReceipt> {
    const purge = this.#purgeFor(id);
    const { rows } = this.#purger;
    if (answer === 'gone') await this.#purger.perform(purge);
    else if (rows.receipt(purge.id)?.answer === 'gone') throw problem('already-gone');
    else {
      rows.note(purge.id, { answer: 'refused', bytes: 0, files: 0, atMs: this.#init.clock.now() });
      this.#answer(purge, 'refused');
    }
    return this.receipt(purge);
  }

  list({
    cursor,
    limit,
  }: {
    cursor?: string | undefined;
    limit: number;
  }): contract.Outputs['review']['purges'] {
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
    if (!Number.isSafeInteger(before)) throw problem('bad-cursor');
    const found = this.#purger.rows.page(before, limit + 1);
    const page = found.slice(0, limit);
    return {
      items: page.map((purge) => this.receipt(purge)),
      next: found.length > limit ? String(page.at(-1)!.n) : null,
      total: null,
    };
  }

  /** The receipt of a purge, from the answers that are here. */
  receipt({ id, author, time, body }: PurgeAsked): contract.PurgeReceipt {
    const { person, members } = this.#init;
    const { rows } = this.#purger;
    const answers = new Map(rows.answers(id).map((one) => [toHex(one.author), one]));
    const receipt = rows.receipt(id);
    const who = new Map(members().map((key) => [toHex(key), key]));
    for (const { author: by } of answers.values()) who.set(toHex(by), by);
    return {
      id: cidOf(id),
      item: cidOf(body.item),
      at: msOf(time),
      by: person(author),
      reason: body.reason,
      here:
        receipt?.answer === 'gone' ? { bytes: receipt.bytes, files: receipt.files, at: receipt.atMs } : null,
      answers: [...who].map(([hex, key]) => {
        const said = answers.get(hex);
        return { who: person(key), answer: said?.answer ?? 'silent', at: said ? msOf(said.time) : null };
      }),
    };
  }

  #purgeFor(id: string): PurgeAsked {
    const purge = this.#purger.rows.of(digestOf(id));
    if (purge) return purge;
    throw problem('purge-unknown');
  }

  /** Publishes the answer, unless this person gave the same answer already, here or on another device. */
  #answer({ id, body }: PurgeAsked, answer: 'gone' | 'refused'): void {
    const { log, signer, logger, myRole } = this.#init;
    const said = this.#purger.rows.answers(id).findLast((one) => equalBytes(one.author, signer.publicKey));
    if (said?.answer === answer || !reaches(myRole(), reviewKinds.purged.leastRole)) return;
    try {
      log.append(signer, reviewKinds.purged.name, { item: body.item, purge: id, answer });
    } catch (error) {
      // The purge is done whether the others hear of it or not.
      logger.warn('purge-not-answered', { code: problemOf(error).code });
    }
  }
}
