import type { Role } from '../../../kernel/roles.ts';
import { ledgerEvent } from '../events.ts';

type Key = Uint8Array;
type Scheduled = { version: number; height: number } | null;

/** [EV1] The events of the transactions that every ledger knows; keys are those of accounts and devices. */
export const ledgerEvents = {
  creditTransferred: ledgerEvent<{ from: Key; to: Key; amount: number; memo: string }>('credit.transferred'),
  feePaid: ledgerEvent<{ from: Key; to: Key; amount: number }>('fee.paid'),
  handleRegistered: ledgerEvent<{ account: Key; handle: string; before: string | null }>('handle.registered'),
  handleTransferred: ledgerEvent<{ from: Key; to: Key; handle: string | null }>('handle.transferred'),
  deviceAdded: ledgerEvent<{ account: Key; device: Key; name: string }>('device.added'),
  deviceRevoked: ledgerEvent<{ account: Key; device: Key }>('device.revoked'),
  deviceRotated: ledgerEvent<{ account: Key; device: Key; to: Key }>('device.rotated'),
  accountRecovered: ledgerEvent<{ account: Key; root: Key }>('account.recovered'),
  roleGranted: ledgerEvent<{
    member: Key;
    role: Role;
    before: Role | null;
    by: Key;
    /** Whether the member is a new person. */
    joined: boolean;
    handle: string | null;
  }>('role.granted'),
  roleRevoked: ledgerEvent<{ member: Key; before: Role; by: Key }>('role.revoked'),
  memberBanned: ledgerEvent<{ member: Key; reason: string; until: number | null; by: Key }>('member.banned'),
  memberLifted: ledgerEvent<{ member: Key; by: Key }>('member.lifted'),
  validatorsChanged: ledgerEvent<{ epoch: number; validators: number; quorum: number }>('validators.changed'),
  /** A version of the protocol was scheduled, or null if the schedule was cancelled, and what it replaces. */
  protocolScheduled: ledgerEvent<{ next: Scheduled; before: Scheduled }>('protocol.scheduled'),
  /** The names of the parameters that were replaced. */
  parametersChanged: ledgerEvent<{ changed: readonly string[] }>('parameters.changed'),
};
