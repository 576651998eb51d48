import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toHex } from '../kernel/bytes.ts';
import { sha256 } from '../kernel/sha256.ts';
import type { ActName, Ruling } from './kinds.ts';
import { CLAIM_MS, inEffect, itemReviewOf, type Act, type Viewpoint } from './standing.ts';

const key = (name: string) => sha256(Buffer.from(name));
const MS = 1024;
let serial = 0;
const act = (time: number, by: string, name: ActName, more: { ruling?: Ruling; target?: Act } = {}): Act => ({
  id: sha256(Buffer.from(`act ${serial++}`)),
  author: key(by),
  time,
  act: name,
  ruling: more.ruling ?? null,
  target: more.target?.id ?? null,
});
const rule = (time: number, by: string, ruling: Ruling) => act(time, by, 'rule', { ruling });

const everybody: Viewpoint = { follows: () => true, author: key('brine'), override: null, purged: false };
const without = (name: string): Viewpoint => ({
  ...everybody,
  follows: (author) => toHex(author) !== toHex(key(name)),
});
const rulingOf = (acts: Act[], viewpoint = everybody) => itemReviewOf(acts, viewpoint).ruling?.ruling ?? null;

describe('rulings', () => {
  test('[R3] the latest by someone who is followed counts', () => {
    const acts = [rule(1, 'ines', 'quarantine'), rule(2, 'mara', 'publish'), rule(3, 'otto', 'remove')];
    expect(rulingOf(acts)).toBe('remove');
    expect(rulingOf(acts, without('otto'))).toBe('publish');
    expect(rulingOf(acts, { ...everybody, follows: () => false })).toBeNull();
  });

  test('[R3] of two rulings at the same time, the same one counts everywhere', () => {
    const acts = [rule(5, 'ines', 'publish'), rule(5, 'mara', 'remove')];
    expect(rulingOf(acts)).toBe(rulingOf(acts.toReversed()));
  });

  test('[R4] only the author of a ruling can take it back', () => {
    const hidden = rule(2, 'ines', 'quarantine');
    const shown = rule(1, 'mara', 'publish');
    expect(rulingOf([hidden, shown, act(3, 'mara', 'undo', { target: hidden })])).toBe('quarantine');
    expect(rulingOf([hidden, shown, act(3, 'ines', 'undo', { target: hidden })])).toBe('publish');
  });

  test('[R3] a purge rules for good', () => {
    const purge = act(1, 'mara', 'purge');
    const acts = [purge, rule(2, 'ines', 'publish'), act(3, 'mara', 'undo', { target: purge })];
    expect(rulingOf(acts)).toBe('remove');
    expect(rulingOf(acts, without('mara'))).toBe('publish');
  });

  test('[R7] what a person sets on their node ranks above all rulings', () => {
    const standing = itemReviewOf([rule(9, 'mara', 'remove')], {
      ...everybody,
      override: { show: 'show', time: 3 },
    });
    expect(inEffect(standing)).toEqual({ ruling: 'publish', time: 3 });
  });

  test('[R3] an item without text is never shown, and a purge then counts no matter who requested it', () => {
    const gone = {
      ...everybody,
      follows: () => false,
      purged: true,
      override: { show: 'show', time: 3 } as const,
    };
    expect(inEffect(itemReviewOf([act(1, 'mara', 'purge'), rule(2, 'ines', 'publish')], gone))).toEqual({
      ruling: 'remove',
      time: 1,
    });
  });
});

describe('claims', () => {
  const at = (ms: number) => ms * MS;

  test('[R5] one lasts a quarter of an hour, and a claim by somebody else is void meanwhile', () => {
    const first = act(at(1000), 'ines', 'claim');
    const late = act(at(1000 + CLAIM_MS), 'mara', 'claim');
    const { claim } = itemReviewOf([first, act(at(2000), 'mara', 'claim')], everybody);
    expect(claim).toEqual({ by: key('ines'), untilMs: 1000 + CLAIM_MS });
    expect(itemReviewOf([first, late], everybody).claim?.by).toEqual(key('mara'));
  });

  test('[R5] it ends by release, by undo and by a ruling, each only by its author', () => {
    const mine = act(at(1000), 'ines', 'claim');
    const after = (...acts: Act[]) => itemReviewOf([mine, ...acts], everybody).claim?.by ?? null;
    expect(after(act(at(1001), 'ines', 'release'))).toBeNull();
    expect(after(act(at(1001), 'ines', 'undo', { target: mine }))).toBeNull();
    expect(after(rule(at(1001), 'ines', 'publish'))).toBeNull();
    expect(after(act(at(1001), 'mara', 'release'), rule(at(1002), 'mara', 'publish'))).toEqual(key('ines'));
  });
});

describe('raised items', () => {
  test('[R6] reports and appeals raise until somebody decides later', () => {
    const report = act(5, 'otto', 'report');
    const appeal = act(7, 'brine', 'appeal');
    expect(itemReviewOf([report, appeal], everybody).raisedAt).toBe(5);
    expect(itemReviewOf([report, act(6, 'otto', 'report')], everybody).reports).toHaveLength(1);
    expect(itemReviewOf([report, appeal, rule(6, 'mara', 'remove')], everybody).raisedAt).toBe(7);
    expect(itemReviewOf([report, appeal, rule(8, 'mara', 'remove')], everybody).raisedAt).toBeNull();
  });

  test('[R6] an appeal by anyone but the author does not count', () => {
    const { appeal, raisedAt } = itemReviewOf([act(5, 'otto', 'appeal')], everybody);
    expect([appeal, raisedAt]).toEqual([null, null]);
  });
});

test('[R2] the result is the same for every order of arrival', () => {
  const names = ['ines', 'mara', 'otto', 'brine'];
  const drawn = fc.array(
    fc.record({
      time: fc.integer({ min: 0, max: 12 }),
      by: fc.constantFrom(...names),
      name: fc.constantFrom<ActName>(
        'claim',
        'release',
        'rule',
        'undo',
        'escalate',
        'appeal',
        'report',
        'purge',
      ),
      ruling: fc.constantFrom<Ruling>('publish', 'quarantine', 'remove'),
      target: fc.nat(),
    }),
    { minLength: 1, maxLength: 14 },
  );
  fc.assert(
    fc.property(
      drawn,
      fc.constantFrom(...names),
      fc.infiniteStream(fc.nat()),
      (shapes, unfollowed, order) => {
        const acts: Act[] = [];
        for (const { time, by, name, ruling, target } of shapes) {
          acts.push(
            act(time * 400_000 * MS, by, name, {
              ruling,
              ...(name === 'undo' && acts.length > 0 ? { target: acts[target % acts.length]! } : {}),
            }),
          );
        }
        const shuffled = acts
          .map((one) => ({ one, at: order.next().value as number }))
          .toSorted((a, b) => a.at - b.at)
          .map(({ one }) => one);
        expect(itemReviewOf(shuffled, without(unfollowed))).toEqual(itemReviewOf(acts, without(unfollowed)));
      },
    ),
  );
});
