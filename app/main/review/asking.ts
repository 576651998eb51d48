import { reaches, type Role } from '../kernel/roles.ts';
import { problem } from './problems.ts';

/** Who asks, and what their role allows. */
export interface Asker {
  /** The key of this node's person. */
  readonly me: Uint8Array;
  /** Milliseconds since the epoch. */
  now(): number;
  roleOf(key: Uint8Array): Role | null;
  /** The row of an author in the log. */
  rowOf(key: Uint8Array): number;
}

/** Throws a Problem `out-of-role`. */
export function mustReach(asker: Asker, role: Role): void {
  if (!reaches(asker.roleOf(asker.me), role)) throw problem('out-of-role');
}

/** Does what only moderators may. Throws a Problem `out-of-role`. */
export function asModerator<T>(asker: Asker, work: () => T): T {
  mustReach(asker, 'moderator');
  return work();
}
