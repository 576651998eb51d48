import type { Role } from '../../contract/index.ts';

const order: readonly string[] = ['guest', 'member', 'moderator', 'co-sysop', 'sysop'];

/** Whether a role (as the node's status tells it) is at least another. The node decides; this only spares dead ends. */
export function atLeast(role: string | null | undefined, least: Role): boolean {
  return role !== null && role !== undefined && order.indexOf(role) >= order.indexOf(least);
}
