import { didOf } from '../kernel/did.ts';
import type { Community } from '../node/community.ts';
import type { Rng } from './rng.ts';
import type { SimNode } from './node.ts';

/** Picks a post, one's own or any; null where there is none. */
type Post = (community: Community, rng: Rng) => string | null;

/** What moderators and readers do about what others wrote. */
export const reviewActs = (
  anyPost: Post,
): readonly (readonly [
  string,
  number,
  (community: Community, rng: Rng, nodes: readonly SimNode[]) => unknown,
])[] => [
  [
    'rule',
    4,
    (community, rng) => {
      const id = anyPost(community, rng);
      const ruling = rng.pick(['publish', 'quarantine', 'remove'] as const);
      return id && community.review.rule({ ids: [id], ruling, labels: [], note: '' });
    },
  ],
  [
    'take back',
    2,
    ({ review }, rng) => {
      const { items } = review.audit({ by: null, item: null, limit: 20 });
      return items.length === 0 ? null : review.undo({ acts: [rng.pick(items).id] });
    },
  ],
  [
    'claim',
    1,
    (community, rng) => {
      const id = anyPost(community, rng);
      return id && community.review.claim({ ids: [id] });
    },
  ],
  [
    'report',
    1,
    (community, rng) => {
      const id = anyPost(community, rng);
      return id && community.review.report({ id, note: 'rude' });
    },
  ],
  [
    'follow',
    1,
    ({ review }, rng, nodes) =>
      review.follow({ did: didOf(rng.pick(nodes).signer.publicKey), following: rng.chance(0.5) }),
  ],
  [
    'override',
    1,
    (community, rng) => {
      const id = anyPost(community, rng);
      return id && community.review.override({ id, show: rng.pick(['show', 'hide', null] as const) });
    },
  ],
  [
    'purge',
    2,
    (community, rng) => {
      const id = anyPost(community, rng);
      // It waits for the disk of a node that may go down meanwhile: nobody waits for it here.
      if (id !== null) void community.review.purge({ id, reason: 'private' }).catch(() => {});
    },
  ],
];
