import { compareBytes, toHex } from '../kernel/bytes.ts';
import { msOf, ticksOf } from '../kernel/hybrid-time.ts';
import { outranks, reaches, type Role } from '../kernel/roles.ts';
import type { Authority } from '../log/kinds.ts';
import type * as z from 'zod';
import type { Admit, Ban, Rename, SetRole } from './kinds.ts';

/** One authority event, as far as the fold needs it. */
export interface RosterEvent {
  readonly id: Uint8Array;
  readonly author: Uint8Array;
  readonly time: number;
  readonly kind: string;
  readonly body: unknown;
}

export interface Standing {
  readonly from: number;
  /** Null while banned. */
  readonly role: Role | null;
}

export interface RosterMember {
  readonly key: Uint8Array;
  handle: string;
  /** The role granted, also while banned. */
  role: Role;
  readonly joinedAt: number;
  readonly invitedBy: Uint8Array | null;
  banned: { at: number; until: number | null; reason: string; by: Uint8Array } | null;
  /** Ascending by time. */
  readonly standings: Standing[];
}

export interface Founder {
  readonly key: Uint8Array;
  readonly handle: string;
  /** Ticks of the genesis. */
  readonly time: number;
}

/**
 * Members, roles and bans as a pure fold over the authority events in order of (time, id), so that
 * every node that holds the same events sees the same roster [M1]. An event whose author lacked the
 * right at that point changes nothing [M2].
 */
export class Roster implements Authority {
  readonly #founder: Founder;
  readonly #events: RosterEvent[] = [];
  #members = new Map<string, RosterMember>();
  #handles = new Map<string, string>();

  constructor(founder: Founder) {
    this.#founder = founder;
    this.#reset();
  }

  /** Takes in an event; folds anew when it belongs before one already here. */
  add(event: RosterEvent): void {
    const last = this.#events.at(-1);
    if (!last || order(last, event) < 0) {
      this.#events.push(event);
      this.#fold(event);
      return;
    }
    this.#events.splice(this.#placeOf(event), 0, event);
    this.#refold();
  }

  remove(id: Uint8Array): void {
    const index = this.#events.findIndex((event) => compareBytes(event.id, id) === 0);
    if (index < 0) return;
    this.#events.splice(index, 1);
    this.#refold();
  }

  clear(): void {
    this.#events.length = 0;
    this.#reset();
  }

  members(): RosterMember[] {
    return [...this.#members.values()];
  }

  member(key: Uint8Array): RosterMember | null {
    return this.#members.get(toHex(key)) ?? null;
  }

  /** Who holds a handle, compared without case and width. */
  holderOf(handle: string): RosterMember | null {
    const key = this.#handles.get(foldHandle(handle));
    return key === undefined ? null : (this.#members.get(key) ?? null);
  }

  knows(author: Uint8Array): boolean {
    return this.#members.has(toHex(author));
  }

  roleAt(author: Uint8Array, time: number): Role | null {
    const standings = this.#members.get(toHex(author))?.standings;
    if (!standings) return null;
    for (let index = standings.length - 1; index >= 0; index--) {
      if (standings[index]!.from <= time) return standings[index]!.role;
    }
    return null;
  }

  #placeOf(event: RosterEvent): number {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (order(this.#events[middle]!, event) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #reset(): void {
    const { key, handle, time } = this.#founder;
    this.#members = new Map([
      [
        toHex(key),
        {
          key,
          handle,
          role: 'sysop',
          joinedAt: msOf(time),
          invitedBy: null,
          banned: null,
          standings: [{ from: time, role: 'sysop' }],
        },
      ],
    ]);
    this.#handles = new Map([[foldHandle(handle), toHex(key)]]);
  }

  #refold(): void {
    this.#reset();
    for (const event of this.#events) this.#fold(event);
  }

  #fold(event: RosterEvent): void {
    const by = this.#roleOf(event.author, event.time);
    if (!by) return;
    switch (event.kind) {
      case 'member.admit':
        return this.#admit(event, by, event.body as z.infer<typeof Admit>);
      case 'member.role':
        return this.#grant(event, by, event.body as z.infer<typeof SetRole>);
      case 'member.ban':
        return this.#ban(event, by, event.body as z.infer<typeof Ban>);
      case 'member.lift':
        return this.#lift(event, by, (event.body as { member: Uint8Array }).member);
      case 'member.rename':
        return this.#rename(event.author, (event.body as z.infer<typeof Rename>).handle);
    }
  }

  #roleOf(key: Uint8Array, time: number): Role | null {
    return this.roleAt(key, time);
  }

  /** [M3] A moderator or above admits, at most up to the role below their own; the first admission stands. */
  #admit(event: RosterEvent, by: Role, { member, handle, role }: z.infer<typeof Admit>): void {
    const hex = toHex(member);
    if (this.#members.has(hex) || !reaches(by, 'moderator') || !outranks(by, role)) return;
    this.#members.set(hex, {
      key: member,
      handle: this.#free(handle, hex),
      role,
      joinedAt: msOf(event.time),
      invitedBy: event.author,
      banned: null,
      standings: [{ from: event.time, role }],
    });
  }

  /** [M4] Only someone above both the old and the new role changes it; the founder stays. */
  #grant(event: RosterEvent, by: Role, { member, role }: z.infer<typeof SetRole>): void {
    const target = this.#members.get(toHex(member));
    if (!target || this.#isFounder(target) || !reaches(by, 'moderator')) return;
    if (!outranks(by, target.role) || !outranks(by, role)) return;
    target.role = role;
    if (!target.banned) target.standings.push({ from: event.time, role });
  }

  /** [M5] A ban takes every right from its time on, until it is lifted or its end comes. */
  #ban(event: RosterEvent, by: Role, { member, reason, until }: z.infer<typeof Ban>): void {
    const target = this.#members.get(toHex(member));
    if (!target || this.#isFounder(target) || !reaches(by, 'moderator') || !outranks(by, target.role)) return;
    target.banned = { at: msOf(event.time), until, reason, by: event.author };
    while (target.standings.at(-1)!.from > event.time) target.standings.pop();
    target.standings.push({ from: event.time, role: null });
    if (until !== null && ticksOf(until) > event.time)
      target.standings.push({ from: ticksOf(until), role: target.role });
  }

  #lift(event: RosterEvent, by: Role, member: Uint8Array): void {
    const target = this.#members.get(toHex(member));
    if (!target?.banned || !reaches(by, 'moderator') || !outranks(by, target.role)) return;
    target.banned = null;
    while (target.standings.at(-1)!.from > event.time) target.standings.pop();
    target.standings.push({ from: event.time, role: target.role });
  }

  #rename(author: Uint8Array, handle: string): void {
    const hex = toHex(author);
    const target = this.#members.get(hex);
    if (!target) return;
    this.#handles.delete(foldHandle(target.handle));
    target.handle = this.#free(handle, hex);
  }

  /** [M6] A handle has one holder; who comes second in the order gets the end of their key behind it. */
  #free(handle: string, hex: string): string {
    const holder = this.#handles.get(foldHandle(handle));
    const free = holder === undefined || holder === hex ? handle : `${handle}-${hex.slice(0, 4)}`;
    this.#handles.set(foldHandle(free), hex);
    return free;
  }

  #isFounder(member: RosterMember): boolean {
    return compareBytes(member.key, this.#founder.key) === 0;
  }
}

function order(a: RosterEvent, b: RosterEvent): number {
  return a.time - b.time || compareBytes(a.id, b.id);
}

function foldHandle(handle: string): string {
  return handle.normalize('NFKC').toLowerCase();
}
