import * as z from 'zod';
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

/**
 * [A6] Letters and digits of scripts that have long been in Unicode, so that nodes whose runtimes have
 * different Unicode versions decide alike; between them blanks, dots, hyphens and underscores.
 */
const LETTER =
  '[0-9A-Za-z\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u024f\\u0386-\\u03ce\\u0400-\\u0481\\u048a-\\u0513\\u0531-\\u0556\\u0561-\\u0587\\u05d0-\\u05ea\\u0621-\\u064a\\u0660-\\u0669\\u0904-\\u0939\\u0966-\\u096f\\u0e01-\\u0e30\\u10d0-\\u10f0\\u1e00-\\u1e9b\\u1ea0-\\u1ef9\\u3041-\\u3096\\u30a1-\\u30fa\\u4e00-\\u9fa5\\uac00-\\ud7a3]';
const HANDLE = new RegExp(`^${LETTER}(?:(?:${LETTER}|[ ._-]){0,30}${LETTER})?$`, 'u');

export const LedgerHandle = z.string().min(2).max(32).regex(HANDLE);

/** [A7] Handles are compared regardless of case and width. */
export function foldHandle(handle: string): string {
  return handle.normalize('NFKC').toLowerCase();
}

function handleEntry(handle: string): string {
  return `handle/${foldHandle(handle)}`;
}

/** The key of the account that holds a handle. */
export function holderOf(state: StateView, handle: string): Uint8Array | null {
  return state.get(handleEntry(handle));
}

/** [A7] Gives a handle to an account; refuses with `handle-taken` if another account holds it. */
export function takeHandle(state: StateDraft, handle: string, key: Uint8Array): void {
  const holder = holderOf(state, handle);
  if (holder && !equalBytes(holder, key)) {
    throw problem('handle-taken', { handle });
  }
  state.set(handleEntry(handle), key);
}

export function freeHandle(state: StateDraft, handle: string): void {
  state.set(handleEntry(handle), null);
}
