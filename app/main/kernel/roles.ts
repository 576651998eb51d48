/** Least to most; each may do all that those before it may. */
export const ROLES = ['guest', 'member', 'moderator', 'co-sysop', 'sysop'] as const;
export type Role = (typeof ROLES)[number];

/** Whether `role` reaches `least`; nobody without a role reaches anything. */
export function reaches(role: Role | null, least: Role): boolean {
  return role !== null && ROLES.indexOf(role) >= ROLES.indexOf(least);
}

/** Whether one role stands strictly above another. */
export function outranks(role: Role, other: Role): boolean {
  return ROLES.indexOf(role) > ROLES.indexOf(other);
}
