import * as z from 'zod';
import { ledgerEvents } from './events.ts';
import { concatBytes, equalBytes, utf8 } from '../../../kernel/bytes.ts';
import { maySign, ownAccount, putAccount, type Account } from '../accounts.ts';
import { bytesOf, Key } from '../../types/fields.ts';
import { refuse, type LedgerKind } from '../kinds.ts';
import type { SignatureCheck } from '../../../kernel/signer.ts';
import { problem } from '../../problems.ts';

/** [A3] The maximum number of devices of one account. */
const MAX_DEVICES = 16;

const Name = z.string().min(1).max(40);
const Add = z.strictObject({ device: Key, name: Name });
const Revoke = z.strictObject({ device: Key });
const Rotate = z.strictObject({ device: Key, to: Key });
const Recover = z.strictObject({ root: Key, proof: bytesOf(64) });

function without(account: Account, device: Uint8Array) {
  const left = account.devices.filter(({ key }) => !equalBytes(key, device));
  if (left.length === account.devices.length) throw problem('unknown-device');
  return left;
}

/** [X13] The root or a device lets another key sign for the account. */
export const deviceAdd: LedgerKind<z.infer<typeof Add>> = {
  name: 'device.add',
  body: Add,
  leastRole: null,
  execute({ account, body: { device, name }, state, block }) {
    const own = ownAccount(state, account);
    if (maySign(own, device) || equalBytes(device, account)) throw problem('known-device');
    if (own.devices.length >= MAX_DEVICES) {
      throw problem('too-many-devices', { most: MAX_DEVICES });
    }
    const devices = [...own.devices, { key: device, name, since: block.time }];
    putAccount(state, account, { ...own, devices });
    return [ledgerEvents.deviceAdded.of({ account, device, name })];
  },
};

/** [X14] From the next transaction on, the device no longer signs for the account. */
export const deviceRevoke: LedgerKind<z.infer<typeof Revoke>> = {
  name: 'device.revoke',
  body: Revoke,
  leastRole: null,
  withoutRights: true,
  feeless: true,
  execute({ account, body: { device }, state }) {
    const own = ownAccount(state, account);
    putAccount(state, account, { ...own, devices: without(own, device) });
    return [ledgerEvents.deviceRevoked.of({ account, device })];
  },
};

/** [X15] Replaces a device's key; a device can do this only for itself, the root for any device. */
export const deviceRotate: LedgerKind<z.infer<typeof Rotate>> = {
  name: 'device.rotate',
  body: Rotate,
  leastRole: null,
  execute({ account, signer, body: { device, to }, state, block }) {
    const own = ownAccount(state, account);
    if (!equalBytes(signer, own.root) && !equalBytes(signer, device)) {
      throw problem('not-your-device');
    }
    if (maySign(own, to) || equalBytes(to, account)) throw problem('known-device');
    const { name } =
      own.devices.find(({ key }) => equalBytes(key, device)) ?? refuse(problem('unknown-device'));
    const devices = [...without(own, device), { key: to, name, since: block.time }];
    putAccount(state, account, { ...own, devices });
    return [ledgerEvents.deviceRotated.of({ account, device, to })];
  },
};

const RECOVERY_PREFIX = utf8('impulse/recover/1\0');

/** The message that the new root key signs, to prove that it exists and is meant for this account. */
export function recoveryMessage(community: Uint8Array, account: Uint8Array): Uint8Array {
  return concatBytes(RECOVERY_PREFIX, community, account);
}

/** [X16] The root key, and no other, replaces itself, which revokes every device. */
export const accountRecover: LedgerKind<z.infer<typeof Recover>> = {
  name: 'account.recover',
  body: Recover,
  leastRole: null,
  withoutRights: true,
  feeless: true,
  checks: ({ account, body: { root, proof }, community }): SignatureCheck[] => [
    { publicKey: root, message: recoveryMessage(community, account), signature: proof },
  ],
  execute({ account, signer, body: { root }, state }) {
    const own = ownAccount(state, account);
    if (!equalBytes(signer, own.root)) {
      throw problem('not-root');
    }
    if (maySign(own, root)) throw problem('known-device');
    putAccount(state, account, { ...own, root, devices: [] });
    return [ledgerEvents.accountRecovered.of({ account, root })];
  },
};
