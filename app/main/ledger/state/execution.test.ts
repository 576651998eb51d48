import { expect, test } from 'vitest';
import * as z from 'zod';
import { memoryBls } from '../../platform/memory/bls.ts';
import { problem } from '../problems.ts';
import { TestLedger, type Person } from '../test-ledger.ts';
import { StateOverlay } from '../types/state.ts';
import { accountOf, setOf } from './accounts.ts';
import { applyTransaction } from './execution.ts';
import { kindsOf, type LedgerKind } from './kinds.ts';
import { validatorsChange } from './transactions/validators.ts';

/** Writes first, and refuses afterwards if told to. */
const scribble: LedgerKind<{ refuse: boolean }> = {
  name: 'test.scribble',
  body: z.strictObject({ refuse: z.boolean() }),
  leastRole: null,
  execute({ state, body }) {
    state.set('test/scribble', Uint8Array.of(1));
    if (body.refuse) throw problem('no-role');
    return [];
  },
};

test('[X20] a block changes the validators once, even if the set that it names agreed to the next change', () => {
  const ledger = new TestLedger({ validators: 4 });
  const { chain, founder } = ledger;
  const [, b, c, d] = ledger.people as [Person, Person, Person, Person];
  const state = new StateOverlay(chain.state);
  const block = { community: chain.origin.id, epoch: 0, height: 1, time: chain.base.time + 1, version: 1 };
  const rules = { kinds: kindsOf(validatorsChange), bls: memoryBls };
  const act = (nonce: number, body: unknown, epoch = 0) =>
    applyTransaction(
      ledger.sign(founder, validatorsChange.name, body, { nonce }),
      state,
      { ...block, epoch },
      rules,
    );
  const first = ledger.change([founder, b, c]);
  const second = ledger.change([founder, b, c, d], [founder, b, c], first.set);
  expect(act(0, first)).toMatchObject({ done: true });
  expect(act(1, second)).toMatchObject({ done: false, refusal: { code: 'stale-set' } });
  expect(act(1, first)).toMatchObject({ done: false, refusal: { code: 'stale-set' } });
  expect(setOf(state)).toMatchObject({ epoch: 1, validators: { length: 3 } });
  // In the next epoch it is valid.
  expect(act(1, second, 1)).toMatchObject({ done: true });
});

test('[X9] a refused transaction changes nothing, not even the nonce', () => {
  const ledger = new TestLedger();
  const { chain, founder } = ledger;
  const state = new StateOverlay(chain.state);
  const block = { community: chain.origin.id, epoch: 0, height: 1, time: chain.base.time + 1, version: 1 };
  const act = (refuse: boolean) =>
    applyTransaction(ledger.sign(founder, scribble.name, { refuse }, { nonce: 0 }), state, block, {
      kinds: kindsOf(scribble),
      bls: memoryBls,
    });
  expect(act(true)).toMatchObject({ done: false, refusal: { code: 'no-role' } });
  expect([...state.changes]).toEqual([]);
  expect(act(false)).toMatchObject({ done: true });
  expect(state.get('test/scribble')).toEqual(Uint8Array.of(1));
  expect(accountOf(state, founder.key)!.nonce).toBe(1);
});
