import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ticksOf } from '../kernel/hybrid-time.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { judge, judgeAsKind, MAX_AHEAD_MS, refusalProblem, type AdmissionContext } from './admission.ts';
import { AnchorMarks } from './anchors.ts';
import type { LogEvent } from './event.ts';
import { logMigrations } from './migrations.ts';
import { isStripped, redactedOf, redactedOrNull } from './redacted-event.ts';
import { salvageEvents, type FoundRow } from './salvage.ts';
import { scrubFile } from './scrub.ts';
import { community, KINDS, Node, NOW, write } from './test-kinds.ts';
import { unknownKind } from './unknown-kinds.ts';

const note = KINDS[0]!;
const unheard = new Uint8Array(32).fill(9);

test('[S10] blocks mark the events that they list, the lowest counts, and events that come later find their block', async () => {
  const node = new Node();
  const events = Array.from({ length: 4 }, () => write('member', 'test.note'));
  const [a, b, c, late] = events as [LogEvent, LogEvent, LogEvent, LogEvent];
  await node.take(a, b, c);
  const marks = new AnchorMarks(node.db);
  const open = (upToSeq: number, ticks = Infinity, limit = 10) =>
    marks
      .unanchored(upToSeq, ticks, limit)
      .map(({ id }) => events.findIndex((one) => Buffer.compare(one.id, id) === 0));
  expect([marks.blank, marks.upTo(), open(3), open(2), open(3, b.time), open(3, Infinity, 1)]).toEqual([
    true,
    0,
    [0, 1, 2],
    [0, 1],
    [0, 1],
    [0],
  ]);
  marks.mark(5, [a.id, late.id]);
  expect([marks.blank, marks.upTo(), marks.heightOf(1), marks.heightOf(2)]).toEqual([false, 1, 5, null]);
  expect([marks.find(a.id), marks.find(b.id), marks.find(late.id)]).toEqual([
    { time: a.time, height: 5 },
    { time: b.time, height: null },
    null,
  ]);
  expect([marks.awaits(late.id), marks.awaits(a.id)]).toEqual([true, false]);
  for (const height of [3, 9]) marks.mark(height, [a.id, late.id]);
  expect([marks.heightOf(1), open(3), open(1)]).toEqual([3, [1, 2], []]);
  await node.take(late);
  expect([marks.heightOf(4), marks.awaits(late.id)]).toEqual([3, false]);
  marks.mark(10, [b.id, c.id]);
  expect([marks.upTo(), open(4)]).toEqual([4, []]);
});

test('[S10] a list whose events are all still to come is no blank record', () => {
  const marks = new AnchorMarks(openDatabase(':memory:', logMigrations));
  marks.mark(1, [unheard]);
  expect([marks.blank, marks.upTo()]).toEqual([false, 0]);
});

test('[L14] nothing of a deleted text is left in the file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'impulse-scrub-'));
  const path = join(folder, 'community.db');
  const db = openDatabase(path, logMigrations);
  db.exec('CREATE TABLE words (text TEXT)');
  const add = db.prepare('INSERT INTO words (text) VALUES (?)');
  for (let n = 0; n < 300; n++) add.run('a secret that must go '.repeat(500));
  db.exec('DELETE FROM words');
  expect(scrubFile(db)).toBe(true);
  expect(scrubFile(db)).toBe(true);
  expect((await readFile(path)).includes('a secret that must go')).toBe(false);
  const { secure_delete: mode } = db.prepare<{ secure_delete: number }>('PRAGMA secure_delete').get()!;
  expect(mode).toBe(2);
  db.close();
  await rm(folder, { recursive: true });
});

test('[L14] a redacted event keeps its id, and only one without its text is taken for one', () => {
  const event = write('member', 'test.note', { text: 'a name' });
  const bytes = redactedOf(event, note);
  const redacted = redactedOrNull(event.id, bytes)!;
  expect(redacted).toMatchObject({
    id: event.id,
    author: event.author,
    time: event.time,
    body: { text: '' },
  });
  expect([isStripped(redacted, note), isStripped(event, note)]).toEqual([true, false]);
  const rule = KINDS.find(({ redacted: none }) => none === undefined)!;
  expect(isStripped(redacted, rule)).toBe(false);
  expect(() => redactedOf(event, rule)).toThrow(rule.name);
  expect(redactedOrNull(event.id, new Uint8Array(3))).toBeNull();
});

const context = (changes: Partial<AdmissionContext> = {}): AdmissionContext => ({
  community,
  genesisTime: ticksOf(NOW),
  nowMs: NOW,
  kindOf: (name) => KINDS.find((kind) => kind.name === name) ?? unknownKind(name),
  authority: { roleAt: () => 'member', knows: () => true },
  ...changes,
});

test('each rule on an event has its own refusal, and costs its sender score only where every node sees it', () => {
  const event = { ...write('member', 'test.note'), time: ticksOf(NOW) };
  const refusal = (changes: Partial<LogEvent>, others?: Partial<AdmissionContext>) => {
    const found = judge({ ...event, ...changes }, context(others));
    return found && `${found.verdict} ${found.code}`;
  };
  expect(refusal({})).toBeNull();
  expect(refusal({ community: unheard })).toBe('reject wrong-community');
  expect(refusal({ time: ticksOf(NOW) - 1 })).toBe('reject before-genesis');
  expect(refusal({ time: ticksOf(NOW + MAX_AHEAD_MS) })).toBeNull();
  expect(refusal({ time: ticksOf(NOW + MAX_AHEAD_MS) + 1 })).toBe('hold far-future');
  expect(refusal({ kind: 'note' })).toBe('ignore unknown-kind');
  expect(refusal({ kind: 'later.kind', body: 7 })).toBeNull();
  expect(refusal({ body: { text: 7 } })).toBe('ignore bad-body');
  expect(refusal({ kind: 'poll.open' })).toBe('ignore out-of-role');
  const stranger = { roleAt: () => null, knows: () => false };
  expect(refusal({}, { authority: stranger })).toBe('ignore unknown-author');
  expect(judgeAsKind(event, note, stranger)).toEqual({ verdict: 'ignore', code: 'unknown-author' });
});

test('a refusal of one’s own event names the cause', () => {
  const told = (code: Parameters<typeof refusalProblem>[0]['code']) =>
    refusalProblem({ verdict: 'ignore', code }, 'test.note').code;
  expect(['unknown-author', 'out-of-role', 'bad-body'].map((code) => told(code as never))).toEqual([
    'not-a-member',
    'out-of-role',
    'bad-body',
  ]);
});

test('only whole rows of a damaged file are salvaged', async () => {
  const node = new Node();
  const event = write('member', 'test.note');
  await node.take(event);
  const [row] = node.db.prepare<FoundRow>('SELECT * FROM event').all();
  const salvaged = (changes: FoundRow) =>
    salvageEvents(openDatabase(':memory:', logMigrations), [{ ...row, ...changes } as FoundRow]);
  expect(salvaged({})).toBe(1);
  expect(salvaged({ signature: null })).toBe(1);
  for (const changes of [
    { seq: 'one' },
    { stratum: 2 },
    { stratum: null },
    { proved: null },
    { proved: -1 },
    { proved: 9 },
    { bytes: 'text' },
    { bytes: new Uint8Array(3) },
    { signature: 'text' },
    { id: unheard },
    { id: null },
  ] as FoundRow[]) {
    expect([changes, salvaged(changes)]).toEqual([changes, 0]);
  }
  const twice = [row!, { ...row!, seq: 7 }];
  expect(salvageEvents(openDatabase(':memory:', logMigrations), twice)).toBe(1);
});

test('[L14] [L3] a salvaged redacted event keeps the id of its purge, and what it names is a gap', async () => {
  const node = new Node();
  const first = write('member', 'test.note');
  const second = write('member', 'test.note', { text: 'b' }, [first]);
  await node.take(second);
  const [row] = node.db.prepare<FoundRow>('SELECT * FROM event').all();
  const db = openDatabase(':memory:', logMigrations);
  const bytes = redactedOf(second, note);
  const salvaged = (id: unknown) =>
    salvageEvents(db, [{ ...row, id, bytes, signature: null, proved: 3 } as FoundRow]);
  expect([salvaged(unheard.slice(1)), salvaged('x'), salvaged(second.id)]).toEqual([0, 0, 1]);
  expect(db.prepare('SELECT id FROM event').all()).toEqual([{ id: Buffer.from(second.id) }]);
  expect(db.prepare('SELECT id FROM gap').all()).toEqual([{ id: Buffer.from(first.id) }]);
  expect(db.prepare('SELECT id FROM head').all()).toEqual([{ id: Buffer.from(second.id) }]);
});
