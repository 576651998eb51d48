import { describe, expect, test } from 'vitest';
import { equalBytes, toHex } from '../kernel/bytes.ts';
import { blsSignerOf, blst } from '../platform/bls/blst.ts';
import { accountOf } from './accounts.ts';
import { encodeProof, trustIn, verifyProof } from './proof.ts';
import { Prover } from './prover.ts';
import { TestLedger } from './test-ledger.ts';

describe('one block with one transaction', () => {
  test('a lone sysop finalises at once, and the proof of it checks with the genesis document alone', async () => {
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
