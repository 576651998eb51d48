import { describe, expect, test } from 'vitest';
import { makeGenesis, openGenesis } from '../../community/index.ts';
import { toHex } from '../../kernel/bytes.ts';
import { decodeCanonical, encodeCanonical } from '../../kernel/canonical.ts';
import { blsSignerOf, blst } from '../../platform/bls/blst.ts';
import { accountOf, setOf } from './accounts.ts';
import { checkPossessions, defaultParameters, soleLedger, type LedgerGenesis } from './genesis.ts';
import { KNOWN_VERSION, PROTOCOL, protocolOf } from './protocol.ts';
import { TestLedger } from '../test-ledger.ts';
import { leastQuorum, makeValidatorSet, setHash } from '../types/validators.ts';

const { people, origin } = new TestLedger({ validators: 4, bls: blst, blsSigner: blsSignerOf });
const sound = origin.ledger;
const documentOf = (ledger: LedgerGenesis) =>
  makeGenesis({
    name: 'Harbour',
    description: '',
    founder: origin.founder,
    handle: 'Mara',
    createdAt: 1,
    nonce: new Uint8Array(16),
    ledger,
  });

describe('the ledger’s part of the genesis document', () => {
  test('[LG1] is covered by the community’s id', () => {
    const one = documentOf(sound);
    expect(openGenesis(one.bytes).ledger).toEqual(sound);
    expect(toHex(documentOf({ ...sound, supply: 1 }).id)).not.toBe(toHex(one.id));
  });

  test.each<[string, Partial<LedgerGenesis>]>([
    ['no validators', { validators: [] }],
    ['validators out of order', { validators: sound.validators.toReversed() }],
    ['a validator twice', { validators: [sound.validators[0]!, sound.validators[0]!] }],
    ['two validators with one BLS key', { validators: withSameBls() }],
    ['two validators with one peer', { validators: withSamePeer() }],
    ['a quorum too small for liars', { quorum: 2 }],
    ['a quorum of more than all', { quorum: 5 }],
    ['a negative supply', { supply: -1 }],
    ['a supply beyond safe numbers', { supply: 2 ** 53 }],
    [
      'blocks too large',
      { parameters: { ...defaultParameters, block: { bytes: 2 ** 30, transactions: 1 } } },
    ],
    ['a snapshot every 0 blocks', { parameters: { ...defaultParameters, snapshotInterval: 0 } }],
  ])('[LG1] [LG2] [V1] [V2] [V3] with %s is refused', (_, changes) => {
    expect(() => documentOf({ ...sound, ...changes })).toThrow('not a genesis document');
  });

  test('[LG1] with an unknown field is refused', () => {
    expect(() => documentOf({ ...sound, extra: 1 } as LedgerGenesis)).toThrow('not a genesis document');
  });

  test('[V6] whose validators do not prove possession of their keys is refused on joining', () => {
    expect(() => checkPossessions(sound, blst)).not.toThrow();
    const [a, b, ...others] = sound.validators;
    const swapped = [{ ...a!, pop: b!.pop }, b!, ...others];
    expect(() => checkPossessions({ ...sound, validators: swapped }, blst)).toThrow('did not prove');
  });

  test('[LG5] begins with the newest version that the release knows, and an earlier document with version 1', () => {
    const { protocol, ...earlier } = soleLedger(people[0]!.validator);
    expect(protocol).toBe(KNOWN_VERSION);
    expect(openGenesis(documentOf({ ...earlier, protocol: 2 }).bytes).ledger.protocol).toBe(2);
    expect(openGenesis(documentOf(earlier).bytes).ledger).not.toHaveProperty('protocol');
    expect(() => documentOf({ ...earlier, protocol: 1 })).toThrow('not a genesis document');
    const states = [new TestLedger(), new TestLedger({ protocol: 2 })].map(({ chain }) => chain.state);
    expect(states.map((state) => state.get(PROTOCOL) === null)).toEqual([true, false]);
    expect(states.map(protocolOf)).toEqual([
      { version: 1, next: null, changes: 0 },
      { version: 2, next: null, changes: 0 },
    ]);
  });

  test('[LG5] of a later version is no broken document: the release is too old', () => {
    const { bytes } = documentOf(sound);
    const later = decodeCanonical(bytes) as { ledger: object };
    const newer = {
      ...later,
      ledger: { ...later.ledger, protocol: KNOWN_VERSION + 1, bells: 2 },
      whistles: 1,
    };
    expect(() => openGenesis(encodeCanonical(newer))).toThrow(
      expect.objectContaining({ code: 'ledger-outdated' }),
    );
  });

  test('[LG4] of version 1 gives the state that earlier releases computed', () => {
    const { chain } = new TestLedger();
    expect(toHex(chain.base.stateRoot)).toBe(
      '08b669135473e956c25431eaf24484976adc1a376faef1ede428019880594dfd',
    );
  });

  test('[LG3] [LG4] makes a sole sysop the one validator, with all the credits and a handle', () => {
    const alone = new TestLedger({ supply: 500 });
    expect(soleLedger(people[0]!.validator)).toMatchObject({ quorum: 1, model: 'byzantine' });
    const chosen = soleLedger(people[0]!.validator, {
      model: 'crash',
      supply: 7,
      credit: 'shell',
      snapshotInterval: 50,
      blockTransactions: 10,
    });
    expect(chosen).toMatchObject({
      model: 'crash',
      supply: 7,
      parameters: { credit: 'shell', snapshotInterval: 50, block: { transactions: 10 } },
    });
    expect(chosen.parameters.timers).toEqual(defaultParameters.timers);
    expect(setOf(alone.chain.state)).toMatchObject({ epoch: 0, quorum: 1 });
    const founder = accountOf(alone.chain.state, alone.founder.key);
    expect(founder).toMatchObject({ role: 'sysop', handle: 'Mara', credits: 500, nonce: 0 });
  });
});

describe('quorums', () => {
  test.each([
    [1, 1, 1],
    [2, 2, 2],
    [3, 3, 2],
    [4, 3, 3],
    [5, 4, 3],
    [7, 5, 4],
    [64, 43, 33],
  ])('[V3] of %i validators: %i against liars, %i against crashes', (count, liars, crashes) => {
    expect(leastQuorum('byzantine', count)).toBe(liars);
    expect(leastQuorum('crash', count)).toBe(crashes);
  });

  test('[V5] every field of a set is in its hash', () => {
    const init = {
      epoch: 0,
      model: 'byzantine' as const,
      validators: people.map(({ validator }) => validator),
    };
    const set = makeValidatorSet(init);
    const others = [
      { ...set, epoch: 1 },
      { ...set, model: 'crash' as const },
      { ...set, quorum: 4 },
      { ...set, validators: set.validators.slice(1) },
    ];
    const hashes = [set, ...others].map((one) => toHex(setHash(one)));
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

function withSamePeer() {
  const [a, b, ...others] = sound.validators;
  return [a!, { ...b!, peer: a!.peer }, ...others];
}

function withSameBls() {
  const [a, b, ...others] = sound.validators;
  return [a!, { ...b!, bls: a!.bls, pop: a!.pop }, ...others];
}
