/** From least to most; each role includes the rights of those before it. */
export const ROLES = ['guest', 'member', 'moderator', 'co-sysop', 'sysop'] as const;
export type Role = (typeof ROLES)[number];

/** Whether `role` is at least `least`; null is below every role. */
export function reaches(role: Role | null, least: Role): boolean {
  return role !== null && ROLES.indexOf(role) >= ROLES.indexOf(least);
}

/** Whether one role is strictly above another. */
export function outranks(role: Role, other: Role): boolean {
  return ROLES.indexOf(role) > ROLES.indexOf(other);
}
