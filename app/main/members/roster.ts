import { equalBytes, toHex } from '../kernel/bytes.ts';
import { msOf, ticksOf } from '../kernel/hybrid-time.ts';
import type { Role } from '../kernel/roles.ts';
import type { Account, PeopleChange } from '../ledger/index.ts';
import type { Authority } from '../log/kinds.ts';
import { SigningKeys } from './signing-keys.ts';
import { HandleIndex } from './handle-index.ts';

export interface MemberRights {
  /** In ticks. */
  readonly from: number;
  /** Null while banned or without a role. */
  readonly role: Role | null;
}

export interface RosterMember {
  readonly key: Uint8Array;
  handle: string | null;
  /** The block in which they got the handle, 0 for the genesis document; null if that block is not here. */
  handleBlock: number | null;
  /** The role granted, also during a ban; null once it was taken. */
  role: Role | null;
  readonly joinedAt: number;
  invitedBy: Uint8Array | null;
  banned: { at: number; until: number | null; reason: string; by: Uint8Array } | null;
  /** Ascending by time. */
  readonly rightsHistory: MemberRights[];
}

export interface Founder {
  readonly key: Uint8Array;
  readonly handle: string;
  /** Ticks of the genesis. */
  readonly time: number;
}

/** The holder who got their handle first: by its block, which is old if it is not here, then by the date of joining. */
function isBefore(one: RosterMember, other: RosterMember): boolean {
  const [block, others] = [one.handleBlock ?? 0, other.handleBlock ?? 0];
  return block === others ? one.joinedAt < other.joinedAt : block < others;
}

/** Members, roles and bans as a pure fold over final blocks [M1]. */
export class Roster implements Authority {
  readonly #founder: Founder;
  readonly #members = new Map<string, RosterMember>();
  readonly #handles = new HandleIndex();
  readonly #keys = new SigningKeys();

  constructor(founder: Founder) {
    this.#founder = founder;
    this.reset();
  }

  /** Resets to the genesis document. */
  reset(): void {
    const { key, handle, time } = this.#founder;
    this.#clear();
    const member = this.#add(key, 'sysop', msOf(time), null);
    member.handleBlock = 0;
    this.#name(member, handle);
  }

  /** [M8] Begins with the accounts of a state instead. */
  begin(accounts: readonly { readonly key: Uint8Array; readonly account: Account }[]): void {
    this.#clear();
    for (const { key, account } of accounts) {
      const { role, since, handle, banned, root, devices } = account;
      const member = this.#add(key, role, since, null);
      if (handle !== null) this.#name(member, handle);
      if (banned) {
        member.banned = { ...banned };
        this.#stand(member, banned.at);
      }
      const hex = toHex(key);
      if (!equalBytes(root, key)) {
        this.#keys.end(key, hex, ticksOf(since));
        this.#keys.begin(root, hex, ticksOf(since));
      }
      for (const device of devices) this.#keys.begin(device.key, hex, ticksOf(device.since));
    }
  }

  /**
   * Applies the next transaction of the chain.
   * @returns the keys whose rights differ from the block's time on.
   */
  apply(change: PeopleChange): Uint8Array[] {
    switch (change.kind) {
      case 'role.grant':
        return this.#grant(change, change.body as { member: Uint8Array; role: Role; handle?: string });
      case 'role.revoke':
        return this.#change(change, (member) => (member.role = null));
      case 'member.ban': {
        const { reason, until } = change.body as { reason: string; until: number | null };
        const banned = { at: change.time, until, reason, by: change.account };
        return this.#change(change, (member) => (member.banned = banned));
      }
      case 'member.lift':
        return this.#change(change, (member) => (member.banned = null));
      case 'handle.register':
        return this.#register(change, change.account, (change.body as { handle: string }).handle);
      case 'handle.transfer': {
        const { to, handle } = change.body as { to: Uint8Array; handle: string };
        return this.#transfer(change, to, handle);
      }
      default:
        return this.#changeKeys(change);
    }
  }

  members(): RosterMember[] {
    return [...this.#members.values()];
  }

  /** The account that a key speaks for, or spoke for last. */
  member(key: Uint8Array): RosterMember | null {
    const account = this.#keys.lastAccountOf(toHex(key));
    return account === null ? null : (this.#members.get(account) ?? null);
  }

  /** Who holds a handle [M6]. */
  holderOf(handle: string): RosterMember | null {
    const key = this.#handles.holderOf(handle);
    return key === undefined ? null : (this.#members.get(key) ?? null);
  }

  /**
   * [M13] The holder of an earlier handle that can be taken for this one, other than the account `holder`; null if it stands
   * alone or `holder` had theirs before.
   */
  resembled(handle: string, holder: Uint8Array | null): RosterMember | null {
    const own = holder && toHex(holder);
    let first: RosterMember | null = null;
    for (const key of this.#handles.resembling(handle)) {
      const member = this.#members.get(key);
      if (member && (first === null || isBefore(member, first))) first = member;
    }
    return first === null || toHex(first.key) === own ? null : first;
  }

  knows(author: Uint8Array): boolean {
    return this.#keys.lastAccountOf(toHex(author)) !== null;
  }

  /** Every key that ever spoke for a member. */
  keysOf(key: Uint8Array): Uint8Array[] {
    return this.#keys.keysOf(toHex(key));
  }

  roleAt(author: Uint8Array, time: number): Role | null {
    const account = this.#keys.accountAt(toHex(author), time);
    const rightsHistory = account === null ? undefined : this.#members.get(account)?.rightsHistory;
    if (!rightsHistory) return null;
    for (let index = rightsHistory.length - 1; index >= 0; index--) {
      if (rightsHistory[index]!.from <= time) return rightsHistory[index]!.role;
    }
    return null;
  }

  #clear(): void {
    this.#members.clear();
    this.#handles.clear();
    this.#keys.clear();
  }

  #add(key: Uint8Array, role: Role | null, joinedAt: number, invitedBy: Uint8Array | null): RosterMember {
    const hex = toHex(key);
    const from = ticksOf(joinedAt);
    const member: RosterMember = {
      key,
      handle: null,
      handleBlock: null,
      role,
      joinedAt,
      invitedBy,
      banned: null,
      rightsHistory: [{ from, role }],
    };
    this.#members.set(hex, member);
    this.#keys.begin(key, hex, from);
    return member;
  }

  /** [M3] The first grant makes a member, a further one changes the role. */
  #grant(
    change: PeopleChange,
    { member: key, role, handle }: { member: Uint8Array; role: Role; handle?: string },
  ) {
    const { account, time, height } = change;
    const known = this.#members.get(toHex(key));
    if (!known) {
      const member = this.#add(key, role, time, account);
      if (handle === undefined) return [key];
      member.handleBlock = height;
      this.#name(member, handle);
      return [key];
    }
    // [M8] Known from the state already; this transaction is the cause.
    if (known.joinedAt === time && !equalBytes(key, this.#founder.key)) known.invitedBy ??= account;
    return this.#change(change, (member) => (member.role = role));
  }

  #change({ body, time }: PeopleChange, change: (member: RosterMember) => void): Uint8Array[] {
    const hex = toHex((body as { member: Uint8Array }).member);
    const member = this.#members.get(hex);
    if (!member) return [];
    change(member);
    this.#stand(member, time);
    return this.#keys.keysOf(hex);
  }

  /** [M2] [M4] What a member may do from a time on, and after a ban with an end. */
  #stand({ role, banned, rightsHistory }: RosterMember, time: number): void {
    const from = ticksOf(time);
    while (rightsHistory.length > 0 && rightsHistory.at(-1)!.from >= from) rightsHistory.pop();
    const inForce = banned !== null && banned.at <= time && (banned.until === null || banned.until > time);
    rightsHistory.push({ from, role: inForce ? null : role });
    if (inForce && banned.until !== null) rightsHistory.push({ from: ticksOf(banned.until), role });
  }

  #register({ height }: PeopleChange, key: Uint8Array, handle: string): Uint8Array[] {
    const member = this.#members.get(toHex(key));
    if (!member) return [];
    if (member.handle !== null) this.#handles.remove(member.handle, toHex(member.key));
    member.handleBlock = height;
    this.#name(member, handle);
    return [];
  }

  #transfer(change: PeopleChange, to: Uint8Array, handle: string): Uint8Array[] {
    const giver = this.#members.get(toHex(change.account));
    const given = giver?.handle ?? handle;
    if (giver) {
      this.#handles.remove(given, toHex(giver.key));
      giver.handle = null;
      giver.handleBlock = null;
    }
    return this.#register(change, to, given);
  }

  #name(member: RosterMember, handle: string): void {
    member.handle = handle;
    this.#handles.add(handle, toHex(member.key));
  }

  /** [M7] */
  #changeKeys({ account, kind, body, time }: PeopleChange): Uint8Array[] {
    const hex = toHex(account);
    const at = ticksOf(time);
    const { device, to, root } = body as { device: Uint8Array; to: Uint8Array; root: Uint8Array };
    switch (kind) {
      case 'device.add':
        this.#keys.begin(device, hex, at);
        return [device];
      case 'device.revoke':
        this.#keys.end(device, hex, at);
        return [device];
      case 'device.rotate':
        this.#keys.end(device, hex, at);
        this.#keys.begin(to, hex, at);
        return [device, to];
      case 'account.recover': {
        const keys = this.#keys.keysOf(hex);
        for (const key of keys) this.#keys.end(key, hex, at);
        this.#keys.begin(root, hex, at);
        return [...keys, root];
      }
      default:
        return [];
    }
  }
}
