import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { toHex, utf8 } from '../../kernel/bytes.ts';
import { merkleRoot } from '../../kernel/merkle.ts';
import { emptyHistory, extendHistory, historyOf, historyRoot } from './history.ts';
import { TestLedger } from '../test-ledger.ts';

test('[LB7] the root of the history is that of the tree over all transactions, however it grew', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 12 }), (steps) => {
      const all: Uint8Array[] = [];
      let history = emptyHistory;
      for (const step of steps) {
        const fresh = Array.from({ length: step }, (_, n) => utf8(`transaction ${all.length + n}`));
        all.push(...fresh);
        history = extendHistory(history, fresh);
        expect(history.count).toBe(all.length);
        const root = historyRoot(history);
        if (all.length === 0) expect(root).toBeNull();
        else expect(toHex(root!)).toBe(toHex(merkleRoot(all)));
      }
    }),
  );
});

test('[LB7] the state after each block covers every transaction so far', async () => {
  const ledger = new TestLedger();
  const odin = ledger.person('odin');
  const sent = [await ledger.act(ledger.founder, 'role.grant', { member: odin.key, role: 'member' })];
  for (const handle of ['Odin', 'Wotan']) sent.push(await ledger.act(odin, 'handle.register', { handle }));
  const root = historyRoot(historyOf(ledger.chain.state))!;
  expect(toHex(root)).toBe(toHex(merkleRoot(sent.map(({ sealed }) => sealed))));
});
