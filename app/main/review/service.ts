import type * as contract from '../../contract/index.ts';
import { equalBytes, toHex } from '../kernel/bytes.ts';
import { digestOf } from '../kernel/cid.ts';
import type { Random } from '../kernel/clock.ts';
import { publicKeyOf } from '../kernel/did.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import { reaches, type Role } from '../kernel/roles.ts';
import type { Signer } from '../kernel/signer.ts';
import type { Roster } from '../members/index.ts';
import { Audit } from './audit.ts';
import { HeldAuthors } from './authors.ts';
import { createChanges } from './changes.ts';
import { sourcesByKind } from './content.ts';
import { Filters } from './filters.ts';
import { Items } from './items.ts';
import { reviewKinds } from './kinds.ts';
import { Purges, type PurgesInit } from './purges.ts';
import { Queue } from './queue.ts';
import { Refolding } from './refolding.ts';
import { Writing } from './writing.ts';
import { problem } from './problems.ts';

export interface ReviewInit extends Omit<PurgesInit, 'members' | 'myRole'> {
  readonly random: Random;
  readonly signer: Signer;
  readonly roster: Roster;
  readonly hasFile: (digest: Uint8Array) => boolean;
  /** Messages of one author that are here. */
  readonly messagesOf: (key: Uint8Array) => number;
}

type Inputs = contract.Inputs['review'];
type Outputs = contract.Outputs['review'];
export type Review = ReturnType<typeof createReview>;

/** Acts on messages: the queue, rulings, whose rulings count here, and purges. */
export function createReview(init: ReviewInit) {
  const { db, log, clock, signer, roster, holds, acts, person } = init;
  const { store, follows } = acts;
  const me = signer.publicKey;
  const now = () => clock.now();
  const roleOf = (key: Uint8Array): Role | null => roster.roleAt(key, ticksOf(now()));
  const rowOf = (key: Uint8Array): number => log.store.authorOf(key);
  const queue = new Queue(db, init.items);
  const audit = new Audit(db);
  const authors = new HeldAuthors(db);
  const filters = new Filters(db, init.random);
  const items = new Items(db, store, holds, follows, {
    person,
    hasFile: init.hasFile,
    me,
    now,
    sources: init.items,
  });
  const byKind = sourcesByKind(init.items);
  const writing = new Writing({
    log,
    signer,
    store,
    isItem: (kind) => byKind.has(kind),
    now,
    roleOf,
    handleOf: (key) => person(key).handle,
  });
  const bannedNow = (key: Uint8Array) => roleOf(key) === null;
  const purges = new Purges({
    ...init,
    members: () => roster.members().flatMap(({ key }) => (reaches(roleOf(key), 'member') ? [key] : [])),
    myRole: () => roleOf(me),
  });
  const changes = createChanges({ db, clock, counts: () => queue.counts(rowOf(me), now()) });
  const refolding = new Refolding(acts, clock, log.store);
  let stops: (() => void)[] = [];

  const mustReach = (role: Role) => {
    if (reaches(roleOf(me), role)) return;
    throw problem('out-of-role');
  };
  const asModerator = <T>(work: () => T): T => {
    mustReach('moderator');
    return work();
  };
  const shown = (rows: readonly number[]) =>
    rows.flatMap((n) => {
      const item = items.byRow(n);
      return item ? [item] : [];
    });

  acts.onRefold(() => holds.tell());

  return {
    /** Subscribes to the log and to the holds. */
    start(): void {
      if (stops.length > 0) return;
      authors.catchUp();
      const awaited = new Set(store.awaited().map(toHex));
      stops = [
        holds.onChange((held) => {
          const rows = held.map(({ n }) => n);
          authors.add(rows);
          changes.held(rows);
        }),
        log.onCommit((batch) => {
          for (const { event } of batch) {
            if (event.kind.startsWith('review.')) {
              const { item } = event.body as { item: Uint8Array };
              changes.acted(item);
              if (!log.store.has(item)) awaited.add(toHex(item));
            } else if (awaited.size > 0 && awaited.delete(toHex(event.id))) {
              // An appeal counts once the author of the item is known [R6].
              acts.refold([event.id]);
              changes.acted(event.id);
            }
          }
          purges.committed(batch);
        }),
      ];
      refolding.start();
      purges.start();
    },

    async stop(): Promise<void> {
      for (const stop of stops.splice(0)) stop();
      refolding.stop();
      changes.stop();
      await purges.stop();
    },

    list: ({
      filter,
      cursor,
      limit,
    }: Inputs['list'] & { limit: number; filter: contract.ReviewFilter }): Outputs['list'] =>
      asModerator(() => {
        const wanted = filter.words.trim().toLowerCase().split(/\s+/);
        const says = (n: number) => {
          const content = items.reader.byRow(n);
          const text = `${content?.subject ?? ''} ${content?.text ?? ''}`.toLowerCase();
          return wanted.every((word) => text.includes(word));
        };
        const author = filter.author === null ? null : authors.of(rowOf(publicKeyOf(filter.author)));
        const { places, next } = queue.page(
          { filter, me: rowOf(me), nowMs: now(), author },
          cursor,
          limit,
          says,
        );
        return { items: shown(places.map(({ n }) => n)), next, total: null };
      }),

    counts: (): Outputs['counts'] => asModerator(() => queue.counts(rowOf(me), now())),

    /** Throws a Problem `item-unknown`. */
    item: ({ id }: Inputs['item']): Outputs['item'] =>
      asModerator(() => {
        const content = items.reader.byId(digestOf(id));
        if (!content) throw problem('item-unknown');
        return {
          item: items.itemOf(content),
          ...items.reader.around(content, person),
          acts: items.actsOn(content.id),
        };
      }),

    author: ({ did }: Inputs['author']): Outputs['author'] =>
      asModerator(() => {
        const key = publicKeyOf(did);
        const row = rowOf(key);
        return {
          author: person(key),
          joinedAt: roster.member(key)?.joinedAt ?? null,
          messages: init.messagesOf(key),
          ...authors.counts(row),
          banned: roster.knows(key) && bannedNow(key),
          latest: shown(authors.latest(row, 20)),
        };
      }),

    claim: ({ ids }: Inputs['claim']) => asModerator(() => writing.claim(ids)),
    release: ({ ids }: Inputs['release']) => asModerator(() => writing.release(ids)),
    rule: ({ ids, ruling, labels = [], note = '' }: Inputs['rule']) =>
      asModerator(() => writing.rule(ids, { ruling, labels, note })),
    undo: ({ acts: ids }: Inputs['undo']) => writing.undo(ids),
    escalate: ({ ids, to = 'sysop', note = '' }: Inputs['escalate']) =>
      asModerator(() => writing.escalate(ids, { to, note })),

    /** Throws a Problem `item-unknown`, `purged`, `already-reported` or `out-of-role`. */
    report({ id, note }: Inputs['report']): void {
      const item = writing.itemFor(id);
      const { reports, ruling } = store.standing(item);
      if (reports.some(({ author, time }) => equalBytes(author, me) && time > (ruling?.time ?? -1)))
        throw problem('already-reported');
      log.append(signer, reviewKinds.report.name, { item, note });
    },

    /** Throws a Problem `item-unknown`, `purged`, `not-yours`, `not-held`, `already-appealed` or `out-of-role`. */
    appeal({ id, text }: Inputs['appeal']): void {
      const item = writing.itemFor(id);
      const content = items.reader.byId(item);
      if (!content || !equalBytes(content.author, me)) throw problem('not-your-item');
      if (holds.of(content.n)?.hidden !== true) throw problem('not-held');
      const { appeal, ruling } = store.standing(item);
      if (appeal && appeal.time > (ruling?.time ?? -1)) throw problem('already-appealed');
      log.append(signer, reviewKinds.appeal.name, { item, text });
    },

    mine({ cursor, limit }: { cursor?: string | undefined; limit: number }): Outputs['mine'] {
      const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
      if (!Number.isSafeInteger(before)) throw problem('bad-cursor');
      const rows = authors.hidden(rowOf(me), before, limit + 1);
      const page = rows.slice(0, limit);
      return { items: shown(page), next: rows.length > limit ? String(page.at(-1)) : null, total: null };
    },

    filters: (): Outputs['filters'] => filters.list(),
    saveFilter: (filter: contract.Outputs['review']['saveFilter'] | Omit<contract.SavedFilter, 'id'>) =>
      filters.save(filter),
    removeFilter: ({ id }: Inputs['removeFilter']): void => filters.remove(id),

    audit({
      by,
      item,
      cursor,
      limit,
    }: {
      by: string | null;
      item: string | null;
      cursor?: string | undefined;
      limit: number;
    }): Outputs['audit'] {
      const page = audit.page(
        by === null ? null : rowOf(publicKeyOf(by)),
        item === null ? null : digestOf(item),
        cursor,
        limit,
      );
      return {
        items: page.acts.flatMap((one) => items.shown(one.act, one.item, one.undone)),
        next: page.next,
        total: null,
      };
    },

    /** Everybody who may rule now, or ever did. */
    moderators(): Outputs['moderators'] {
      const rulings = audit.rulings(rowOf(me));
      const able = roster.members().flatMap(({ key }) => (reaches(roleOf(key), 'moderator') ? [key] : []));
      const keys = new Map(able.map((key) => [toHex(key), key]));
      for (const hex of rulings.keys()) keys.set(hex, Buffer.from(hex, 'hex'));
      return [...keys].map(([hex, key]) => ({
        person: person(key),
        isMe: equalBytes(key, me),
        following: follows.follows(key),
        ...(rulings.get(hex) ?? { rulings: 0, undone: 0, agreement: null }),
      }));
    },

    /** [R8] Throws a Problem `yourself`. */
    follow({ did, following }: Inputs['follow']): void {
      const key = publicKeyOf(did);
      if (equalBytes(key, me)) throw problem('yourself');
      follows.set(key, following);
      refolding.of(store.ruledBy(key));
      changes.all();
      purges.reconsider();
    },

    /** [R7] Throws a Problem `item-unknown` or `purged`. */
    override({ id, show }: Inputs['override']): void {
      const item = writing.itemFor(id);
      follows.setOverride(item, show && { show, time: ticksOf(now()) });
      acts.refold([item]);
      changes.acted(item);
      purges.reconsider();
    },

    async purge({ id, reason }: Inputs['purge']): Promise<Outputs['purge']> {
      mustReach('co-sysop');
      return purges.ask(id, reason);
    },
    answerPurge: (input: Inputs['answerPurge']): Promise<Outputs['answerPurge']> => purges.answer(input),
    purges: (input: { cursor?: string | undefined; limit: number }): Outputs['purges'] => purges.list(input),

    /** Calls back when counts and items change; returns how to stop. */
    onChange: changes.on,
  };
}
