import { describe, expect, test } from 'vitest';
import { equalBytes, toHex } from '../../kernel/bytes.ts';
import { decodeCanonical } from '../../kernel/canonical.ts';
import { blsSignerOf, blst } from '../../platform/bls/blst.ts';
import { memoryBls } from '../../platform/memory/bls.ts';
import { openDatabase } from '../../platform/sqlite/database.ts';
import { accountOf } from '../state/accounts.ts';
import { encodeBlock, makeBlock, openBlock } from '../types/block.ts';
import type { Halt } from './halt.ts';
import { kindsOf, type LedgerProjection } from '../state/kinds.ts';
import { ledgerMigrations } from '../migrations.ts';
import { encodeProof, trustIn, verifyProof } from '../proofs/proof.ts';
import { baseOf, type Base } from '../consensus/proposal.ts';
import { Prover } from './prover.ts';
import { TestLedger } from '../test-ledger.ts';
import { openTransaction } from '../types/transaction.ts';
import { baseKinds } from '../state/transactions/index.ts';

describe('one block with one transaction', () => {
  test('a sole sysop finalises at once, and the genesis document alone is enough to check the proof', async () => {
    const ledger = new TestLedger({ bls: blst, blsSigner: blsSignerOf });
    const odin = ledger.person('odin');
    await ledger.act(ledger.founder, 'role.grant', { member: odin.key, role: 'member', handle: 'odin' });
    const paid = await ledger.act(ledger.founder, 'credit.transfer', {
      to: odin.key,
      amount: 40,
      memo: 'tea',
    });
    expect(accountOf(ledger.chain.state, odin.key)?.credits).toBe(40);
    expect(ledger.chain.base.height).toBe(2);
    const proof = encodeProof(new Prover(ledger.origin.id, ledger.chain.store).prove(paid.id));
    const verdict = verifyProof(proof, trustIn(ledger.origin, blst), blst);
    expect(verdict.ok && equalBytes(verdict.proven.transaction.id, paid.id)).toBe(true);
    expect(verdict.ok && verdict.proven.signers).toEqual([0]);
  });

  test('a replica that executes the same blocks has the same root', async () => {
    const ledger = new TestLedger({ validators: 4 });
    const replica = ledger.replica();
    const odin = ledger.person('odin');
    await ledger.submit(ledger.sign(ledger.founder, 'role.grant', { member: odin.key, role: 'member' }));
    await ledger.block([replica]);
    await ledger.submit(
      ledger.sign(ledger.founder, 'credit.transfer', { to: odin.key, amount: 1, memo: '' }),
    );
    await ledger.block([replica]);
    expect(toHex(replica.base.stateRoot)).toBe(toHex(ledger.chain.base.stateRoot));
    expect(toHex(replica.base.hash)).toBe(toHex(ledger.chain.base.hash));
  });
});

/** A chain of a few blocks among four validators, and a replica that follows. */
async function settled(blocks = 3) {
  const ledger = new TestLedger({ validators: 4, parameters: { snapshotInterval: 4 } });
  const db = openDatabase(':memory:', ledgerMigrations);
  const replica = ledger.replica({ db });
  const odin = ledger.person('odin');
  await ledger.submit(ledger.sign(ledger.founder, 'role.grant', { member: odin.key, role: 'member' }));
  await ledger.block([replica]);
  for (let n = 1; n < blocks; n++) {
    const body = { to: odin.key, amount: 1, memo: `${n}` };
    await ledger.submit(ledger.sign(ledger.founder, 'credit.transfer', body));
    await ledger.block([replica]);
  }
  return { ledger, db, replica, odin };
}

describe('a final chain', () => {
  test('[E6] continues after a restart where it stopped', async () => {
    const { ledger, db, replica } = await settled();
    const again = ledger.replica({ db });
    expect(toHex(again.base.hash)).toBe(toHex(replica.base.hash));
    await ledger.block([again], true);
    expect(toHex(again.base.stateRoot)).toBe(toHex(ledger.chain.base.stateRoot));
    expect(toHex(again.base.hash)).toBe(toHex(ledger.chain.base.hash));
  });

  test('[E6] stores a block completely or not at all', async () => {
    const { ledger, replica } = await settled();
    const failing: LedgerProjection = {
      apply: () => {
        throw new Error('disk gone');
      },
      clear() {},
      restore() {},
    };
    const db = openDatabase(':memory:', ledgerMigrations);
    const broken = ledger.replica({ db, projections: [failing] });
    const run = (await replica.run(1))!;
    await expect(broken.finalise(run)).rejects.toThrow('disk gone');
    expect(broken.base.height).toBe(0);
    const healed = ledger.replica({ db });
    await healed.finalise(run);
    expect(healed.base.height).toBe(1);
  });

  test('[E5] executes blocks ahead, also side by side, and keeps the one that becomes final', async () => {
    const { ledger, odin } = await settled();
    const { chain } = ledger;
    const { base } = chain;
    const template = {
      community: ledger.origin.id,
      epoch: 0,
      slot: base.slot + 1,
      height: base.height + 1,
      parent: base.hash,
      time: base.time + 5,
      proposer: 0,
    };
    const propose = async (memo: string, at: typeof template, on: Base) => {
      ledger.chain.mempool.settle(ledger.chain.state, Number.MAX_SAFE_INTEGER);
      const nonce = accountOf(chain.state, ledger.founder.key)!.nonce + (at.height - base.height - 1);
      const transaction = ledger.sign(
        ledger.founder,
        'credit.transfer',
        { to: odin.key, amount: 2, memo },
        { nonce },
      );
      expect(await ledger.submit(transaction)).toBe('accept');
      const draft = (await chain.propose(at, on, false))!;
      return makeBlock({ ...at, stateRoot: draft.stateRoot, anchor: draft.anchor }, draft.transactions);
    };
    const left = await propose('left', template, base);
    const right = await propose('right', { ...template, slot: template.slot + 1 }, base);
    const child = await propose(
      'child',
      {
        ...template,
        slot: template.slot + 2,
        height: template.height + 1,
        parent: right.header.hash,
        time: template.time + 1,
      },
      baseOf(right),
    );
    const replica = ledger.replica();
    for (let height = 1; height <= base.height; height++) await replica.finalise((await chain.run(height))!);
    expect(await replica.execute(left, base)).toMatchObject({ ok: true });
    expect(await replica.execute(right, base)).toMatchObject({ ok: true });
    expect(await replica.execute(child, baseOf(right))).toMatchObject({ ok: true });
    const run = { ...ledger.finalRun(child), blocks: [right, child] };
    await replica.finalise(run);
    await chain.finalise(run);
    expect(toHex(replica.base.stateRoot)).toBe(toHex(child.header.stateRoot));
    expect(accountOf(replica.state, odin.key)!.credits).toBe(2 + 4);
    // The first of the two has no certificate of its own: its child's certificate covers it.
    const proof = new Prover(ledger.origin.id, replica.store).prove(
      openTransaction(right.transactions[0]!).id,
    );
    expect(proof.claim.f.h.length).toBe(1);
    expect(verifyProof(encodeProof(proof), trustIn(ledger.origin, memoryBls), memoryBls)).toMatchObject({
      ok: true,
    });
    expect((await replica.run(right.header.height))!.blocks.length).toBe(2);
  });

  test('[E1] refuses a block with one bad transaction, and says why', async () => {
    const { ledger, odin } = await settled();
    const good = ledger.sign(ledger.founder, 'credit.transfer', { to: odin.key, amount: 1, memo: '' });
    const over = ledger.sign(odin, 'credit.transfer', { to: ledger.founder.key, amount: 900, memo: '' });
    const before = toHex(ledger.chain.base.stateRoot);
    const tried = async (...sealed: Uint8Array[]) =>
      ledger.chain.execute(ledger.blockOf(sealed), ledger.chain.base);
    expect(await tried(good.sealed, over.sealed)).toEqual({ ok: false, code: 'overspend' });
    expect(await tried(good.sealed, good.sealed)).toEqual({ ok: false, code: 'nonce-used' });
    expect(await tried(good.sealed.slice(1))).toEqual({
      ok: false,
      code: expect.stringMatching(/malformed|bad-transaction/) as string,
    });
    expect(await tried(good.sealed)).toEqual({ ok: false, code: 'wrong-state-root' });
    expect(toHex(ledger.chain.base.stateRoot)).toBe(before);
  });

  test('[LB6] refuses a block over the limits', async () => {
    const ledger = new TestLedger({ parameters: { block: { bytes: 32 * 1024, transactions: 1 } } });
    const odin = ledger.person('odin');
    const grant = ledger.sign(ledger.founder, 'role.grant', { member: odin.key, role: 'member' });
    const next = ledger.sign(ledger.founder, 'handle.register', { handle: 'Mara2' }, { nonce: 1 });
    const block = ledger.blockOf([grant.sealed, next.sealed]);
    expect(await ledger.chain.execute(block, ledger.chain.base)).toEqual({
      ok: false,
      code: 'block-too-large',
    });
    expect(() => openBlock(encodeBlock(block), ledger.chain.parameters.block)).toThrow('larger than allowed');
    await ledger.submit(grant);
    await ledger.submit(next);
    expect((await ledger.block()).transactions.length).toBe(1);
    expect((await ledger.block()).transactions.length).toBe(1);
  });
});

describe('divergence', () => {
  test('[E7] a certified block with another root halts execution, raises an alarm and keeps the evidence', async () => {
    const { ledger } = await settled(1);
    const halts: Halt[] = [];
    const db = openDatabase(':memory:', ledgerMigrations);
    const init = { db, halted: (halt: Halt) => void halts.push(halt) };
    const replica = ledger.replica(init);
    await replica.finalise((await ledger.chain.run(1))!);
    const before = toHex(replica.base.stateRoot);
    const wrong = ledger.blockOf([], { stateRoot: ledger.origin.id });
    const run = ledger.finalRun(wrong);
    await expect(replica.finalise(run)).rejects.toMatchObject({ code: 'diverged' });
    expect(halts).toMatchObject([{ code: 'wrong-state-root', height: 2 }]);
    const evidence = decodeCanonical(halts[0]!.evidence) as { roots: Uint8Array[]; stateRoot: Uint8Array };
    expect(toHex(evidence.roots[0]!)).not.toBe(toHex(ledger.origin.id));
    expect(toHex(evidence.stateRoot)).toBe(before);
    // Nothing continues, here or after a restart.
    const next = await ledger.block([], true);
    for (const chain of [replica, ledger.replica(init)]) {
      expect(toHex(chain.base.stateRoot)).toBe(before);
      await expect(chain.finalise(ledger.finalRun(next))).rejects.toMatchObject({ code: 'ledger-halted' });
      await expect(chain.execute(next, chain.base)).rejects.toMatchObject({ code: 'ledger-halted' });
    }
    expect(halts.length).toBe(1);
  });

  test('[E8] a replay from the genesis document ends the halt if every root is as signed', async () => {
    const { ledger, db, replica } = await settled();
    const before = toHex(replica.base.stateRoot);
    // The state is damaged behind the chain's back, so the next block gives another root.
    db.prepare("UPDATE ledger_entry SET value = x'00' WHERE key = 'ledger/founder'").run();
    db.prepare('DELETE FROM ledger_page').run();
    const broken = ledger.replica({ db });
    const block = await ledger.block([], true);
    const run = (await ledger.chain.run(block.header.height))!;
    await expect(broken.finalise(run)).rejects.toMatchObject({ code: 'diverged' });
    broken.replay();
    expect(broken.halt).toBeNull();
    expect(toHex(broken.base.stateRoot)).toBe(before);
    await broken.finalise(run);
    expect(toHex(broken.base.stateRoot)).toBe(toHex(ledger.chain.base.stateRoot));
  });

  test('[E8] a replay that gives a different result again changes nothing', async () => {
    const { ledger, db, replica } = await settled();
    const kinds = kindsOf(...[...baseKinds.values()].filter(({ name }) => name !== 'credit.transfer'));
    const other = ledger.replica({ db, kinds });
    expect(() => other.replay()).toThrow('Block 2');
    expect(toHex(ledger.replica({ db }).base.stateRoot)).toBe(toHex(replica.base.stateRoot));
  });
});

describe('projections', () => {
  test('[E6] receive every event of a final block, in order, and again in a replay', async () => {
    const { ledger, odin } = await settled();
    const heard: string[] = [];
    const projection: LedgerProjection = {
      apply: (event, { height, index }) => void heard.push(`${height}.${index} ${event.name}`),
      clear: () => void heard.splice(0),
      restore() {},
    };
    const watcher = ledger.replica({ projections: [projection] });
    for (let height = 1; height <= 3; height++) await watcher.finalise((await ledger.chain.run(height))!);
    const once = [...heard];
    expect(once).toEqual(['1.0 role.granted', '2.0 credit.transferred', '3.0 credit.transferred']);
    watcher.replay();
    expect(heard).toEqual(once);
    expect(accountOf(watcher.state, odin.key)?.credits).toBe(2);
  });
});
