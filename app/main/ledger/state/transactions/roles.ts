import * as z from 'zod';
import { ledgerEvents } from './events.ts';
import { outranks, ROLES, type Role } from '../../../kernel/roles.ts';
import {
  accountOf,
  isBanned,
  isFounder,
  LedgerHandle,
  newAccount,
  ownAccount,
  putAccount,
  standingOf,
  takeHandle,
  type Account,
} from '../accounts.ts';
import { Key, Millis } from '../../types/fields.ts';
import { refuse, type Call, type LedgerKind } from '../kinds.ts';
import { problem } from '../../problems.ts';

const Grant = z.strictObject({ member: Key, role: z.enum(ROLES), handle: LedgerHandle.optional() });
const Revoke = z.strictObject({ member: Key });
const Ban = z.strictObject({ member: Key, reason: z.string().max(400), until: Millis.nullable() });

/** The member, if the author outranks them; the founder's rights cannot be changed [X17]. */
function below({ account, body, state, block }: Call<{ member: Uint8Array }>): Account {
  const target = accountOf(state, body.member) ?? refuse(problem('unknown-member'));
  const by = standingOf(ownAccount(state, account), block.time)!;
  if (isFounder(state, body.member)) throw problem('founder');
  if (target.role !== null && !outranks(by, target.role)) {
    throw problem('outranked-by-member', { by, role: target.role });
  }
  return target;
}

function mustOutrank(call: Call<unknown>, role: Role): void {
  const by = standingOf(ownAccount(call.state, call.account), call.block.time)!;
  if (!outranks(by, role)) throw problem('outranked-by-role', { by, role });
}

/**
 * [X17] Gives a role below the author's own, to a member or to a new person, who may get a handle with it.
 */
export const roleGrant: LedgerKind<z.infer<typeof Grant>> = {
  name: 'role.grant',
  body: Grant,
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
      putAccount(state, member, { ...target, role });
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
  leastRole: 'moderator',
  feeless: true,
  execute(call) {
    const target = below(call);
    const { member } = call.body;
    if (target.role === null) throw problem('no-role');
    putAccount(call.state, member, { ...target, role: null });
    return [ledgerEvents.roleRevoked.of({ member, before: target.role, by: call.account })];
  },
};

/** [X19] Suspends every right until the ban is lifted or ends, by block time. */
export const memberBan: LedgerKind<z.infer<typeof Ban>> = {
  name: 'member.ban',
  body: Ban,
  leastRole: 'moderator',
  feeless: true,
  execute(call) {
    const target = below(call);
    const { member, reason, until } = call.body;
    if (until !== null && until <= call.block.time) throw problem('bad-until');
    const banned = { at: call.block.time, until, reason, by: call.account };
    putAccount(call.state, member, { ...target, banned });
    return [ledgerEvents.memberBanned.of({ member, reason, until, by: call.account })];
  },
};

/** [X19] */
export const memberLift: LedgerKind<z.infer<typeof Revoke>> = {
  name: 'member.lift',
  body: Revoke,
  leastRole: 'moderator',
  feeless: true,
  execute(call) {
    const target = below(call);
    const { member } = call.body;
    if (!isBanned(target.banned, call.block.time)) throw problem('not-banned');
    putAccount(call.state, member, { ...target, banned: null });
    return [ledgerEvents.memberLifted.of({ member, by: call.account })];
  },
};
