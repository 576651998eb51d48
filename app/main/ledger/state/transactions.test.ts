import * as fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { equalBytes, toHex } from '../../kernel/bytes.ts';
import { blsSignerOf, blst } from '../../platform/bls/blst.ts';
import { accountOf, setOf, type Account } from './accounts.ts';
import { holderOf } from './handles.ts';
import { decodeCanonical, encodeCanonical } from '../../kernel/canonical.ts';
import type { StateStore } from './state-store.ts';
import { readEntry } from '../types/state.ts';
import { TestLedger, type Person } from '../test-ledger.ts';
import { sealTransaction } from '../types/transaction.ts';
import { recoveryMessage } from './transactions/devices.ts';
import { makeValidatorSet } from '../types/validators.ts';

let ledger: TestLedger;
let mara: Person;
let odin: Person;
let thor: Person;

beforeEach(async () => {
  ledger = new TestLedger();
  mara = ledger.founder;
  odin = ledger.person('odin');
  thor = ledger.person('thor');
  await ledger.act(mara, 'role.grant', { member: odin.key, role: 'moderator', handle: 'Odin' });
});

const account = (person: Person): Account => accountOf(ledger.chain.state, person.key)!;
const root = () => toHex(ledger.chain.base.stateRoot);

/** A refusal changes nothing: neither state nor tip. */
async function refused(
  by: Person,
  kind: string,
  body: unknown,
  code: string,
  device?: Person,
): Promise<void> {
  const before = root();
  expect(await ledger.refusal(by, kind, body, device)).toBe(code);
  expect(root()).toBe(before);
}

describe('accounts', () => {
  test('[A1] an account has the fields of the rule, from the block of its creation on', async () => {
    expect(account(odin)).toEqual({
      nonce: 0,
      root: odin.key,
      devices: [],
      role: 'moderator',
      banned: null,
      handle: 'Odin',
      credits: 0,
      since: ledger.chain.base.time,
    });
  });

  test('[A1] the key of an account identifies it for good, even after a recovery', async () => {
    const { since } = account(odin);
    const fresh = ledger.person('fresh');
    const proof = fresh.signer.sign(recoveryMessage(ledger.origin.id, odin.key));
    await ledger.act(odin, 'account.recover', { root: fresh.key, proof });
    expect(account(odin)).toMatchObject({ root: fresh.key, handle: 'Odin', since });
    expect(accountOf(ledger.chain.state, fresh.key)).toBeNull();
  });

  test('[E2] keys of the state have the form noun/name, and values are canonical or bare keys', () => {
    const entries = (ledger.chain.state as StateStore).entriesBetween(new Uint8Array(), null);
    expect(entries.length).toBeGreaterThan(4);
    for (const { key, value } of entries) {
      expect(key).toMatch(/^[a-z]+\/.+$/);
      if (value.length !== 32) expect(toHex(encodeCanonical(decodeCanonical(value)))).toBe(toHex(value));
    }
  });
});

describe('handles', () => {
  test('[X11] a free handle is taken, and the previous one becomes free', async () => {
    await ledger.act(odin, 'handle.register', { handle: 'Wotan' });
    expect(account(odin).handle).toBe('Wotan');
    expect(holderOf(ledger.chain.state, 'odin')).toBeNull();
    expect(equalBytes(holderOf(ledger.chain.state, 'WOTAN')!, odin.key)).toBe(true);
  });

  test('[A7] a handle that differs only in case is taken', async () => {
    await refused(odin, 'handle.register', { handle: 'mARA' }, 'handle-taken');
    await refused(odin, 'handle.register', { handle: 'Odin' }, 'same-handle');
  });

  test('[X11] members may change the spelling of their own handle', async () => {
    await ledger.act(odin, 'handle.register', { handle: 'ODIN' });
    expect(account(odin).handle).toBe('ODIN');
    expect(equalBytes(holderOf(ledger.chain.state, 'odin')!, odin.key)).toBe(true);
  });

  test.each(['x', ' odin', 'od\u0000in', 'odin\u202e', '-', 'a'.repeat(33), 'od😀in'])(
    '[A6] %j is no handle',
    async (handle) => {
      await refused(odin, 'handle.register', { handle }, 'bad-body');
    },
  );

  test('[X12] a handle goes to an account without one, and only from its holder', async () => {
    await ledger.act(mara, 'role.grant', { member: thor.key, role: 'member' });
    await refused(mara, 'handle.transfer', { handle: 'Odin', to: thor.key }, 'not-your-handle');
    await refused(odin, 'handle.transfer', { handle: 'Odin', to: mara.key }, 'has-handle');
    await refused(
      odin,
      'handle.transfer',
      { handle: 'Odin', to: ledger.person('x').key },
      'unknown-recipient',
    );
    await ledger.act(odin, 'handle.transfer', { handle: 'odin', to: thor.key });
    expect([account(odin).handle, account(thor).handle]).toEqual([null, 'Odin']);
  });
});

describe('credits', () => {
  test('[X10] no one can give more than they have, to themselves, or to an unknown account', async () => {
    await refused(mara, 'credit.transfer', { to: odin.key, amount: 1001, memo: '' }, 'overspend');
    await refused(mara, 'credit.transfer', { to: mara.key, amount: 1, memo: '' }, 'self-transfer');
    await refused(mara, 'credit.transfer', { to: thor.key, amount: 1, memo: '' }, 'unknown-recipient');
    for (const amount of [0, -1, 0.5, 2 ** 53]) {
      await refused(mara, 'credit.transfer', { to: odin.key, amount, memo: '' }, 'bad-body');
    }
    await ledger.act(mara, 'credit.transfer', { to: odin.key, amount: 1000, memo: 'all' });
    expect([account(mara).credits, account(odin).credits]).toEqual([0, 1000]);
  });

  test('[X8] [X10] banned members can still give away their credits', async () => {
    await ledger.act(mara, 'credit.transfer', { to: odin.key, amount: 5, memo: '' });
    await ledger.act(mara, 'member.ban', { member: odin.key, reason: 'spam', until: null });
    await refused(odin, 'handle.register', { handle: 'Wotan' }, 'out-of-role');
    await ledger.act(odin, 'credit.transfer', { to: mara.key, amount: 5, memo: '' });
    expect(account(mara).credits).toBe(1000);
  });
});

describe('roles and bans', () => {
  test('[A2] [X17] members give roles below their own, to members below them', async () => {
    await ledger.act(odin, 'role.grant', { member: thor.key, role: 'member', handle: 'Thor' });
    expect(account(thor)).toMatchObject({ role: 'member', handle: 'Thor', credits: 0, nonce: 0 });
    await refused(odin, 'role.grant', { member: thor.key, role: 'moderator' }, 'outranked');
    await refused(odin, 'role.grant', { member: mara.key, role: 'guest' }, 'founder');
    await refused(thor, 'role.grant', { member: ledger.person('x').key, role: 'guest' }, 'out-of-role');
    await refused(
      odin,
      'role.grant',
      { member: thor.key, role: 'guest', handle: 'T' + 'hor2' },
      'has-account',
    );
    await refused(
      odin,
      'role.grant',
      { member: ledger.person('x').key, role: 'guest', handle: 'Mara' },
      'handle-taken',
    );
    await ledger.act(mara, 'role.grant', { member: thor.key, role: 'co-sysop' });
    await refused(odin, 'role.grant', { member: thor.key, role: 'guest' }, 'outranked');
  });

  test('[X18] a member who loses their role keeps account, handle and credits', async () => {
    await refused(odin, 'role.revoke', { member: thor.key }, 'unknown-member');
    await refused(odin, 'role.revoke', { member: mara.key }, 'founder');
    await ledger.act(mara, 'role.revoke', { member: odin.key });
    expect(account(odin)).toMatchObject({ role: null, handle: 'Odin' });
    await refused(mara, 'role.revoke', { member: odin.key }, 'no-role');
    await refused(odin, 'handle.register', { handle: 'Wotan' }, 'out-of-role');
  });

  test('[A5] [X19] a ban ends by block time or when it is lifted', async () => {
    await refused(
      mara,
      'member.ban',
      { member: odin.key, reason: '', until: ledger.clock.now() },
      'bad-until',
    );
    await refused(mara, 'member.lift', { member: odin.key }, 'not-banned');
    await ledger.act(mara, 'member.ban', {
      member: odin.key,
      reason: '',
      until: ledger.clock.now() + 60_000,
    });
    await refused(odin, 'role.grant', { member: thor.key, role: 'guest' }, 'out-of-role');
    await ledger.clock.pass(61_000);
    await ledger.act(odin, 'role.grant', { member: thor.key, role: 'guest' });
    await refused(mara, 'member.lift', { member: odin.key }, 'not-banned');
    await ledger.act(odin, 'member.ban', { member: thor.key, reason: 'x', until: null });
    await ledger.act(odin, 'member.lift', { member: thor.key });
    expect(account(thor).banned).toBeNull();
    await refused(odin, 'member.ban', { member: mara.key, reason: '', until: null }, 'founder');
  });
});

describe('devices', () => {
  test('[A4] [X13] [X14] a device signs for the account until it is revoked', async () => {
    await refused(odin, 'handle.register', { handle: 'Wotan' }, 'unknown-signer', thor);
    await ledger.act(odin, 'device.add', { device: thor.key, name: 'phone' });
    await refused(odin, 'device.add', { device: thor.key, name: 'again' }, 'known-device');
    await ledger.act(odin, 'handle.register', { handle: 'Wotan' }, thor);
    expect(account(odin).handle).toBe('Wotan');
    await ledger.act(odin, 'device.revoke', { device: thor.key });
    await refused(odin, 'device.revoke', { device: thor.key }, 'unknown-device');
    await refused(odin, 'handle.register', { handle: 'Odin' }, 'unknown-signer', thor);
  });

  test('[X15] a device changes its own key and no other’s', async () => {
    const [phone, tablet, next] = [ledger.person('phone'), ledger.person('tablet'), ledger.person('next')];
    await ledger.act(odin, 'device.add', { device: phone.key, name: 'phone' });
    await ledger.act(odin, 'device.add', { device: tablet.key, name: 'tablet' });
    await refused(odin, 'device.rotate', { device: tablet.key, to: next.key }, 'not-your-device', phone);
    await refused(odin, 'device.rotate', { device: phone.key, to: tablet.key }, 'known-device', phone);
    await refused(odin, 'device.rotate', { device: thor.key, to: next.key }, 'unknown-device');
    await ledger.act(odin, 'device.rotate', { device: phone.key, to: next.key }, phone);
    await refused(odin, 'handle.register', { handle: 'Wotan' }, 'unknown-signer', phone);
    await ledger.act(odin, 'handle.register', { handle: 'Wotan' }, next);
  });

  test('[A3] [X13] an account has at most 16 devices', async () => {
    for (let n = 0; n < 16; n++) {
      await ledger.act(odin, 'device.add', { device: ledger.person(`d${n}`).key, name: `d${n}` });
    }
    await refused(odin, 'device.add', { device: thor.key, name: 'one more' }, 'too-many-devices');
  });

  test('[X16] the root key recovers the account: there is another root, and no earlier device signs any more', async () => {
    const fresh = ledger.person('fresh');
    const proof = fresh.signer.sign(recoveryMessage(ledger.origin.id, odin.key));
    await ledger.act(odin, 'device.add', { device: thor.key, name: 'lost' });
    await refused(odin, 'account.recover', { root: fresh.key, proof }, 'not-root', thor);
    const forged = thor.signer.sign(recoveryMessage(ledger.origin.id, odin.key));
    await refused(odin, 'account.recover', { root: fresh.key, proof: forged }, 'bad-signature');
    await ledger.act(odin, 'account.recover', { root: fresh.key, proof });
    await refused(odin, 'handle.register', { handle: 'Wotan' }, 'unknown-signer', thor);
    await refused(odin, 'handle.register', { handle: 'Wotan' }, 'unknown-signer');
    await ledger.act(odin, 'handle.register', { handle: 'Wotan' }, fresh);
    expect(account(odin).handle).toBe('Wotan');
  });
});

describe('validators and parameters', () => {
  test('[X20] only a quorum of the set in force can change it', async () => {
    ledger = new TestLedger({ validators: 4, bls: blst, blsSigner: blsSignerOf });
    mara = ledger.founder;
    const [, b, c, d] = ledger.people as [Person, Person, Person, Person];
    const fifth = ledger.person('fifth');
    const all = [...ledger.people, fifth];
    await refused(mara, 'validators.change', ledger.change(all, [mara, b]), 'short-certificate');
    const good = ledger.change(all, [mara, b, c]);
    await refused(
      mara,
      'validators.change',
      { ...good, signature: ledger.change(all, [mara, b, d]).signature },
      'bad-certificate',
    );
    await refused(
      mara,
      'validators.change',
      { ...good, set: ledger.change([...ledger.people]).set },
      'bad-certificate',
    );
    await refused(mara, 'validators.change', { ...good, bitmap: Uint8Array.of(0b10111) }, 'bad-bitmap');
    await refused(mara, 'validators.change', { ...good, bitmap: Uint8Array.of(0b111, 0) }, 'bad-bitmap');
    await refused(mara, 'validators.change', { ...good, set: { ...good.set, epoch: 2 } }, 'stale-set');
    await refused(
      mara,
      'validators.change',
      { ...good, set: { ...good.set, model: 'crash' } },
      'model-fixed',
    );
    await refused(mara, 'validators.change', { ...good, set: { ...good.set, quorum: 3 } }, 'bad-body');
    await ledger.act(mara, 'validators.change', good);
    expect(setOf(ledger.chain.state)).toMatchObject({ epoch: 1, quorum: 4 });
    await refused(mara, 'validators.change', good, 'stale-set');
  });

  test('[V6] a newcomer whose key cancels the others’ out of the sum is refused, even if all signed for it', async () => {
    ledger = new TestLedger({ validators: 1, bls: blst, blsSigner: blsSignerOf });
    mara = ledger.founder;
    const honest = ledger.person('fifth');
    const rogue = { ...honest, validator: { ...honest.validator, pop: mara.validator.pop } };
    await refused(mara, 'validators.change', ledger.change([mara, rogue]), 'unproven-possession');
  });

  test('[X21] the sysop changes parameters within their limits', async () => {
    await refused(odin, 'parameters.change', { credit: 'tea' }, 'out-of-role');
    await refused(mara, 'parameters.change', {}, 'no-change');
    await refused(mara, 'parameters.change', { timers: { slotMs: 500, slotCapMs: 400 } }, 'bad-body');
    await ledger.act(mara, 'parameters.change', { credit: 'tea' });
    expect(readEntry(ledger.chain.state, 'ledger/parameters')).toMatchObject({
      credit: 'tea',
      snapshotInterval: 1000,
    });
  });
});

describe('every transaction', () => {
  test('[X4] uses its nonce once and in order', async () => {
    const paid = ledger.sign(mara, 'credit.transfer', { to: odin.key, amount: 1, memo: '' });
    await ledger.submit(paid);
    await ledger.block();
    expect(await ledger.refusalOf(paid)).toBe('nonce-used');
    const body = { to: odin.key, amount: 1, memo: '' };
    expect(await ledger.refusalOf(ledger.sign(mara, 'credit.transfer', body, { nonce: 9 }))).toBe(
      'nonce-ahead',
    );
    expect(account(odin).credits).toBe(1);
  });

  test('[X3] [X5] is refused with an unknown account, kind, community or signature', async () => {
    await refused(thor, 'handle.register', { handle: 'Thor' }, 'unknown-account');
    await refused(odin, 'bridge.mint', {}, 'unknown-kind');
    await refused(odin, 'handle.register', { handle: 'Wotan', extra: 1 }, 'bad-body');
    const fields = {
      community: odin.key,
      account: odin.key,
      device: null,
      nonce: 0,
      kind: 'handle.register',
      body: { handle: 'Wotan' },
    };
    expect(await ledger.refusalOf(sealTransaction(fields, odin.signer))).toBe('wrong-community');
    const foreign = sealTransaction({ ...fields, community: ledger.origin.id }, thor.signer);
    expect(await ledger.refusalOf(foreign)).toBe('bad-signature');
    const named = sealTransaction({ ...fields, community: ledger.origin.id, device: odin.key }, odin.signer);
    expect(await ledger.refusalOf(named)).toBe('unknown-signer');
  });

  test('[X10] neither makes nor destroys credits, whatever is tried', async () => {
    const people = [mara, odin, thor, ledger.person('freya')];
    for (const person of people.slice(2)) {
      await ledger.act(mara, 'role.grant', { member: person.key, role: 'member' });
    }
    const transfer = fc.record({
      from: fc.nat({ max: 3 }),
      to: fc.nat({ max: 3 }),
      amount: fc.oneof(fc.integer({ min: 1, max: 600 }), fc.constant(Number.MAX_SAFE_INTEGER)),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(transfer, { minLength: 1, maxLength: 12 }), async (transfers) => {
        for (const { from, to, amount } of transfers) {
          const body = { to: people[to]!.key, amount, memo: '' };
          await ledger.submit(ledger.sign(people[from]!, 'credit.transfer', body));
        }
        await ledger.block([], true);
        const credits = people.map((person) => account(person).credits);
        expect(credits.every((amount) => amount >= 0)).toBe(true);
        expect(credits.reduce((sum, amount) => sum + amount)).toBe(1000);
      }),
      { numRuns: 30 },
    );
  });

  test('[V1] orders the validators of a change by their keys', () => {
    const { validators } = makeValidatorSet({
      epoch: 0,
      model: 'crash',
      validators: [odin.validator, mara.validator],
    });
    expect(() =>
      makeValidatorSet({ epoch: 0, model: 'crash', validators: [odin.validator, odin.validator] }),
    ).toThrow('order');
    expect(Buffer.compare(validators[0]!.key, validators[1]!.key)).toBe(-1);
  });
});
