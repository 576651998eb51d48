import type * as contract from '../../contract/index.ts';
import { equalBytes, toHex } from '../kernel/bytes.ts';
import { cidOf, digestOf } from '../kernel/cid.ts';
import { problemOf } from '../kernel/errors.ts';
import { outranks, type Role } from '../kernel/roles.ts';
import type { Signer } from '../kernel/signer.ts';
import type { Log } from '../log/log.ts';
import type { EventDraft } from '../log/own-events.ts';
import { reviewKinds } from './kinds.ts';
import type { ReviewStore } from './store.ts';
import { problem } from './problems.ts';

export type Done = contract.Outputs['review']['rule'];

export interface WritingInit {
  readonly log: Log;
  readonly signer: Signer;
  readonly store: ReviewStore;
  /** Whether events of a kind are items. */
  readonly isItem: (kind: string) => boolean;
  readonly now: () => number;
  readonly roleOf: (key: Uint8Array) => Role | null;
  readonly handleOf: (key: Uint8Array) => string;
}

const UNDOABLE: ReadonlySet<string> = new Set(
  ['claim', 'rule', 'escalate', 'appeal', 'report'].map((act) => `review.${act}`),
);

/** Writes acts of this node's person, many at a time [R11]. */
export class Writing {
  readonly #init: WritingInit;

  constructor(init: WritingInit) {
    this.#init = init;
  }

  claim(ids: readonly string[]): Done {
    return this.#all(ids, (item) => {
      this.#mustBeFree(item, false);
      return { kind: reviewKinds.claim.name, body: { item } };
    });
  }

  release(ids: readonly string[]): Done {
    return this.#all(ids, (item) => {
      const claim = this.#claimOn(item);
      if (!claim || !this.#isMine(claim.by)) throw problem('not-claimed');
      return { kind: reviewKinds.release.name, body: { item } };
    });
  }

  rule(
    ids: readonly string[],
    more: Pick<contract.Inputs['review']['rule'], 'ruling'> & { labels: string[]; note: string },
  ): Done {
    return this.#all(ids, (item) => {
      this.#mustBeFree(item, true);
      return { kind: reviewKinds.rule.name, body: { item, ...more } };
    });
  }

  escalate(ids: readonly string[], more: { to: Role; note: string }): Done {
    return this.#all(ids, (item) => ({ kind: reviewKinds.escalate.name, body: { item, ...more } }));
  }

  undo(acts: readonly string[]): Done {
    return this.#write(acts, (id) => {
      const found = this.#init.log.store.event(digestOf(id));
      if (!found || !UNDOABLE.has(found.event.kind)) throw problem('act-unknown');
      if (!this.#isMine(found.event.author)) throw problem('not-your-act');
      const { item } = found.event.body as { item: Uint8Array };
      if (this.#init.store.standing(item).undone.has(toHex(found.event.id))) throw problem('already-undone');
      return { kind: reviewKinds.undo.name, body: { item, act: found.event.id } };
    });
  }

  #all(ids: readonly string[], draftOf: (item: Uint8Array) => EventDraft): Done {
    return this.#write(ids, (id) => draftOf(this.itemFor(id)));
  }

  /** The id of an item that is here with its text. Throws a Problem `item-unknown` or `purged`. */
  itemFor(id: string): Uint8Array {
    const item = digestOf(id);
    const held = this.#init.log.store.event(item);
    if (!held || !this.#init.isItem(held.event.kind)) throw problem('item-unknown');
    if (this.#init.log.store.isRedacted(item)) throw problem('purged');
    return item;
  }

  /** Names the items that cannot be decided, and writes the rest in one transaction. */
  #write(ids: readonly string[], draftOf: (id: string) => EventDraft): Done {
    const drafts: EventDraft[] = [];
    const failed: Done['failed'] = [];
    for (const id of new Set(ids)) {
      try {
        drafts.push(draftOf(id));
      } catch (error) {
        const { code, message } = problemOf(error);
        if (code === 'unexpected') throw error;
        failed.push({ id, code, message });
      }
    }
    const written = drafts.length === 0 ? [] : this.#init.log.appendAll(this.#init.signer, drafts);
    return { acts: written.map(({ id }) => cidOf(id)), failed };
  }

  #mustBeFree(item: Uint8Array, mayOverrule: boolean): void {
    const { roleOf, handleOf, signer } = this.#init;
    const claim = this.#claimOn(item);
    if (!claim || this.#isMine(claim.by)) return;
    const [mine, theirs] = [roleOf(signer.publicKey), roleOf(claim.by)];
    if (mayOverrule && mine && (theirs === null || outranks(mine, theirs))) return;
    const minutes = Math.max(1, Math.ceil((claim.untilMs - this.#init.now()) / 60_000));
    throw problem('claimed', { name: handleOf(claim.by), minutes });
  }

  #claimOn(item: Uint8Array) {
    const { claim } = this.#init.store.standing(item);
    return claim && claim.untilMs > this.#init.now() ? claim : null;
  }

  #isMine(key: Uint8Array): boolean {
    return equalBytes(key, this.#init.signer.publicKey);
  }
}
