import { encode } from '@ipld/dag-cbor';
import { describe, expect, test } from 'vitest';
import { createFakeClient } from '../../bridge/fake.ts';
import { base64UrlOf, bytesOfHex, didOfKey, keyOfDid } from '../../text/keys.ts';
import { planOf, readCard, readChange } from './change.ts';

const client = createFakeClient({
  state: 'running',
  now: () => 1_764_000_000_000,
  lively: false,
}).in('bafyreisample');
const status = await client.ledger.status({});
const validators = await client.ledger.validators({});
const newcomer = {
  did: didOfKey(new Uint8Array(32).fill(7)),
  peer: '12D3KooWnew',
  bls: 'ab'.repeat(48),
  pop: 'cd'.repeat(96),
};
const [first] = validators;
if (!first) throw new Error('The sample has no validator.');
const cardOf = ({ did, peer, bls, pop }: typeof newcomer) => JSON.stringify({ did, peer, bls, pop });
const textOf = (set: object, signatures: unknown = []) => base64UrlOf(encode({ set, signatures }));
const wire = ({ did, peer, bls, pop }: typeof newcomer) => ({
  key: keyOfDid(did) ?? new Uint8Array(),
  peer,
  bls: bytesOfHex(bls),
  pop: bytesOfHex(pop),
});

describe('a pasted card', () => {
  test('of a new validator is accepted', () => {
    expect(readCard(`\n ${cardOf(newcomer)} `, validators)).toEqual({ card: newcomer, replaces: false });
  });

  test('that is invalid, cut short or far too long is rejected', () => {
    const text = cardOf(newcomer);
    for (const bad of ['', 'card', text.slice(0, -9), '{}', `${text}${' '.repeat(5_000)}`])
      expect(readCard(bad, validators)).toEqual({ fault: 'unreadable' });
  });

  test('of a validator is rejected, and accepted with a new key', () => {
    expect(readCard(cardOf(first), validators)).toEqual({ fault: 'known' });
    expect(readCard(cardOf({ ...first, bls: newcomer.bls }), validators)).toMatchObject({ replaces: true });
  });

  test('with the node or key of another validator is rejected, as is one too many', () => {
    expect(readCard(cardOf({ ...newcomer, peer: first.peer }), validators)).toEqual({ fault: 'taken' });
    const full = Array.from({ length: 64 }, (_, n) => ({ did: `did:key:z${n}`, peer: `p${n}`, bls: `${n}` }));
    expect(readCard(cardOf(newcomer), full)).toEqual({ fault: 'full' });
  });
});

describe('the effect of a change', () => {
  test('a fifth validator raises the quorum but not how many may fail', () => {
    const { before, after, joins } = planOf(status, validators, { add: [newcomer] });
    expect(before).toEqual({ model: 'byzantine', validators: 4, quorum: 3 });
    expect(after).toEqual({ model: 'byzantine', validators: 5, quorum: 4 });
    expect(joins).toEqual([newcomer.did]);
  });

  test('without one of four, all three must sign; an explicit quorum is kept', () => {
    expect(planOf(status, validators, { remove: [first.did] }).after).toMatchObject({
      validators: 3,
      quorum: 3,
    });
    expect(planOf(status, validators, { quorum: 4 }).after).toMatchObject({ validators: 4, quorum: 4 });
  });

  test('a new key changes no number', () => {
    const plan = planOf(status, validators, { add: [{ ...first, bls: newcomer.bls }] });
    expect(plan).toMatchObject({ joins: [], renews: [first.did], after: { validators: 4, quorum: 3 } });
  });
});

describe('a change received from another validator', () => {
  test('shows who joins, who leaves, who signs with a new key, and who signed', () => {
    const renewed = { ...validators[1]!, bls: newcomer.bls };
    const next = [renewed, ...validators.slice(2), { ...newcomer, bls: 'ee'.repeat(48) }];
    const text = textOf({ epoch: 1, model: 'byzantine', quorum: 4, validators: next.map(wire) }, [
      [2, new Uint8Array(96)],
      [9, new Uint8Array(96)],
    ]);
    expect(readChange(` ${text}\n`, status, validators)).toEqual({
      plan: {
        before: { model: 'byzantine', validators: 4, quorum: 3 },
        after: { model: 'byzantine', validators: 4, quorum: 4 },
        joins: [newcomer.did],
        leaves: [first.did],
        renews: [renewed.did],
      },
      signers: [2],
    });
  });

  test('the text that a node produces can be read', async () => {
    const made = await client.ledger.changeValidators({ add: [newcomer], remove: [] });
    expect(readChange(made.change, status, validators)).toMatchObject({
      plan: { joins: [newcomer.did], leaves: [], renews: [], after: { validators: 5, quorum: 4 } },
      signers: [0],
    });
  });

  test('of another epoch counts for nothing, and other text is rejected', () => {
    const set = { epoch: 2, model: 'byzantine', quorum: 3, validators: validators.map(wire) };
    expect(readChange(textOf(set), status, validators)).toEqual({ fault: 'stale' });
    const good = textOf({ ...set, epoch: 1 });
    for (const bad of ['', 'hello', good.slice(0, -5), textOf({}), 'x'.repeat(300_000)])
      expect(readChange(bad, status, validators)).toEqual({ fault: 'unreadable' });
  });
});
