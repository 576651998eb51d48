import type { Member, Role } from '../../../contract/index.ts';

export type Show = 'all' | 'online' | 'crew' | 'banned';

const ranks: readonly Role[] = ['sysop', 'co-sysop', 'moderator', 'member', 'guest'];

/** The highest first; members without a role come last. */
const rank = (role: Role | null) => (role === null ? ranks.length : ranks.indexOf(role));

/** The members to show: by part of a handle and by kind; members online first, then by role and handle. */
export function membersShown(members: readonly Member[], part: string, show: Show): Member[] {
  const wanted = part.trim().toLocaleLowerCase();
  return members
    .filter((member) => member.handle.toLocaleLowerCase().includes(wanted))
    .filter((member) => {
      if (show === 'online') return member.online;
      if (show === 'crew') return rank(member.role) < 3;
      if (show === 'banned') return member.banned !== null;
      return true;
    })
    .sort(
      (a, b) =>
        Number(b.online) - Number(a.online) ||
        rank(a.role) - rank(b.role) ||
        a.handle.localeCompare(b.handle),
    );
}

/** Whether `mine` may change or ban a member of `role`: only lower roles, and never oneself. */
export function mayRule(mine: string | null | undefined, member: Pick<Member, 'role' | 'isMe'>): boolean {
  const own = ranks.findIndex((role) => role === mine);
  return !member.isMe && own >= 0 && own <= 2 && own < rank(member.role);
}
