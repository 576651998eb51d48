import { kindsOf, type LedgerKinds } from '../kinds.ts';
import { creditTransfer } from './credits.ts';
import { accountRecover, deviceAdd, deviceRevoke, deviceRotate } from './devices.ts';
import { handleRegister, handleTransfer } from './handles.ts';
import { parametersChange } from './parameters.ts';
import { protocolSchedule } from './protocol.ts';
import { memberBan, memberLift, roleGrant, roleRevoke } from './roles.ts';
import { validatorsChange } from './validators.ts';

/** The kinds that every ledger knows; features add their own. */
export const baseKinds: LedgerKinds = kindsOf(
  creditTransfer,
  handleRegister,
  handleTransfer,
  deviceAdd,
  deviceRevoke,
  deviceRotate,
  accountRecover,
  roleGrant,
  roleRevoke,
  memberBan,
  memberLift,
  validatorsChange,
  parametersChange,
  protocolSchedule,
);
