import type { Role } from '../../contract/index.ts';

const order: readonly string[] = ['guest', 'member', 'moderator', 'co-sysop', 'sysop'];

/**
 * Whether a role from the node’s status is at least another. The node enforces roles; this only hides what it
 * would refuse.
 */
export function atLeast(role: string | null | undefined, least: Role): boolean {
  return role !== null && role !== undefined && order.indexOf(role) >= order.indexOf(least);
}
