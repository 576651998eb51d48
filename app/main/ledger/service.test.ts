import { beforeEach, describe, expect, test } from 'vitest';
import { cidOf } from '../kernel/cid.ts';
import { didOf } from '../kernel/did.ts';
import { fromBase64Url, toHex } from '../kernel/bytes.ts';
import { silentLogger } from '../kernel/logger.ts';
import { memoryBls } from '../platform/memory/bls.ts';
import { createMemoryNetwork } from '../platform/memory/network.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { setOf } from './state/accounts.ts';
import type { Chain } from './chain/chain.ts';
import { EvidenceBook } from './chain/evidence-book.ts';
import { ledgerMigrations } from './migrations.ts';
import type { Vote } from './types/vote.ts';
import { verifyEntryProof } from './proofs/entry-proof.ts';
import { trustIn, verifyProof } from './proofs/proof.ts';
import { cardOf, createLedger, type ConsensusWatch, type Ledger } from './service.ts';
import { openManifest } from './chain/snapshot.ts';
import { TestLedger, type Person } from './test-ledger.ts';
import { growTo, releases } from './test-versions.ts';

let world: TestLedger;
let odin: Person;
let spread: Uint8Array[];
let wakes: number;

const watch: ConsensusWatch = {
  view: () => ({
    epoch: 0,
    height: 0,
    finalSlot: 0,
    model: 'byzantine',
    quorum: 1,
    me: 0,
    active: false,
    slots: [{ slot: 1, leader: 0, block: null, notarised: [true], finalised: [false], nullified: [false] }],
    validators: [],
    margin: null,
    silentThrough: null,
    halted: null,
  }),
  onChange: () => () => {},
  joining: null,
  workPending: () => void wakes++,
  absent: () => null,
  recover: async () => {},
};

function serviceOf(
  person: Person,
  chain: Chain = world.chain,
  consensus: ConsensusWatch | null = watch,
  evidence: EvidenceBook | null = null,
): Ledger {
  return createLedger({
    chain,
    clock: world.clock,
    evidence,
    genesis: Uint8Array.of(1),
    signer: person.signer,
    alone: false,
    standstill: () => null,
    validator: { bls: person.bls, peer: person.name },
    consensus,
    event: () => null,
    spread: (sealed) => void spread.push(sealed),
  });
}

beforeEach(async () => {
  world = new TestLedger({ parameters: { snapshotInterval: 2 } });
  odin = world.person('odin');
  spread = [];
  wakes = 0;
  await world.act(world.founder, 'role.grant', { member: odin.key, role: 'member', handle: 'Odin' });
});

describe('the ledger service', () => {
  test('a submitted transaction is signed, spread and, after its block, shown as final', async () => {
    const ledger = serviceOf(world.founder);
    const { id } = await ledger.submit({
      kind: 'credit.transfer',
      body: { to: didOf(odin.key), amount: 7, memo: 'did not' },
    });
    expect([spread.length, wakes]).toEqual([1, 1]);
    expect(ledger.transaction({ id })).toMatchObject({ kind: 'credit.transfer', block: null, nonce: 1 });
    const heights: number[] = [];
    const stop = ledger.onFinal(({ height }) => void heights.push(height));
    await world.block();
    stop();
    expect(heights).toEqual([2]);
    expect(ledger.transaction({ id })).toMatchObject({
      account: { handle: 'Mara', role: 'sysop' },
      body: { to: `0x${toHex(odin.key)}`, amount: 7 },
      block: { height: 2, place: 0 },
    });
    expect(serviceOf(odin).status()).toMatchObject({
      credits: 7,
      height: 2,
      transactions: 2,
      waiting: 0,
      validating: false,
    });
  });

  test('others can check a proof and the head of a snapshot', async () => {
    const ledger = serviceOf(world.founder);
    const { id } = await ledger.submit({ kind: 'handle.register', body: { handle: 'Mara B' } });
    await world.block();
    const trust = trustIn(world.origin, memoryBls);
    const { proof } = ledger.proof({ id, single: false });
    const verdict = verifyProof(fromBase64Url(proof), trust, memoryBls);
    expect(verdict.ok && cidOf(verdict.proven.transaction.id)).toBe(id);
    const head = ledger.snapshot({});
    expect(head).toMatchObject({ height: 2, transactions: 2, parts: 1 });
    expect(openManifest(fromBase64Url(head.manifest), trust, memoryBls).header.height).toBe(2);
    expect(() => ledger.snapshot({ height: 9 })).toThrow('no such snapshot');
  });

  test('blocks and transactions come in pages, newest first', async () => {
    for (let n = 0; n < 4; n++) await world.act(odin, 'handle.register', { handle: `Odin ${n}` });
    const ledger = serviceOf(odin);
    const first = ledger.blocks({ limit: 3 });
    expect(first.items.map(({ height }) => height)).toEqual([5, 4, 3]);
    const second = ledger.blocks({ limit: 3, cursor: first.next! });
    expect([second.items.map(({ height }) => height), second.next]).toEqual([[2, 1], null]);
    const all = ledger.transactions({ limit: 4 });
    expect(ledger.transactions({ limit: 4, cursor: all.next! }).items.map(({ kind }) => kind)).toEqual([
      'role.grant',
    ]);
    const mine = ledger.transactions({ limit: 3, account: didOf(odin.key) });
    expect(mine.items.map(({ nonce }) => nonce)).toEqual([3, 2, 1]);
    expect(ledger.transactions({ limit: 3, account: didOf(odin.key), cursor: mine.next! }).items.length).toBe(
      1,
    );
    expect(ledger.block({ block: first.items[0]!.hash }).transactions[0]).toMatchObject({ nonce: 3 });
    expect(ledger.block({ block: 1 }).block.proposer).toBe(didOf(world.founder.key));
    expect(() => ledger.block({ block: 99 })).toThrow('no such final block');
    expect(() => ledger.blocks({ limit: 3, cursor: 'x' })).toThrow('not a position');
  });

  test.each([1, 2, 3, 4, 5])('%i at a time, no page of evidence is empty', (limit) => {
    const book = new EvidenceBook({
      db: openDatabase(':memory:', ledgerMigrations),
      origin: world.origin,
      store: world.chain.store,
      bls: memoryBls,
      transport: createMemoryNetwork({ clock: world.clock }).transport('mara'),
      clock: world.clock,
      logger: silentLogger,
      kept: () => {},
    });
    const vote = (slot: number, fill: number): Vote => {
      const block = new Uint8Array(32).fill(fill);
      return { kind: 'finalise', epoch: 0, slot, block, voter: 0, signature: new Uint8Array(96) };
    };
    for (let slot = 1; slot <= 4; slot++) book.found({ first: vote(slot, 1), second: vote(slot, 2) });
    const ledger = serviceOf(odin, world.chain, watch, book);
    const slots: number[][] = [];
    for (let next: string | null | undefined; next !== null;) {
      const page = ledger.evidence({ limit, ...(next === undefined ? {} : { cursor: next }) });
      slots.push(page.items.map(({ slot }) => slot));
      ({ next } = page);
    }
    expect(slots.flat()).toEqual([4, 3, 2, 1]);
    expect(slots).toHaveLength(Math.ceil(4 / limit));
  });

  test('nothing is submitted without an account, without consensus, or against the rules', async () => {
    const stranger = serviceOf(world.person('stranger'));
    const body = { to: didOf(odin.key), amount: 1, memo: '' };
    await expect(stranger.submit({ kind: 'credit.transfer', body })).rejects.toMatchObject({
      code: 'unknown-account',
    });
    const alone = serviceOf(world.founder, world.chain, null);
    await expect(alone.submit({ kind: 'credit.transfer', body })).rejects.toMatchObject({
      code: 'not-ordering',
    });
    const ledger = serviceOf(world.founder);
    await expect(ledger.submit({ kind: 'credit.transfer', body: {} })).rejects.toMatchObject({
      code: 'bad-body',
    });
    await expect(ledger.submit({ kind: 'x.y', body: {} })).rejects.toMatchObject({ code: 'unknown-kind' });
    expect(spread).toEqual([]);
  });

  test('the signature strip shows the slot in progress', () => {
    const seen: number[] = [];
    serviceOf(odin).watchSignatures(({ slot }) => void seen.push(slot))();
    expect(seen).toEqual([1]);
  });
});

describe('a schedule of a version of the protocol', () => {
  const HEIGHT = 40;

  test('[PV10] goes from validator to validator until a quorum has signed it', async () => {
    world = new TestLedger({ validators: 4, chain: releases.new });
    const [a, b, c] = world.people as [Person, Person, Person];
    const next = { version: 2, height: HEIGHT };
    const first = await serviceOf(a).scheduleVersion({ next });
    expect(first).toMatchObject({ next, signatures: 1, quorum: 3, transaction: null });
    const second = await serviceOf(b).scheduleVersion({ change: first.change });
    expect((await serviceOf(b).scheduleVersion({ change: second.change })).signatures).toBe(2);
    await world.act(a, 'role.grant', { member: c.key, role: 'member' });
    const third = await serviceOf(c).scheduleVersion({ change: second.change });
    expect(third).toMatchObject({ next, signatures: 3, transaction: expect.any(String) as string });
    await world.block();
    expect(serviceOf(a).status().protocol).toEqual({ version: 1, next, known: 2 });
    await expect(serviceOf(a).scheduleVersion({ change: first.change })).rejects.toMatchObject({
      code: 'stale-schedule',
    });
    const cancelled = await serviceOf(a).scheduleVersion({ next: null });
    expect(cancelled).toMatchObject({ next: null, signatures: 1 });
  });

  test('[PV10] is signed only by a validator whose release knows the version', async () => {
    world = new TestLedger({ validators: 4, chain: releases.new });
    const [a, b] = world.people as [Person, Person];
    const older = world.replica(releases.old);
    const next = { version: 2, height: HEIGHT };
    const { change } = await serviceOf(a).scheduleVersion({ next });
    for (const wish of [{ change }, { next }]) {
      await expect(serviceOf(b, older).scheduleVersion(wish)).rejects.toMatchObject({
        code: 'unknown-version',
      });
    }
    await expect(serviceOf(odin).scheduleVersion({ next })).rejects.toMatchObject({
      code: 'not-a-validator',
    });
  });

  test('[PV10] is refused before anybody signs if no block could contain it', async () => {
    world = new TestLedger({ chain: releases.new });
    const ledger = serviceOf(world.founder);
    const codeOf = (wish: Parameters<Ledger['scheduleVersion']>[0]) =>
      expect(ledger.scheduleVersion(wish)).rejects;
    await codeOf({ next: null }).toMatchObject({ code: 'nothing-scheduled' });
    await codeOf({ next: { version: 2, height: 16 } }).toMatchObject({ code: 'activation-too-soon' });
    await codeOf({ change: 'oWFh' }).toMatchObject({ code: 'bad-change' });
    const made = await ledger.scheduleVersion({ next: { version: 2, height: 17 } });
    await world.block();
    await growTo(world, 17);
    expect(ledger.status().protocol).toEqual({ version: 2, next: null, known: 2 });
    await codeOf({ change: made.change }).toMatchObject({ code: 'stale-schedule' });
    await codeOf({ next: { version: 2, height: 60 } }).toMatchObject({ code: 'old-version' });
  });

  test('[PV10] that was begun before a change of the validators begins again', async () => {
    world = new TestLedger({ validators: 4, chain: releases.new });
    const { change } = await serviceOf(world.founder).scheduleVersion({
      next: { version: 2, height: HEIGHT },
    });
    await world.act(world.founder, 'validators.change', world.change(world.people.slice(0, 3)));
    await expect(serviceOf(world.founder).scheduleVersion({ change })).rejects.toMatchObject({
      code: 'stale-set',
    });
  });
});

describe('a change of the validators', () => {
  const add = (person: Person) => [cardOf(person.validator)];

  test('[X20] of a sole sysop is submitted at once', async () => {
    const made = await serviceOf(world.founder).changeValidators({ add: add(odin) });
    expect(made).toMatchObject({ signatures: 1, quorum: 1, transaction: expect.any(String) as string });
    await world.block();
    expect(setOf(world.chain.state)).toMatchObject({ epoch: 1, quorum: 2 });
    expect(
      serviceOf(odin)
        .validators()
        .map(({ handle }) => handle)
        .sort(),
    ).toEqual(['Mara', 'Odin']);
  });

  test('[X20] goes from validator to validator until a quorum has signed it', async () => {
    world = new TestLedger({ validators: 4 });
    const [a, b, c] = world.people as [Person, Person, Person];
    for (const person of [b, c]) {
      await world.act(a, 'role.grant', { member: person.key, role: 'co-sysop' });
    }
    const first = await serviceOf(a).changeValidators({ add: add(odin) });
    expect(first).toMatchObject({ signatures: 1, quorum: 3, transaction: null });
    const again = await serviceOf(a).changeValidators({ change: first.change });
    expect(again.signatures).toBe(1);
    const second = await serviceOf(b).changeValidators({ change: first.change });
    const third = await serviceOf(c).changeValidators({ change: second.change });
    expect(third).toMatchObject({ signatures: 3, transaction: expect.any(String) as string });
    await world.block();
    expect(setOf(world.chain.state).validators.length).toBe(5);
    await expect(serviceOf(a).changeValidators({ change: first.change })).rejects.toMatchObject({
      code: 'stale-set',
    });
  });

  test('[X20] can be started and signed only by validators, for members and others alike', async () => {
    const by = serviceOf(world.founder);
    await expect(serviceOf(odin).changeValidators({ add: add(odin) })).rejects.toMatchObject({
      code: 'not-a-validator',
    });
    await expect(by.changeValidators({ remove: [didOf(odin.key)] })).rejects.toMatchObject({
      code: 'not-a-validator',
    });
    await expect(by.changeValidators({ remove: [didOf(world.founder.key)] })).rejects.toMatchObject({
      code: 'bad-validators',
    });
    await expect(by.changeValidators({})).rejects.toMatchObject({ code: 'no-change' });
    await expect(by.changeValidators({ change: 'oWFh' })).rejects.toMatchObject({ code: 'bad-change' });
  });

  test('[F6] an entry of the state is proven under any spelling of its key', async () => {
    const ledger = serviceOf(odin);
    const trust = trustIn(world.origin, memoryBls);
    const proven = (key: string) => {
      const made = ledger.entryProof({ key, single: false });
      const verdict = verifyEntryProof(fromBase64Url(made.proof), trust, memoryBls);
      expect(verdict.ok).toBe(true);
      return [made.key, made.present];
    };
    expect(proven('handle/oDiN')).toEqual(['handle/odin', true]);
    expect(proven('handle/ Odin ')).toEqual(['handle/odin', true]);
    expect(proven('handle/nobody')).toEqual(['handle/nobody', false]);
    const account = `account/${toHex(odin.key)}`;
    expect(proven(account)).toEqual([account, true]);
    expect(proven(`account/${didOf(odin.key)}`)).toEqual([account, true]);
    expect(proven(account.toUpperCase().replace('ACCOUNT', 'account'))).toEqual([account, true]);
    expect(proven('ledger/timers')).toEqual(['ledger/timers', false]);
    for (const key of ['handle', 'handle/', '0x12/ab', 'A/b', 'handle/od%69n', 'handle/@odin']) {
      expect(() => ledger.entryProof({ key, single: false })).toThrow('not the key');
    }
  });
});
