import type { SimAct } from '../feature/index.ts';
import { somePost, type Boards } from '../boards/index.ts';
import type { Members } from '../members/index.ts';
import type { Review } from './service.ts';

interface Services {
  readonly boards: Boards;
  readonly members: Pick<Members, 'me'>;
  readonly review: Review;
}

/** Acts of moderators and readers on posts of others in the simulated world. */
export const reviewActs: readonly SimAct<Services>[] = [
  {
    name: 'rule',
    weight: 4,
    act(services, rng) {
      const id = somePost(services, rng, false);
      const ruling = rng.pick(['publish', 'quarantine', 'remove'] as const);
      return id && services.review.rule({ ids: [id], ruling, labels: [], note: '' });
    },
  },
  {
    name: 'take back',
    weight: 2,
    act({ review }, rng) {
      const { items } = review.audit({ by: null, item: null, limit: 20 });
      return items.length === 0 ? null : review.undo({ acts: [rng.pick(items).id] });
    },
  },
  {
    name: 'claim',
    weight: 1,
    act(services, rng) {
      const id = somePost(services, rng, false);
      return id && services.review.claim({ ids: [id] });
    },
  },
  {
    name: 'report',
    weight: 1,
    act(services, rng) {
      const id = somePost(services, rng, false);
      return id && services.review.report({ id, note: 'rude' });
    },
  },
  {
    name: 'follow',
    weight: 1,
    act: ({ review }, rng, people) =>
      review.follow({ did: rng.pick(people).did, following: rng.chance(0.5) }),
  },
  {
    name: 'override',
    weight: 1,
    act(services, rng) {
      const id = somePost(services, rng, false);
      return id && services.review.override({ id, show: rng.pick(['show', 'hide', null] as const) });
    },
  },
  {
    name: 'purge',
    weight: 2,
    act(services, rng) {
      const id = somePost(services, rng, false);
      // A purge waits for the disk, which may fail meanwhile.
      if (id !== null) void services.review.purge({ id, reason: 'private' }).catch(() => {});
    },
  },
];
