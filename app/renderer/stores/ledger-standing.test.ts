import { describe, expect, test } from 'vitest';
import type { LedgerStatus } from '../../contract/index.ts';
import { leastQuorum, liarsBorne, presences, ledgerHealthOf } from './ledger-health.ts';

const NOON = 1_764_000_000_000;
const status: LedgerStatus = {
  height: 412,
  head: 'bafyreisample',
  time: NOON,
  stateRoot: '00',
  transactions: 900,
  waiting: 0,
  epoch: 0,
  model: 'byzantine',
  quorum: 3,
  validators: 4,
  spare: 1,
  validating: true,
  credit: 'penny',
  fee: 0,
  credits: 10,
  historyFrom: 1,
  joining: null,
  snapshots: [],
  protocol: { version: 1, next: null, known: 1 },
  halted: null,
};
const seen = (...secondsAgo: (number | null)[]) =>
  secondsAgo.map((ago) => ({ lastSignedAt: ago === null ? null : NOON - ago * 1_000, missed: 0 }));

describe('who signs', () => {
  test('a validator far behind the newest vote is silent; a slow one is not', () => {
    expect(presences(seen(0, 2, 19, 21))).toEqual(['signing', 'signing', 'signing', 'silent']);
  });

  test('an idle ledger makes nobody silent, however long ago the last block was', () => {
    expect(presences(seen(7_200, 7_201, 7_200, 7_203))).toEqual(Array(4).fill('signing'));
  });

  test('before the first vote no validator is silent; one never heard that missed slots is', () => {
    expect(presences(seen(null, null))).toEqual(['unknown', 'unknown']);
    expect(presences([...seen(0, null), { lastSignedAt: null, missed: 3 }])).toEqual([
      'signing',
      'unknown',
      'silent',
    ]);
  });
});

describe('how the ledger stands', () => {
  test('with one of four silent, blocks go on and no other validator may fail', () => {
    expect(ledgerHealthOf(status, seen(0, 0, 0, 60))).toEqual({ kind: 'final', present: 3, margin: 0 });
  });

  test('with two of four silent, blocks stop and one validator is missing', () => {
    expect(ledgerHealthOf(status, seen(0, 0, 60, 60))).toEqual({ kind: 'stopped', present: 2, margin: -1 });
  });

  test('before any vote, the margin is that of the whole set', () => {
    expect(ledgerHealthOf(status, seen(null, null, null, null))).toEqual({
      kind: 'final',
      present: null,
      margin: 1,
    });
  });

  test('a halt takes precedence over everything, waiting transactions over finality', () => {
    const halted = { ...status, halted: { code: 'wrong-state-root', height: 413 } };
    expect(ledgerHealthOf(halted, seen(0, 0, 60, 60)).kind).toBe('halted');
    expect(ledgerHealthOf({ ...status, waiting: 2 }, seen(0, 0, 0, 0)).kind).toBe('busy');
    expect(ledgerHealthOf({ ...status, height: 0 }, []).kind).toBe('empty');
  });
});

test('minimum quorums follow the rules: more than two thirds, or more than half', () => {
  expect([1, 2, 3, 4, 5, 7, 10].map((n) => leastQuorum('byzantine', n))).toEqual([1, 2, 3, 3, 4, 5, 7]);
  expect([1, 2, 3, 4, 5].map((n) => leastQuorum('crash', n))).toEqual([1, 2, 2, 3, 3]);
});

test('two quorums share more validators than may lie', () => {
  expect(liarsBorne({ model: 'byzantine', validators: 4, quorum: 3 })).toBe(1);
  expect(liarsBorne({ model: 'byzantine', validators: 7, quorum: 5 })).toBe(2);
  expect(liarsBorne({ model: 'byzantine', validators: 4, quorum: 4 })).toBe(3);
  expect(liarsBorne({ model: 'crash', validators: 3, quorum: 2 })).toBe(0);
});
