import { equalBytes, toHex } from '../../kernel/bytes.ts';
import { reaches, type Role } from '../../kernel/roles.ts';
import { refuse } from './kinds.ts';
import { readEntry, writeEntry, type StateDraft, type StateView } from '../types/state.ts';
import type { ValidatorSet } from '../types/validators.ts';
import { problem } from '../problems.ts';

/** [A1] What the ledger holds of one person. */
export interface Account {
  /** How many of its transactions were executed. */
  readonly nonce: number;
  /** The key that controls the account: its own, until a recovery replaces it. */
  readonly root: Uint8Array;
  readonly devices: readonly Device[];
  readonly role: Role | null;
  readonly banned: Ban | null;
  readonly handle: string | null;
  readonly credits: number;
  /** Block time of its creation. */
  readonly since: number;
  /** [X32] The role of the person who last decided about its role; absent if nobody has, since version 2. */
  readonly decided?: Role;
  /** [X31] The height of the last block with a transaction that it wrote without rights; absent if none has. */
  readonly turn?: number;
}

export interface Device {
  readonly key: Uint8Array;
  readonly name: string;
  readonly since: number;
}

export interface Ban {
  readonly at: number;
  readonly until: number | null;
  readonly reason: string;
  readonly by: Uint8Array;
  /** [X32] The role of `by` when they decided; absent in a ban from before version 2. */
  readonly rank?: Role;
}

const FOUNDER = 'ledger/founder';
const VALIDATORS = 'ledger/validators';
export const ACCOUNTS = 'account/';

export function accountOf(state: StateView, key: Uint8Array): Account | null {
  return readEntry<Account>(state, ACCOUNTS + toHex(key));
}

export function putAccount(state: StateDraft, key: Uint8Array, account: Account): void {
  writeEntry(state, ACCOUNTS + toHex(key), account);
}

/** The account of a transaction's author, which execution has checked to exist. */
export function ownAccount(state: StateView, key: Uint8Array): Account {
  return accountOf(state, key) ?? refuse(problem('unknown-account'));
}

/** [A2] A new account has only a role. */
export function newAccount(key: Uint8Array, role: Role, since: number): Account {
  return { nonce: 0, root: key, devices: [], role, banned: null, handle: null, credits: 0, since };
}

/** [A4] Whether a key may sign for an account: its root, or one of its devices. */
export function maySign(account: Account, key: Uint8Array): boolean {
  return equalBytes(account.root, key) || account.devices.some((device) => equalBytes(device.key, key));
}

/** [A5] An account's rights at a time: its role, or none while a ban is in force. */
export function standingOf({ role, banned }: Account, time: number): Role | null {
  return isBanned(banned, time) ? null : role;
}

export function isBanned(ban: Ban | null, time: number): boolean {
  return ban !== null && (ban.until === null || ban.until > time);
}

export function mustReach(role: Role | null, least: Role): void {
  if (!reaches(role, least)) throw problem('out-of-role', { role: least });
}

export function isFounder(state: StateView, key: Uint8Array): boolean {
  return equalBytes(founderOf(state), key);
}

/** The key of the founder's account. */
export function founderOf(state: StateView): Uint8Array {
  const founder = state.get(FOUNDER);
  if (!founder) throw new Error('the state has no founder');
  return founder;
}

export function writeFounder(state: StateDraft, key: Uint8Array): void {
  state.set(FOUNDER, key);
}

/** The validator set in force after the blocks so far. */
export function setOf(state: StateView): ValidatorSet {
  const set = readEntry<ValidatorSet>(state, VALIDATORS);
  if (!set) throw new Error('the state has no validators');
  return set;
}

export function writeSet(state: StateDraft, set: ValidatorSet): void {
  writeEntry(state, VALIDATORS, set);
}
