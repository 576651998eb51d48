import type { Member } from '../../../contract/index.ts';

export type Show = 'all' | 'online' | 'crew' | 'banned';

const rank = ['sysop', 'co-sysop', 'moderator', 'member', 'guest'];

/** The members to show: by part of a handle and by kind, those on line first, then by role and handle. */
export function membersShown(members: readonly Member[], part: string, show: Show): Member[] {
  const wanted = part.trim().toLocaleLowerCase();
  return members
    .filter((member) => member.handle.toLocaleLowerCase().includes(wanted))
    .filter((member) => {
      if (show === 'online') return member.online;
      if (show === 'crew') return rank.indexOf(member.role) < 3;
      if (show === 'banned') return member.banned !== null;
      return true;
    })
    .sort(
      (a, b) =>
        Number(b.online) - Number(a.online) ||
        rank.indexOf(a.role) - rank.indexOf(b.role) ||
        a.handle.localeCompare(b.handle),
    );
}

/** Whether `mine` may change or ban a member of `role`: only those below one's own, and never oneself. */
export function mayRule(mine: string | null | undefined, member: Pick<Member, 'role' | 'isMe'>): boolean {
  const own = rank.indexOf(mine ?? 'guest');
  return !member.isMe && own >= 0 && own <= 2 && own < rank.indexOf(member.role);
}
