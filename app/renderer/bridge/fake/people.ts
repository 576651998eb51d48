import type { Member, Person, Role } from '../../../contract/index.ts';
import { didOfKey } from '../../text/keys.ts';

const DAY_MS = 24 * 3_600_000;

const crew: readonly (readonly [string, Role])[] = [
  ['Mara', 'sysop'],
  ['Ines K', 'co-sysop'],
  ['oldsalt', 'moderator'],
  ['quay_cat', 'member'],
  ['brine', 'member'],
  ['Petra', 'member'],
  ['dock9', 'member'],
  ['tallow', 'guest'],
];
const didOf = (n: number): string =>
  didOfKey(Uint8Array.from({ length: 32 }, (_, i) => (n * 31 + i * 17 + n * i) % 256));

/** The people of the sample community. */
export const people: readonly Person[] = crew.map(([handle, role], n) => ({
  did: didOf(n + 1),
  handle,
  role,
}));
export const personAt = (n: number): Person => people[n % people.length]!;
/** The person at the console. */
export const me = personAt(0);

/** The member list as of `now`. */
export const sampleMembers = (now: number): Member[] =>
  people.map(({ did, handle, role }, n) => ({
    did,
    handle,
    handleBlock: n,
    role: role ?? 'member',
    joinedAt: now - (400 - n * 5) * DAY_MS,
    invitedBy: n === 0 ? null : me.handle,
    posts: 1840 - n * 37,
    lastSeenAt: now - n * DAY_MS,
    online: n === 0,
    banned: null,
    isMe: n === 0,
  }));
