import * as z from 'zod';
import { ledgerEvents } from './events.ts';
import { outranks, ROLES, type Role } from '../../../kernel/roles.ts';
import {
  accountOf,
  isBanned,
  isFounder,
  newAccount,
  ownAccount,
  putAccount,
  standingOf,
  type Account,
} from '../accounts.ts';
import { LedgerHandle, MARKS_SINCE, PlainHandle, takeHandle } from '../handles.ts';
import { Key, Millis } from '../../types/fields.ts';
import { refuse, type Call, type LedgerKind, type ProtocolRule } from '../kinds.ts';
import { inForce } from '../protocol.ts';
import { problem } from '../../problems.ts';

const Grant = z.strictObject({ member: Key, role: z.enum(ROLES), handle: LedgerHandle.optional() });
const Revoke = z.strictObject({ member: Key });
const Ban = z.strictObject({ member: Key, reason: z.string().max(400), until: Millis.nullable() });

/** [X32] Since version 2, nobody undoes what somebody with a higher role decided. */
const ranks: ProtocolRule = { name: 'ranks of decisions', since: 2 };

/** The role with which the author decides. */
function rankOf({ account, state, block }: Call<unknown>): Role {
  return standingOf(ownAccount(state, account), block.time)!;
}

/** [X32] Refuses to replace a decision of somebody with a higher role than the author's. */
function mustNotUndo(call: Call<unknown>, rank: Role | null): void {
  const by = rankOf(call);
  if (inForce(ranks, call.block.version) && rank !== null && outranks(rank, by)) {
    throw problem('decided-by-higher', { by, rank });
  }
}

/**
 * [X32] Refuses to replace or lift a ban that is in force by a higher role. A ban from before version 2 counts with the
 * role that its author has now, as nodes have judged it.
 */
function mustNotUndoBan(call: Call<unknown>, { banned }: Account): void {
  const { state, block } = call;
  if (banned === null || !isBanned(banned, block.time)) return;
  const author = accountOf(state, banned.by);
  mustNotUndo(call, banned.rank ?? (author && standingOf(author, block.time)));
}

/** [X32] Records with which role a member's role was decided. */
function decided(call: Call<unknown>): Pick<Account, 'decided'> {
  return inForce(ranks, call.block.version) ? { decided: rankOf(call) } : {};
}

/** The member, if the author outranks them; the founder's rights cannot be changed [X17]. */
function below(call: Call<{ member: Uint8Array }>): Account {
  const { body, state } = call;
  const target = accountOf(state, body.member) ?? refuse(problem('unknown-member'));
  const by = rankOf(call);
  if (isFounder(state, body.member)) throw problem('founder');
  if (target.role !== null && !outranks(by, target.role)) {
    throw problem('outranked-by-member', { by, role: target.role });
  }
  return target;
}

function mustOutrank(call: Call<unknown>, role: Role): void {
  const by = rankOf(call);
  if (!outranks(by, role)) throw problem('outranked-by-role', { by, role });
}

/**
 * [X17] Gives a role below the author's own, to a member or to a new person, who may get a handle with it.
 */
export const roleGrant: LedgerKind<z.infer<typeof Grant>> = {
  name: 'role.grant',
  body: Grant,
  earlier: { until: MARKS_SINCE, body: Grant.extend({ handle: PlainHandle.optional() }) },
  rules: [ranks],
  leastRole: 'moderator',
  feeless: true,
  execute(call) {
    const { account, body, state, block } = call;
    const { member, role, handle } = body;
    mustOutrank(call, role);
    const known = accountOf(state, member);
    if (known) {
      const target = below(call);
      if (handle !== undefined) throw problem('has-account');
      mustNotUndo(call, target.decided ?? null);
      putAccount(state, member, { ...target, role, ...decided(call) });
    } else {
      if (handle !== undefined) takeHandle(state, handle, member);
      putAccount(state, member, { ...newAccount(member, role, block.time), handle: handle ?? null });
    }
    const facts = {
      member,
      role,
      before: known?.role ?? null,
      by: account,
      joined: !known,
      handle: handle ?? null,
    };
    return [ledgerEvents.roleGranted.of(facts)];
  },
};

/** [X18] Removes a member's role; account, handle and credits stay theirs. */
export const roleRevoke: LedgerKind<z.infer<typeof Revoke>> = {
  name: 'role.revoke',
  body: Revoke,
  rules: [ranks],
  leastRole: 'moderator',
  feeless: true,
  execute(call) {
    const target = below(call);
    const { member } = call.body;
    if (target.role === null) throw problem('no-role');
    mustNotUndo(call, target.decided ?? null);
    putAccount(call.state, member, { ...target, role: null, ...decided(call) });
    return [ledgerEvents.roleRevoked.of({ member, before: target.role, by: call.account })];
  },
};

/** [X19] Suspends every right until the ban is lifted or ends, by block time. */
export const memberBan: LedgerKind<z.infer<typeof Ban>> = {
  name: 'member.ban',
  body: Ban,
  rules: [ranks],
  leastRole: 'moderator',
  feeless: true,
  execute(call) {
    const target = below(call);
    const { member, reason, until } = call.body;
    if (until !== null && until <= call.block.time) throw problem('bad-until');
    mustNotUndoBan(call, target);
    const rank = inForce(ranks, call.block.version) ? { rank: rankOf(call) } : {};
    const banned = { at: call.block.time, until, reason, by: call.account, ...rank };
    putAccount(call.state, member, { ...target, banned });
    return [ledgerEvents.memberBanned.of({ member, reason, until, by: call.account })];
  },
};

/** [X19] */
export const memberLift: LedgerKind<z.infer<typeof Revoke>> = {
  name: 'member.lift',
  body: Revoke,
  rules: [ranks],
  leastRole: 'moderator',
  feeless: true,
  execute(call) {
    const target = below(call);
    const { member } = call.body;
    if (!isBanned(target.banned, call.block.time)) throw problem('not-banned');
    mustNotUndoBan(call, target);
    putAccount(call.state, member, { ...target, banned: null });
    return [ledgerEvents.memberLifted.of({ member, by: call.account })];
  },
};
