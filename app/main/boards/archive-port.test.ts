import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ExportedPost, PlannedPost } from '../archive/index.ts';
import { cidOf, digestOf } from '../kernel/cid.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import { Log } from '../log/log.ts';
import { logMigrations } from '../log/migrations.ts';
import { LogStore } from '../log/store.ts';
import { moderationMigrations } from '../moderation/migrations.ts';
import { Roster } from '../members/roster.ts';
import { immediateVerifier } from '../platform/crypto/ed25519.ts';
import { signerOf } from '../platform/keys/ed25519.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { boardsArchive } from './archive-port.ts';
import { boardKinds } from './kinds.ts';
import { boardMigrations } from './migrations.ts';
import { BoardsProjection } from './projection.ts';

const NOW_MS = 1_700_000_000_000;
const sha = (bytes: Uint8Array | string) => new Uint8Array(createHash('sha256').update(bytes).digest());
const mara = signerOf(sha('mara'));
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'boards-archive-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function open() {
  const db = openDatabase(join(folder, 'community.db'), [
    ...logMigrations,
    ...boardMigrations,
    ...moderationMigrations,
  ]);
  const genesisTime = ticksOf(NOW_MS);
  const roster = new Roster({ key: mara.publicKey, handle: 'Mara', time: genesisTime });
  const store = new LogStore(db);
  const clock = { now: () => NOW_MS, after: () => () => {} };
  const log = new Log({
    db,
    store,
    clock,
    verifier: immediateVerifier,
    community: sha('community'),
    genesisTime,
    projections: [new BoardsProjection(db, { isMe: () => false, since: 0 }, store)],
    authority: roster,
  });
  const files = new Map<string, Uint8Array>();
  const archive = boardsArchive({
    db,
    log,
    signer: mara,
    clock,
    storeFile: async (bytes, name, type) => {
      const cid = sha(bytes);
      files.set(cidOf(cid), bytes);
      return { cid, name, type, size: bytes.length };
    },
    readFile: async (digest) => files.get(cidOf(digest)) ?? null,
    handleOf: () => 'Mara',
  });
  const boardOf = (slug: string) =>
    log.append(mara, boardKinds.create.name, { slug, name: slug, description: '', postRole: 'member' }).id;
  return { db, log, archive, boardOf, files };
}

const planned = (key: string, parentKey: string | null, changes: Partial<PlannedPost> = {}): PlannedPost => ({
  key,
  parentKey,
  threadKey: 'a@x',
  parent: null,
  subject: parentKey === null ? 'Storm' : 'Re: Storm',
  fromName: 'Ines',
  date: 1_000_000_000_000,
  text: `text of ${key}`,
  format: 'plain',
  board: null,
  attachments: [],
  ...changes,
});

async function all(posts: AsyncIterable<ExportedPost>): Promise<ExportedPost[]> {
  const list = [];
  for await (const post of posts) list.push(post);
  return list;
}

test('replies find their parents in the same batch, in an earlier batch and in an earlier run', async () => {
  const { archive, boardOf } = open();
  const board = boardOf('harbour');
  const sink = archive.sink(board);
  await sink([planned('a@x', null), planned('b@x', 'a@x', { date: 1_000_000_000_001 })]);
  await sink([planned('c@x', 'b@x', { date: 1_000_000_000_002 })]);
  await archive.sink(board)([planned('d@x', 'c@x', { date: 1_000_000_000_003 })]);
  const posts = await all(archive.exported(board));
  expect(posts.map(({ messageId, references }) => [messageId, references])).toEqual([
    ['a@x', []],
    ['b@x', ['a@x']],
    ['c@x', ['a@x', 'b@x']],
    ['d@x', ['a@x', 'b@x', 'c@x']],
  ]);
  expect(posts[0]).toMatchObject({
    subject: 'Storm',
    fromName: 'Ines',
    date: 1_000_000_000_000,
    text: 'text of a@x',
  });
  expect(archive.total(board)).toBe(4);
  expect(archive.total(null)).toBe(4);
});

test('imported messages are recognised, and so are posts written here and exported', async () => {
  const { archive, boardOf, log } = open();
  const board = boardOf('harbour');
  await archive.sink(board)([planned('a@x', null)]);
  log.append(mara, boardKinds.start.name, {
    board,
    subject: 'Our own',
    text: 'Hello',
    format: 'markdown',
    attachments: [],
  });
  const ids = (await all(archive.exported(null))).map(({ messageId }) => messageId);
  const known = await archive.known([...ids, 'new@x', `bafyrei${'z'.repeat(52)}@impulse.invalid`]);
  expect([...known.keys()]).toEqual(ids);
  expect(known.get('a@x')!.thread).toBe(known.get('a@x')!.post);
  expect(known.get('a@x')!.date).toBe(1_000_000_000_000);
});

test('[B12] an export says of each post who imported it', async () => {
  const { archive, boardOf, log } = open();
  const board = boardOf('harbour');
  await archive.sink(board)([planned('a@x', null, { fromName: 'mara' })]);
  const written = { board, subject: 'Our own', text: 'Hello', format: 'markdown', attachments: [] };
  log.append(mara, boardKinds.start.name, written);
  const exported = (await all(archive.exported(null))).map(({ fromName, importedBy }) => [
    fromName,
    importedBy,
  ]);
  expect(exported).toEqual([
    ['mara', 'Mara'],
    ['Mara', null],
  ]);
});

test('a batch that cannot be stored leaves nothing behind', async () => {
  const { archive, boardOf, log } = open();
  const board = boardOf('harbour');
  const before = log.count();
  const batch = [planned('a@x', null), planned('b@x', 'a@x', { subject: '' })];
  await expect(archive.sink(board)(batch)).rejects.toMatchObject({ code: 'bad-body' });
  expect(log.count()).toBe(before);
  expect((await archive.known(['a@x'])).size).toBe(0);
  await archive.sink(board)([planned('a@x', null)]);
  expect(archive.total(board)).toBe(1);
});

test('text that is too large for one event is cut with a note; a date is never after now', async () => {
  const { archive, boardOf } = open();
  const board = boardOf('harbour');
  await archive.sink(board)([
    planned('a@x', null, { text: '\u6f22'.repeat(64_000), date: 5_000_000.7 }),
    planned('b@x', null, { date: NOW_MS * 2 }),
  ]);
  const [a, b] = await all(archive.exported(board));
  expect(a!.text).toMatch(/^\u6f22+\n\n\[The rest of this message was cut off/);
  expect([a!.date, b!.date]).toEqual([5_000_000, NOW_MS]);
});

test('attachments are exported unchanged; those that this node does not hold are left out', async () => {
  const { archive, boardOf, files } = open();
  const board = boardOf('harbour');
  const file = { name: 'map.png', type: 'image/png', bytes: new Uint8Array([1, 2, 3]) };
  await archive.sink(board)([planned('a@x', null, { attachments: [file] })]);
  expect((await all(archive.exported(board)))[0]!.attachments).toEqual([file]);
  files.clear();
  expect((await all(archive.exported(board)))[0]!.attachments).toEqual([]);
});

test('a reply goes to the thread of its parent, whatever board is filled; an export covers one board', async () => {
  const { archive, boardOf, log } = open();
  const [harbour, market] = [boardOf('harbour'), boardOf('market')];
  await archive.sink(harbour)([planned('a@x', null)]);
  await archive.sink(market)([planned('b@x', 'a@x'), planned('c@x', null)]);
  const ids = async (board: Uint8Array) => (await all(archive.exported(board))).map((post) => post.messageId);
  expect(await ids(harbour)).toEqual(['a@x', 'b@x']);
  expect(await ids(market)).toEqual(['c@x']);
  const shown = log.stateDigest();
  log.rebuild();
  expect(log.stateDigest()).toEqual(shown);
});

test('[AR19][AR20] an export names boards and formats, and counts what it leaves out', async () => {
  const { archive, boardOf, log, db, files } = open();
  const [harbour, market] = [boardOf('harbour'), boardOf('market')];
  const file = { name: 'map.png', type: 'image/png', bytes: new Uint8Array([1, 2, 3]) };
  await archive.sink(harbour)([
    planned('a@x', null, { format: 'markdown', attachments: [file] }),
    planned('b@x', 'a@x'),
    planned('c@x', 'a@x'),
    planned('d@x', 'a@x'),
  ]);
  await archive.sink(market)([planned('e@x', null)]);
  const [b, c, d] = (await archive.known(['b@x', 'c@x', 'd@x'])).values();
  const hold = db.prepare(
    `INSERT INTO hold (n, state, hidden, kind, own, live, time) SELECT seq, ?, 1, 1, 0, 0, 1 FROM event WHERE id = ?`,
  );
  hold.run(0, digestOf(b!.post));
  hold.run(2, digestOf(c!.post));
  log.append(mara, boardKinds.delete.name, { post: digestOf(d!.post), reason: '' });
  files.clear();
  expect(archive.leftOut(harbour)).toEqual({ waiting: 1, held: 1, deleted: 1 });
  expect(archive.leftOut(market)).toEqual({ waiting: 0, held: 0, deleted: 0 });
  expect(archive.leftOut(null)).toEqual({ waiting: 1, held: 1, deleted: 1 });
  expect(await all(archive.exported(null))).toMatchObject([
    { messageId: 'a@x', format: 'markdown', board: { slug: 'harbour', name: 'harbour' }, filesMissing: 1 },
    { messageId: 'e@x', format: 'plain', board: { slug: 'market' }, filesMissing: 0 },
  ]);
});
