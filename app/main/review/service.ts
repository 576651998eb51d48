import type * as contract from '../../contract/index.ts';
import { toHex } from '../kernel/bytes.ts';
import type { Random } from '../kernel/clock.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import { reaches, type Role } from '../kernel/roles.ts';
import type { Signer } from '../kernel/signer.ts';
import type { Roster } from '../members/index.ts';
import { createActing } from './acting.ts';
import { mustReach, type Asker } from './asking.ts';
import { Audit } from './audit.ts';
import { HeldAuthors } from './authors.ts';
import { createChanges } from './changes.ts';
import { sourcesByKind } from './content.ts';
import { Filters } from './filters.ts';
import { createFollowing } from './following.ts';
import { Items } from './items.ts';
import { createLooking } from './looking.ts';
import { Purges, type PurgesInit } from './purges.ts';
import { Queue } from './queue.ts';
import { Refolding } from './refolding.ts';
import { Writing } from './writing.ts';

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
  const asker: Asker = { me, now, roleOf, rowOf };
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
  const purges = new Purges({
    ...init,
    members: () => roster.members().flatMap(({ key }) => (reaches(roleOf(key), 'member') ? [key] : [])),
    myRole: () => roleOf(me),
  });
  const changes = createChanges({ db, clock, counts: () => queue.counts(rowOf(me), now()) });
  const refolding = new Refolding(acts, clock, log.store);
  let stops: (() => void)[] = [];

  acts.onRefold(() => holds.tell());

  return {
    ...createLooking({ ...init, asker, queue, audit, authors, items, follows }),
    ...createActing({ asker, writing, store, items, holds, log, signer }),
    ...createFollowing({ asker, acts, changes, purges, refolding, writing }),

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

    filters: (): Outputs['filters'] => filters.list(),
    saveFilter: (filter: contract.Outputs['review']['saveFilter'] | Omit<contract.SavedFilter, 'id'>) =>
      filters.save(filter),
    removeFilter: ({ id }: Inputs['removeFilter']): void => filters.remove(id),

    async purge({ id, reason }: Inputs['purge']): Promise<Outputs['purge']> {
      mustReach(asker, 'co-sysop');
      return purges.ask(id, reason);
    },
    answerPurge: (input: Inputs['answerPurge']): Promise<Outputs['answerPurge']> => purges.answer(input),
    purges: (input: { cursor?: string | undefined; limit: number }): Outputs['purges'] => purges.list(input),

    /** Calls back when counts and items change; returns how to stop. */
    onChange: changes.on,
  };
}
