import { beforeEach, describe, expect, test } from 'vitest';
import { toHex } from '../../kernel/bytes.ts';
import { decodeCanonical, encodeCanonical } from '../../kernel/canonical.ts';
import type { Database } from '../../kernel/database.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { memoryBls } from '../../platform/memory/bls.ts';
import { MachineClock, VirtualClock } from '../../platform/memory/clock.ts';
import { createMemoryNetwork, type MemoryNetwork } from '../../platform/memory/network.ts';
import { openDatabase } from '../../platform/sqlite/database.ts';
import { setOf } from '../state/accounts.ts';
import { syncResponse } from '../consensus/sync-response.ts';
import type { FinalRun } from '../consensus/application.ts';
import { encodeBlock, makeBlock } from '../types/block.ts';
import { encodeCertificate, makeCertificate } from '../types/certificate.ts';
import type { EpochContext } from '../consensus/epoch-context.ts';
import { encodeEvidence, type Evidence } from '../types/equivocation.ts';
import { EvidenceBook, EVIDENCE_PROTOCOL } from './evidence-book.ts';
import { verifyEvidenceFile } from '../proofs/evidence-file.ts';
import { haltOf } from './halt.ts';
import type { GossipValidation } from '../consensus/gossip-validation.ts';
import { ledgerMigrations } from '../migrations.ts';
import { trustIn } from '../proofs/proof.ts';
import { TestLedger } from '../test-ledger.ts';
import { motionMessage, type Vote } from '../types/vote.ts';

let time: VirtualClock;
let network: MemoryNetwork;
let ledger: TestLedger;

beforeEach(() => {
  time = new VirtualClock(Date.UTC(2030, 0, 1));
  network = createMemoryNetwork({ clock: time });
  network.shape({ delayMs: 2 });
  ledger = new TestLedger({ validators: 4 });
});

/** Two votes to finalise different blocks in one slot, by a validator of the set in force. */
function doubleVote(voter: number, slot: number, forged = false): Evidence {
  const set = setOf(ledger.chain.state);
  const { bls } = ledger.person(set.validators[voter]!.peer);
  const vote = (name: string): Vote => {
    const motion = { kind: 'finalise', epoch: set.epoch, slot, block: sha256(Buffer.from(name)) } as const;
    const signature = bls.sign(motionMessage(ledger.origin.id, set, motion));
    return { ...motion, voter: forged ? (voter + 1) % 4 : voter, signature };
  };
  return { first: vote('a'), second: vote('b') };
}

async function book(name: string, db: Database = openDatabase(':memory:', ledgerMigrations)) {
  const transport = network.transport(name);
  let kept = 0;
  const made = new EvidenceBook({
    db,
    origin: ledger.origin,
    store: ledger.chain.store,
    bls: memoryBls,
    transport,
    clock: new MachineClock(time),
    logger: silentLogger,
    kept: () => kept++,
  });
  await transport.start();
  made.start();
  return { name, book: made, transport, news: () => kept };
}

async function dial(from: string, to: string): Promise<void> {
  const dialled = network.transport(from).dial(`/memory/${to}`);
  await time.pass(20);
  await dialled;
}

describe('evidence', () => {
  test('[V7] survives a restart, once per validator and slot, and cannot fill the disk', async () => {
    const db = openDatabase(':memory:', ledgerMigrations);
    const first = await book('mara', db);
    for (let slot = 1; slot <= 20; slot++) first.book.found(doubleVote(1, slot));
    first.book.found(doubleVote(1, 3));
    first.book.found(doubleVote(2, 3));
    first.book.stop();
    network.crash('mara');
    const again = await book('mara', db);
    expect(again.book.count()).toBe(9);
    const [newest] = again.book.list(1);
    expect(newest).toMatchObject({ evidence: doubleVote(2, 3), at: time.now() });
    expect(newest!.validator).toEqual(setOf(ledger.chain.state).validators[2]);
  });

  test('[V8] reaches peers that are connected and peers that connect later, and is reported once', async () => {
    const [mara, ines, odin] = await Promise.all([book('mara'), book('ines'), book('odin')]);
    await dial('mara', 'ines');
    await time.pass(3000);
    mara.book.found(doubleVote(1, 7));
    await time.pass(1000);
    expect([ines.book.count(), ines.news()]).toEqual([1, 1]);
    await dial('odin', 'ines');
    await time.pass(1000);
    expect([odin.book.count(), odin.news()]).toEqual([1, 1]);
    mara.book.found(doubleVote(1, 7));
    await time.pass(1000);
    expect([mara.news(), ines.news(), odin.news()]).toEqual([1, 1, 1]);
  });

  test('[V8] that convicts nobody is refused, and of an unknown epoch is ignored', async () => {
    const mara = await book('mara');
    const stranger = network.transport('stranger');
    await stranger.start();
    await dial('stranger', 'mara');
    const later = doubleVote(1, 2);
    const unknown = { first: { ...later.first, epoch: 4 }, second: { ...later.second, epoch: 4 } };
    const same = { first: later.first, second: later.first };
    for (const [piece, ends] of [
      [encodeEvidence(doubleVote(1, 2, true)), true],
      [encodeEvidence(same), true],
      [new Uint8Array([1, 2]), true],
      [encodeEvidence(unknown), false],
    ] as const) {
      const opening = stranger.open('mara', EVIDENCE_PROTOCOL);
      await time.pass(10);
      const channel = await opening;
      await channel.send(piece);
      await channel.close();
      let broke = false;
      const read = (async () => {
        for await (const _ of channel.receive()) throw new Error('nothing is answered');
      })().catch(() => (broke = true));
      await time.pass(50);
      await read;
      expect(broke).toBe(ends);
    }
    expect(mara.book.count()).toBe(0);
  });

  test('[V9] in a file convicts with only the genesis document, across a change of the validators', async () => {
    const mara = await book('mara');
    expect(() => mara.book.file()).toThrow('no evidence against anyone');
    mara.book.found(doubleVote(1, 5));
    const odin = ledger.person('odin');
    await ledger.act(ledger.founder, 'role.grant', { member: odin.key, role: 'member' });
    await ledger.act(ledger.founder, 'validators.change', ledger.change([...ledger.people.slice(1), odin]));
    mara.book.found(doubleVote(3, 9));
    const file = mara.book.file();
    const trust = trustIn(ledger.origin, memoryBls);
    const convictions = verifyEvidenceFile(file, trust, memoryBls);
    expect(convictions.map(({ evidence: { first } }) => [first.epoch, first.voter, first.slot])).toEqual([
      [1, 3, 9],
      [0, 1, 5],
    ]);
    const bend = (change: (wire: Record<string, unknown>) => unknown) => {
      try {
        verifyEvidenceFile(
          encodeCanonical(change(decodeCanonical(file) as Record<string, unknown>)),
          trust,
          memoryBls,
        );
        return 'ok';
      } catch (error) {
        return (error as { code?: string }).code ?? String(error);
      }
    };
    expect(bend((wire) => wire)).toBe('ok');
    expect(bend((wire) => ({ ...wire, e: [] }))).toBe('not-convicting');
    expect(bend((wire) => ({ ...wire, x: [encodeEvidence(doubleVote(2, 3, true))] }))).toBe('not-convicting');
    expect(bend((wire) => ({ ...wire, x: [] }))).toBe('bad-evidence');
    expect(bend((wire) => ({ ...wire, c: odin.key }))).toBe('wrong-community');
    expect(() => verifyEvidenceFile(file.slice(0, 90), trust, memoryBls)).toThrow('not DAG-CBOR');
  });
});

test('[V10] two quorums that contradict each other halt the node, with both certificates as evidence', async () => {
  // Two chains with one block each; every validator signed both.
  const replica = ledger.replica();
  const other = ledger.replica();
  const { founder } = ledger;
  const grant = (name: string) =>
    ledger.sign(founder, 'role.grant', { member: ledger.person(name).key, role: 'member' }, { nonce: 0 });
  const finalOn = async (chain: typeof replica, name: string): Promise<FinalRun> => {
    await chain.submit([grant(name).sealed]);
    return finalise(chain);
  };
  async function finalise(chain: typeof replica): Promise<FinalRun> {
    const set = setOf(chain.state);
    const { base } = chain;
    const slot = base.slot + 1;
    const template = {
      community: ledger.origin.id,
      epoch: set.epoch,
      slot,
      height: base.height + 1,
      parent: base.hash,
      time: base.time + 1,
      proposer: slot % 4,
    };
    const draft = (await chain.propose(template, base, true))!;
    const block = makeBlock({ ...template, stateRoot: draft.stateRoot, anchor: null }, draft.transactions);
    const run = { blocks: [block], closing: [], certificate: certificateOf(block) };
    await chain.finalise(run);
    return run;
  }
  const certificateOf = (block: ReturnType<typeof makeBlock>) => {
    const set = setOf(ledger.chain.state);
    return makeCertificate(set, ledger.votes(block, set), memoryBls);
  };
  await finalOn(replica, 'odin');
  await finalOn(other, 'freya');
  const second = await finalise(other);

  const conflicts: FinalRun[] = [];
  const taker = syncResponse({
    community: ledger.origin.id,
    bls: memoryBls,
    limits: () => replica.limits,
    context: () => ({ set: setOf(replica.state), tree: { base: replica.base } }) as EpochContext,
    validation: {} as GossipValidation,
    adopt: () => Promise.reject(new Error('nothing can be adopted')),
    conflict: (run) => void conflicts.push(run),
    doubtful: () => false,
    witness: () => {},
  });
  const [block] = second.blocks;
  const short = { ...second.certificate, bitmap: new Uint8Array([1]) };
  await taker.take(['block', encodeBlock(block!)], 'peer');
  await expect(taker.take(['final', [], encodeCertificate(short)], 'peer')).rejects.toMatchObject({
    code: 'wrong-parent',
  });
  await taker.take(['block', encodeBlock(block!)], 'peer');
  await taker.take(['final', [], encodeCertificate(second.certificate)], 'peer');
  expect(conflicts.length).toBe(1);

  replica.diverged(conflicts[0]!, 'quorum-conflict');
  expect(replica.halt).toMatchObject({ code: 'quorum-conflict', height: 2 });
  const bundle = decodeCanonical(replica.halt!.evidence) as {
    certificate: Uint8Array;
    ours: { certificate: Uint8Array };
  };
  expect(toHex(bundle.certificate)).toBe(toHex(encodeCertificate(second.certificate)));
  expect(toHex(bundle.ours.certificate)).toBe(toHex(encodeCertificate(replica.store.sealOf(1)!.certificate)));
  expect(haltOf(replica.halt!.evidence).height).toBe(2);
  await expect(replica.propose({} as never, replica.base, true)).rejects.toMatchObject({
    code: 'ledger-halted',
  });
});
