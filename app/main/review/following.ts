import type * as contract from '../../contract/index.ts';
import { equalBytes } from '../kernel/bytes.ts';
import { publicKeyOf } from '../kernel/did.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import type { ReviewActs } from './acts.ts';
import type { Asker } from './asking.ts';
import type { Changes } from './changes.ts';
import { problem } from './problems.ts';
import type { Purges } from './purges.ts';
import type { Refolding } from './refolding.ts';
import type { Writing } from './writing.ts';

type Inputs = contract.Inputs['review'];

interface FollowingInit {
  readonly asker: Asker;
  readonly acts: ReviewActs;
  readonly changes: Changes;
  readonly purges: Purges;
  readonly refolding: Refolding;
  readonly writing: Writing;
}

/** Whose decisions count on this node, and what its person decides for it alone. */
export function createFollowing({ asker, acts, changes, purges, refolding, writing }: FollowingInit) {
  const { me, now } = asker;
  const { follows, store } = acts;

  return {
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
  };
}
