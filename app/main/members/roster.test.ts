import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../kernel/sha256.ts';
import { Roster, type RosterEvent } from './roster.ts';

const key = (name: string) => sha256(Buffer.from(name));
const founder = { key: key('mara'), handle: 'Mara', time: 1000 };
let serial = 0;
const event = (time: number, author: string, kind: string, body: object): RosterEvent => ({
  id: sha256(Buffer.from(`${serial++}`)),
  author: key(author),
  time,
  kind,
  body,
});
const admit = (time: number, by: string, who: string, role = 'member', handle = who) =>
  event(time, by, 'member.admit', { member: key(who), handle, role });

function rosterOf(events: RosterEvent[]): Roster {
  const roster = new Roster(founder);
  for (const one of events) roster.add(one);
  return roster;
}

describe('roster', () => {
  test('[M1] is the same for every order of arrival', () => {
    const events = [
      admit(1001, 'mara', 'ines', 'moderator'),
      admit(1002, 'ines', 'brine'),
      event(1003, 'ines', 'member.ban', { member: key('brine'), reason: 'spam', until: null }),
      admit(1004, 'mara', 'second', 'member', 'BRINE'),
      event(1005, 'mara', 'member.lift', { member: key('brine') }),
      event(1006, 'brine', 'member.rename', { handle: 'Brine of the sea' }),
      event(1007, 'mara', 'member.role', { member: key('ines'), role: 'member' }),
      admit(1008, 'ines', 'late'),
    ];
    const view = (roster: Roster) =>
      roster
        .members()
        .map(({ handle, role, banned, standings }) => ({ handle, role, banned, standings }))
        .sort((a, b) => a.handle.localeCompare(b.handle));
    const expected = view(rosterOf(events));
    expect(expected.map(({ handle }) => handle)).toEqual(
      [
        'Brine of the sea',
        `BRINE-${Buffer.from(key('second')).toString('hex').slice(0, 4)}`,
        'ines',
        'Mara',
      ].sort((a, b) => a.localeCompare(b)),
    );
    fc.assert(
      fc.property(fc.shuffledSubarray(events, { minLength: events.length }), (shuffled) => {
        expect(view(rosterOf(shuffled))).toEqual(expected);
      }),
    );
  });

  test('[M3] a member cannot admit, and nobody admits to their own role or above', () => {
    const roster = rosterOf([
      admit(1001, 'mara', 'ines', 'moderator'),
      admit(1002, 'mara', 'brine'),
      admit(1003, 'brine', 'a'),
      admit(1004, 'ines', 'b', 'moderator'),
      admit(1005, 'stranger', 'c'),
    ]);
    expect(['a', 'b', 'c'].map((name) => roster.knows(key(name)))).toEqual([false, false, false]);
  });

  test('[M4] roles are granted only from above, and never to the founder', () => {
    const roster = rosterOf([
      admit(1001, 'mara', 'ines', 'co-sysop'),
      admit(1002, 'mara', 'brine'),
      event(1003, 'brine', 'member.role', { member: key('brine'), role: 'moderator' }),
      event(1004, 'ines', 'member.role', { member: key('mara'), role: 'guest' }),
      event(1005, 'ines', 'member.role', { member: key('brine'), role: 'moderator' }),
    ]);
    expect(roster.roleAt(key('mara'), 2000)).toBe('sysop');
    expect(roster.roleAt(key('brine'), 1004)).toBe('member');
    expect(roster.roleAt(key('brine'), 2000)).toBe('moderator');
  });

  test('[M5] a ban takes every right from its time on and gives it back at its end', () => {
    const untilMs = 5;
    const roster = rosterOf([
      admit(1001, 'mara', 'brine'),
      event(1500, 'mara', 'member.ban', { member: key('brine'), reason: 'flood', until: untilMs }),
    ]);
    expect(
      [1499, 1500, untilMs * 1024 - 1, untilMs * 1024].map((time) => roster.roleAt(key('brine'), time)),
    ).toEqual(['member', null, null, 'member']);
  });
});
