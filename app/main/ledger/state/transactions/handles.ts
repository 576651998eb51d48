import * as z from 'zod';
import { ledgerEvents } from './events.ts';
import { equalBytes } from '../../../kernel/bytes.ts';
import { accountOf, ownAccount, putAccount } from '../accounts.ts';
import { freeHandle, holderOf, LedgerHandle, MARKS_SINCE, PlainHandle, takeHandle } from '../handles.ts';
import { Key } from '../../types/fields.ts';
import { refuse, type LedgerKind } from '../kinds.ts';
import { problem } from '../../problems.ts';

const Register = z.strictObject({ handle: LedgerHandle });
const Transfer = z.strictObject({ handle: LedgerHandle, to: Key });

/** [X11] An account takes a free handle; the one it had becomes free. */
export const handleRegister: LedgerKind<z.infer<typeof Register>> = {
  name: 'handle.register',
  body: Register,
  earlier: { until: MARKS_SINCE, body: Register.extend({ handle: PlainHandle }) },
  leastRole: 'guest',
  execute({ account, body: { handle }, state }) {
    const own = ownAccount(state, account);
    if (own.handle === handle) throw problem('same-handle');
    if (own.handle !== null) freeHandle(state, own.handle);
    takeHandle(state, handle, account);
    putAccount(state, account, { ...own, handle });
    return [ledgerEvents.handleRegistered.of({ account, handle, before: own.handle })];
  },
};

/** [X12] Only its holder transfers a handle, to an account that has none. */
export const handleTransfer: LedgerKind<z.infer<typeof Transfer>> = {
  name: 'handle.transfer',
  body: Transfer,
  earlier: { until: MARKS_SINCE, body: Transfer.extend({ handle: PlainHandle }) },
  leastRole: null,
  withoutRights: true,
  execute({ account, body: { handle, to }, state }) {
    const holder = holderOf(state, handle);
    if (!holder || !equalBytes(holder, account)) throw problem('not-your-handle');
    const receiver = accountOf(state, to) ?? refuse(problem('unknown-recipient'));
    if (receiver.handle !== null) throw problem('has-handle');
    const own = ownAccount(state, account);
    freeHandle(state, handle);
    takeHandle(state, own.handle!, to);
    putAccount(state, account, { ...own, handle: null });
    putAccount(state, to, { ...receiver, handle: own.handle });
    return [ledgerEvents.handleTransferred.of({ from: account, to, handle: own.handle })];
  },
};
