import type { Member, Person, Role } from '../../../contract/index.ts';
import { didOfKey } from '../../text/keys.ts';

const HOUR_MS = 3_600_000;

const didOf = (n: number): string =>
  didOfKey(Uint8Array.from({ length: 32 }, (_, i) => (n * 31 + i * 17 + n * i) % 256));

const crew: readonly (readonly [string, Role])[] = [
  ['Mara', 'sysop'],
  ['Ines K', 'co-sysop'],
  ['oldsalt', 'moderator'],
  ['quay_cat', 'member'],
  ['brine', 'member'],
  ['Petra', 'member'],
  ['dock9', 'member'],
  ['tallow', 'guest'],
  ['kelp.hand', 'member'],
  ['Juno', 'member'],
  ['mooring', 'member'],
  ['old_pilot', 'member'],
];

/** The people of the sample community; the first one uses the console. */
export const people: readonly [Person, ...Person[]] = [
  { did: didOf(1), handle: 'Mara', role: 'sysop' },
  ...crew.slice(1).map(([handle, role], i): Person => ({ did: didOf(i + 2), handle, role })),
  ...Array.from({ length: 49 }, (_, i): Person => ({
    did: didOf(i + 40),
    handle: `${['gull', 'ferry', 'pier', 'tide', 'buoy', 'lantern', 'rope'][i % 7]}_${i + 10}`,
    role: 'member',
  })),
];

export const me = people[0];

/** The member list as of `now`. */
export function sampleMembers(now: number): Member[] {
  return people.map((person, i) => ({
    did: person.did,
    handle: person.handle,
    handleBlock: i,
    role: person.role ?? 'member',
    joinedAt: now - (400 - i * 5) * 24 * HOUR_MS,
    invitedBy: i === 0 ? null : i % 3 === 0 ? 'Ines K' : 'Mara',
    posts: Math.max(0, 1840 - i * 37 + ((i * 53) % 90)),
    lastSeenAt: i < 4 ? now : i === 11 ? null : now - i * 5 * HOUR_MS,
    online: i < 4,
    banned:
      i === 10
        ? {
            at: now - 30 * HOUR_MS,
            until: now + 138 * HOUR_MS,
            reason: 'Sold places on the ferry list',
            by: 'oldsalt',
          }
        : null,
    isMe: i === 0,
  }));
}
