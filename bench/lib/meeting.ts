import { openMembers, type Member } from './fleet.ts';

/** Until gossipsub has formed its mesh: a few heartbeats. */
const MESH_MS = 5000;

/** When a post was written, and when a node showed it. */
export interface Seen {
  readonly sentAt: number;
  readonly id: string;
  readonly at: number;
}

export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Founds a community with 100 posts; all join and know each other, as in a real community after a while.
 *
 * @param watched how many of them note when they show a post; the others only take part.
 */
export async function meet(
  members: readonly Member[],
  scratch: string,
  watched = members.length,
): Promise<void> {
  await openMembers(members, scratch);
  const host = members[0]!;
  await host.ask({ kind: 'fill', count: 100, textBytes: 200 });
  const link = await host.ask<string>({ kind: 'invite', uses: members.length - 1 });
  for (const member of members.slice(1)) await member.ask({ kind: 'joinToFirstPage', link });
  const addresses = await Promise.all(members.map((member) => member.ask<string>({ kind: 'address' })));
  for (const [index, member] of members.entries()) {
    for (const address of addresses.slice(0, index))
      await member.ask({ kind: 'dial', address }).catch(() => {});
  }
  for (const member of members.slice(0, watched)) await member.ask({ kind: 'watch' });
  await pause(MESH_MS);
}

/** Everybody posts at a steady pace; resolves to what each showed, once all is shown or `settleMs` after the end. */
export async function everybodyPosts(
  members: readonly Member[],
  perSecond: number,
  seconds: number,
  settleMs: number,
): Promise<Seen[][]> {
  await Promise.all(members.map((member) => member.ask({ kind: 'post', perSecond, seconds })));
  const total = members.length * perSecond * seconds;
  const kept: Seen[][] = members.map(() => []);
  for (const deadline = Date.now() + settleMs; Date.now() < deadline;) {
    for (const [index, member] of members.entries()) {
      kept[index]!.push(...(await member.ask<Seen[]>({ kind: 'seen' })));
    }
    if (kept.every((list) => list.length >= total)) break;
    await pause(200);
  }
  return kept;
}

/** For each post that all of them showed: the time until the last one did, in milliseconds. */
export function timesUntilLast(seen: readonly (readonly Seen[])[]): number[] {
  const posts = new Map<string, { last: number; count: number }>();
  for (const { id, sentAt, at } of seen.flat()) {
    const post = posts.get(id) ?? { last: 0, count: 0 };
    posts.set(id, { last: Math.max(post.last, at - sentAt), count: post.count + 1 });
  }
  return [...posts.values()].filter(({ count }) => count === seen.length).map(({ last }) => last);
}
