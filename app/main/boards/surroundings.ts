import type * as contract from '../../contract/index.ts';
import type { Role } from '../kernel/roles.ts';

/** Facts about posts that other rooms know. */
export interface Surroundings {
  person(key: Uint8Array): contract.Person;
  finality(seq: number, id: Uint8Array): contract.Finality;
  hasFile(digest: Uint8Array): boolean;
  /** Why a post is not shown to everybody; null if it is. */
  held(n: number): contract.Hold | null;
  me(): { key: Uint8Array; role: Role | null };
}

/** [B5] Whether somebody may see an item with the hold `h`; the parameter is 1 for moderators and above. */
export const SEEN = '(h.hidden IS NOT 1 OR h.own = 1 OR (? = 1 AND h.state <> 0))';

/**
 * The finality of a post. One by somebody else came from a peer, which therefore holds it, whatever catch-up has
 * reported so far.
 */
export function spreadOf(
  around: Surroundings,
  { n, id, author }: { readonly n: number; readonly id: Uint8Array; readonly author: Uint8Array },
): contract.Finality {
  const known = around.finality(n, id);
  const mine = Buffer.compare(around.me().key, author) === 0;
  return known.level === 'local' && !mine ? { level: 'replicated', copies: 1 } : known;
}
