import { expect, test } from 'vitest';
import * as z from 'zod';
import { memoryBls } from '../../platform/memory/bls.ts';
import { problem } from '../problems.ts';
import { TestLedger } from '../test-ledger.ts';
import { StateOverlay } from '../types/state.ts';
import { accountOf } from './accounts.ts';
import { applyTransaction } from './execution.ts';
import { kindsOf, type LedgerKind } from './kinds.ts';

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
