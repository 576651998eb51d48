import * as z from 'zod';
import { ledgerEvents } from './events.ts';
import { equalBytes } from '../../../kernel/bytes.ts';
import { accountOf, ownAccount, putAccount } from '../accounts.ts';
import { Key } from '../../types/fields.ts';
import type { LedgerKind } from '../kinds.ts';
import { problem } from '../../problems.ts';

const Transfer = z.strictObject({ to: Key, amount: z.int().positive(), memo: z.string().max(140) });

/** [X10] Moves credits from one account to another that exists; nobody can give more than they have. */
export const creditTransfer: LedgerKind<z.infer<typeof Transfer>> = {
  name: 'credit.transfer',
  body: Transfer,
  leastRole: null,
  withoutRights: true,
  execute({ account, body: { to, amount, memo }, state }) {
    const from = ownAccount(state, account);
    if (equalBytes(to, account)) throw problem('self-transfer');
    const receiver = accountOf(state, to);
    if (!receiver) {
      throw problem('unknown-recipient');
    }
    if (from.credits < amount) {
      throw problem('overspend', { credits: from.credits, amount });
    }
    putAccount(state, account, { ...from, credits: from.credits - amount });
    putAccount(state, to, { ...receiver, credits: receiver.credits + amount });
    return [ledgerEvents.creditTransferred.of({ from: account, to, amount, memo })];
  },
};
