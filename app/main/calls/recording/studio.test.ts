import { expect, test } from 'vitest';
import { toHex } from '../../kernel/bytes.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { noQuota } from '../../kernel/quota.ts';
import { migrations } from '../../node/community.ts';
import { VirtualClock } from '../../platform/memory/clock.ts';
import { createMemoryRecorder } from '../../platform/memory/recorder.ts';
import { openDatabase } from '../../platform/sqlite/database.ts';
import { RecordingBook } from './book.ts';
import type { RecordingRow } from './details.ts';
import { MAX_TILES, planOf } from './plan.ts';
import { SpeechNotes } from './speech.ts';
import { Studio } from './studio.ts';

const DAY_MS = 86_400_000;
const me = new Uint8Array(32).fill(7);

function studio({ recordingBytes = 1e9, recordingDays = 30, leftBytes = Infinity, sees = true } = {}) {
  const clock = new VirtualClock(Date.UTC(2030, 0, 1));
  const book = new RecordingBook(openDatabase(':memory:', migrations));
  const recorder = createMemoryRecorder();
  const made = new Studio({
    clock,
    random: { bytes: (length) => new Uint8Array(length).fill(1) },
    logger: silentLogger,
    recorder,
    folder: recorder.folder,
    book,
    quota: { ...noQuota, leftBytes: () => leftBytes },
    settings: () => ({ recordingBytes, recordingDays }),
    person: (key) => ({ did: `did:key:z${toHex(key)}`, handle: 'mara', role: null }),
    hides: async () => false,
    maySee: () => sees,
  });
  const begin = () =>
    made.begin({
      room: new Uint8Array(32),
      title: 'Call',
      tap: async () => null,
      onChange: () => {},
      onEnded: () => {},
    });
  return { clock, book, recorder, made, begin };
}

const row = (id: string, rest: Partial<RecordingRow> = {}): RecordingRow => ({
  id: id.repeat(22),
  room: new Uint8Array(32),
  title: 'Call',
  startedAt: Date.UTC(2029, 11, 31),
  endedAt: Date.UTC(2029, 11, 31) + 60_000,
  state: 'ready',
  bytes: 1000,
  problem: null,
  details: { tracks: [], spoke: [], lines: [] },
  ...rest,
});

test('[CR13] recordings are deleted after their days, those that are being made are not', async () => {
  const { clock, book, recorder, made } = studio({ recordingDays: 2 });
  book.put(row('A'));
  (recorder.files as Map<string, number>).set(`${'A'.repeat(22)}/call.webm`, 1000);
  made.start();
  await clock.pass(DAY_MS / 2);
  expect(made.list()).toHaveLength(1);
  await clock.pass(DAY_MS);
  expect(made.list()).toEqual([]);
  expect(recorder.files.size).toBe(0);
});

test('[CR13] zero days keep recordings for good', async () => {
  const { clock, book, made } = studio({ recordingDays: 0 });
  book.put(row('A'));
  made.start();
  await clock.pass(60 * DAY_MS);
  expect(made.list()).toMatchObject([{ deletedAt: null }]);
});

test('[CR1] [CR13] no recording begins without space for it, by the setting or by the quota', () => {
  const full = studio({ recordingBytes: 10_000_000 });
  full.book.put(row('A', { bytes: 9_000_000 }));
  expect(() => full.begin()).toThrow(expect.objectContaining({ code: 'recording-space' }));
  full.book.remove('A'.repeat(22));
  expect(full.begin().id).toHaveLength(22);
  const tight = studio({ leftBytes: 1000 });
  expect(() => tight.begin()).toThrow(expect.objectContaining({ code: 'recording-space' }));
});

test('[CR13] a recording that grows beyond the space ends', async () => {
  const { clock, recorder, begin, made } = studio({ recordingBytes: 6_000_000 });
  made.start();
  const { id } = begin();
  (recorder.files as Map<string, number>).set(`${id}/0001.mka`, 7_000_000);
  await clock.pass(6000);
  expect(made.list()).toMatchObject([{ id, state: 'empty', problem: { code: 'recording-space' } }]);
});

test('[CR12] whoever may not see a recording neither lists, reads nor deletes it', async () => {
  const { book, made } = studio({ sees: false });
  book.put(row('A'));
  const id = 'A'.repeat(22);
  expect(made.list()).toEqual([]);
  const unknown = expect.objectContaining({ code: 'recording-unknown' });
  await expect(made.index(id)).rejects.toEqual(unknown);
  await expect(made.read(id, 0, 10)).rejects.toEqual(unknown);
  await expect(made.remove(id)).rejects.toEqual(unknown);
  expect(() => made.compose(id, true)).toThrow(unknown);
});

test('folders without a row, which a crash left, are removed at the start', async () => {
  const { clock, recorder, made } = studio();
  (recorder.files as Map<string, number>).set(`${'Z'.repeat(22)}/0001.mka`, 1000);
  made.start();
  await clock.pass(100);
  expect(recorder.files.size).toBe(0);
});

const track = (n: number, rest: object = {}) => ({
  file: `${n}.mkv`,
  person: toHex(me.map((byte) => byte + n)),
  from: 'participant',
  source: 'camera' as const,
  fromMs: n,
  toMs: null,
  ...rest,
});
const plan = (tracks: ReturnType<typeof track>[]) =>
  planOf({ details: { tracks }, lengthMs: 1000, output: 'call.webm', pathOf: (file) => file });

test('[CR9] one picture fills the frame; more share it without overlap; later tracks stay in their tile', () => {
  expect(plan([track(1)])?.tracks[0]?.tile).toEqual({ x: 0, y: 0, width: 960, height: 540 });
  const three = plan([track(1), track(2), track(3), track(1, { file: 'again.mkv', fromMs: 900 })])!;
  const places = three.tracks.map(({ tile }) => `${tile!.x} ${tile!.y}`);
  expect(new Set(places).size).toBe(3);
  expect(places[3]).toBe(places[0]);
  for (const { tile } of three.tracks) {
    expect(tile!.x + tile!.width).toBeLessThanOrEqual(three.width);
    expect(tile!.y + tile!.height).toBeLessThanOrEqual(three.height);
  }
});

test('[CR9] tracks without a packet are left out, and so are tiles beyond the most', () => {
  expect(plan([track(1, { fromMs: null })])).toBeNull();
  const many = plan(Array.from({ length: MAX_TILES + 5 }, (_, n) => track(n)))!;
  expect(many.tracks).toHaveLength(MAX_TILES);
  expect(many.height).toBe(720);
  expect(plan([track(1, { source: 'screen' })])?.height).toBe(720);
});

test('[CR11] short pauses belong to a speech, and noise is none', () => {
  const spoke: { person: string; fromMs: number; toMs: number }[] = [];
  const notes = new SpeechNotes(spoke);
  notes.heard('a', 0.05, 0);
  notes.heard('a', 0.5, 1000);
  notes.heard('a', 0.5, 2000);
  notes.heard('a', 0.5, 9000);
  expect(spoke).toEqual([
    { person: 'a', fromMs: 1000, toMs: 2250 },
    { person: 'a', fromMs: 9000, toMs: 9250 },
  ]);
});
