import { ownAccount, putAccount, standingOf } from './accounts.ts';
import type { AnyKind, BlockContext, ProtocolRule } from './kinds.ts';
import { inForce } from './protocol.ts';
import type { StateDraft } from '../types/state.ts';
import { problem } from '../problems.ts';

/** [X31] Since version 2, blocks bound what an account without rights writes. */
const turns: ProtocolRule = { name: 'turns without rights', since: 2 };

/**
 * [X31] Takes the turn of an account without rights in a block; does nothing for one that has rights.
 *
 * @throws Problem `without-rights` if the kind is closed to it, or `turn-taken`.
 */
export function takeTurn(state: StateDraft, key: Uint8Array, kind: AnyKind, block: BlockContext): void {
  if (!inForce(turns, block.version)) return;
  const own = ownAccount(state, key);
  if (standingOf(own, block.time) !== null) return;
  if (!kind.withoutRights) throw problem('without-rights', { kind: kind.name });
  if (own.turn === block.height) throw problem('turn-taken');
  putAccount(state, key, { ...own, turn: block.height });
}
