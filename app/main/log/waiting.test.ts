import { expect, test } from 'vitest';
import { ticksOf } from '../kernel/hybrid-time.ts';
import { VirtualClock } from '../platform/memory/clock.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { CommitListeners, type Committed } from './commit-listeners.ts';
import { DeferredEvents } from './deferred-events.ts';
import type { LogEvent, SealedEvent } from './event.ts';
import { Gaps } from './gaps.ts';
import { LiveQueue } from './live-queue.ts';
import { logMigrations } from './migrations.ts';
import { RateMeter } from './rate-meter.ts';
import { RefusalCounts } from './refusal-counts.ts';
import { followsFromName, unknownKind } from './unknown-kinds.ts';
import { KINDS } from './test-kinds.ts';

const sized = (peer: string, bytes: number) => ({
  peer,
  sealed: { bytes: new Uint8Array(bytes), signature: null } as unknown as SealedEvent,
  settle: () => {},
});
const MIB = 1024 * 1024;

test('[G5] 500 events of a peer wait, and others find a place beside them', () => {
  const queue = new LiveQueue();
  const pushed = Array.from({ length: 501 }, () => queue.push(sized('mallory', 1)));
  expect([pushed.indexOf(false), queue.isFull('mallory'), queue.isFull('mara')]).toEqual([500, true, false]);
  expect(queue.push(sized('mara', 1))).toBe(true);
});

test('[G5] four MiB of a peer wait, and their place is free once they were taken', () => {
  const queue = new LiveQueue();
  const push = (bytes: number) => queue.push(sized('mallory', bytes));
  expect([push(3 * MIB), push(MIB + 1), push(MIB), push(1)]).toEqual([true, false, true, false]);
  queue.take();
  expect([push(4 * MIB), push(1)]).toEqual([true, false]);
  expect(queue.clear()).toHaveLength(1);
  expect([push(4 * MIB), queue.take().length, queue.take().length]).toEqual([true, 1, 0]);
});

test('[G2] [G5] a batch has 256 events, in turns of their peers, and what is left still counts', () => {
  const queue = new LiveQueue();
  for (let n = 0; n < 300; n++) queue.push(sized('mallory', 10_000));
  for (let n = 0; n < 2; n++) queue.push(sized('mara', 1));
  const batch = queue.take();
  expect(batch).toHaveLength(256);
  expect(batch.slice(0, 5).map(({ peer }) => peer)).toEqual([
    'mallory',
    'mara',
    'mallory',
    'mara',
    'mallory',
  ]);
  const room = 4 * MIB - 46 * 10_000;
  expect([queue.push(sized('mallory', room + 1)), queue.push(sized('mallory', room))]).toEqual([false, true]);
});

test('[L7] an early event is handed on when its time comes, once; a thousand wait at a time', async () => {
  const clock = new VirtualClock(1_000_000);
  const due: unknown[] = [];
  const deferred = new DeferredEvents(clock, (event) => due.push(event));
  const event = (n: number, ms: number) =>
    ({ id: new Uint8Array([n >> 8, n]), time: ticksOf(ms) }) as LogEvent;
  const add = (n: number, ms: number) => deferred.add(n as unknown as SealedEvent, event(n, ms));
  add(0, 1_000_100);
  add(0, 1_000_100);
  add(1, 999_000);
  await clock.pass(0);
  expect(due).toEqual([1]);
  await clock.pass(99);
  expect(due).toEqual([1]);
  await clock.pass(1);
  expect(due).toEqual([1, 0]);
  add(0, 1_000_200);
  for (let n = 2; n < 1002; n++) add(n, 1_000_200);
  await clock.pass(1000);
  expect(due).toHaveLength(2 + 1000);
  expect(due.at(-1)).toBe(1000);
});

test('a rate is that of the last five seconds', async () => {
  const clock = new VirtualClock(1_000_000);
  const meter = new RateMeter(clock);
  expect(meter.progress(10)).toEqual({ done: 0, total: 10, perSecond: 0, etaSeconds: null });
  await clock.pass(2000);
  meter.add(4);
  expect(meter.progress(10)).toEqual({ done: 4, total: 10, perSecond: 2, etaSeconds: 3 });
  await clock.pass(5000);
  meter.add(10);
  expect(meter.progress(10)).toEqual({ done: 14, total: 14, perSecond: 2, etaSeconds: 0 });
  await clock.pass(5000);
  meter.add(20);
  expect(meter.progress(54)).toEqual({ done: 34, total: 54, perSecond: 4, etaSeconds: 5 });
});

test('refusals are counted by their reason', () => {
  const counts = new RefusalCounts();
  const bad = { verdict: 'reject', code: 'bad-signature' } as const;
  for (const refusal of [bad, { verdict: 'ignore', code: 'duplicate' } as const, bad]) counts.count(refusal);
  expect(counts.all()).toEqual([
    { ...bad, count: 2 },
    { verdict: 'ignore', code: 'duplicate', count: 1 },
  ]);
});

test('missing events are known with those who name them, also after a restart', () => {
  const db = openDatabase(':memory:', logMigrations);
  const gaps = new Gaps(db);
  const id = (n: number) => new Uint8Array(32).fill(n);
  const hex = (n: number) => Buffer.from(id(n)).toString('hex');
  for (const [n, author] of [
    [1, 7],
    [1, 8],
    [1, 7],
    [2, 7],
  ] as const) {
    gaps.add(id(n), hex(n), author);
  }
  expect([gaps.size, gaps.namedBy(hex(1)), gaps.namedBy(hex(3))]).toEqual([2, [7, 8], []]);
  expect([gaps.close(id(2), hex(2)), gaps.close(id(3), hex(3)), gaps.size]).toEqual([[7], [], 1]);
  const again = new Gaps(db);
  again.reload();
  again.reload();
  expect([again.size, again.namedBy(hex(1)).toSorted()]).toEqual([1, [7, 8]]);
});

test('[L15] [L17] listeners hear of known kinds, of all kinds, and of those that became known', () => {
  const event = (kind: string) => ({ kind }) as LogEvent;
  const known = new Map(KINDS.map((kind) => [kind.name, kind]));
  const opaque = { event: (seq: number) => (seq % 2 === 0 ? event('test.note') : null) };
  const listeners = new CommitListeners(known, opaque as never);
  const heard: Record<'known' | 'all', (readonly Committed[])[]> = { known: [], all: [] };
  const stops = [
    listeners.onKnown((batch) => heard.known.push(batch)),
    listeners.onAll((batch) => heard.all.push(batch)),
  ];
  const [note, other] = ['test.note', 'later.kind'].map((kind, seq): Committed => ({
    event: event(kind),
    seq,
    origin: 'live',
  }));
  listeners.stored([note!, other!]);
  listeners.stored([other!]);
  expect(heard).toEqual({ known: [[note]], all: [[note, other], [other]] });
  heard.known = [];
  listeners.gained(Array.from({ length: 514 }, (_, seq) => seq));
  expect(heard.known.map(({ length }) => length)).toEqual([128, 128, 1]);
  expect(heard.known[0]![1]).toEqual({ event: event('test.note'), seq: 2, origin: 'history' });
  for (const stop of stops) stop();
  heard.known = [];
  listeners.stored([note!]);
  expect([heard.known.length, heard.all.length]).toEqual([0, 2]);
});

test('[L15] [L16] stratum and least role of an unknown kind follow from its name', () => {
  const rule = (name: string) => {
    const kind = unknownKind(name);
    return kind && `${kind.stratum} ${kind.leastRole}`;
  };
  for (const name of [
    'board.create',
    'board.update',
    'community.update',
    'authority/poll.rule',
    'authority/a.b',
  ]) {
    expect(rule(name)).toBe('authority co-sysop');
  }
  for (const name of ['a.b', 'poll2.vote-again.x9', 'board.create.x', 'authority.rule']) {
    expect(rule(name)).toBe('content guest');
  }
  for (const name of [
    '',
    'note',
    'Poll.vote',
    '2.poll',
    'poll.',
    '.poll',
    'poll..x',
    'a/b.c',
    'xauthority/a.b',
    'a.b ',
  ]) {
    expect(rule(name)).toBeNull();
  }
  const [kind] = KINDS;
  expect(followsFromName(kind!)).toBe(true);
  expect(followsFromName({ ...kind!, stratum: 'authority' })).toBe(false);
  expect(followsFromName({ ...kind!, name: 'note' })).toBe(false);
  const rules = KINDS.find(({ stratum }) => stratum === 'authority')!;
  expect([followsFromName(rules), followsFromName({ ...rules, leastRole: 'moderator' })]).toEqual([
    true,
    false,
  ]);
});
