import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { boardMigrations } from '../boards/migrations.ts';
import { BoardsProjection } from '../boards/projection.ts';
import { boardKinds } from '../boards/index.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import { Log } from '../log/log.ts';
import { logMigrations } from '../log/migrations.ts';
import { LogStore } from '../log/store.ts';
import { moderationMigrations } from '../moderation/migrations.ts';
import { Roster } from '../members/index.ts';
import { immediateVerifier } from '../platform/crypto/ed25519.ts';
import { backupDisk } from '../platform/disk/backups.ts';
import { signerOf } from '../platform/keys/ed25519.ts';
import { checkDatabase, copyDatabase, openDatabase } from '../platform/sqlite/database.ts';
import { createMaintenance } from './service.ts';

const START_MS = 1_700_000_000_000;
const sha = (text: string) => new Uint8Array(createHash('sha256').update(text).digest());
const mara = signerOf(sha('mara'));
const post = { text: 'Hello', format: 'markdown', attachments: [] };
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maintenance-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function open(name: string, keep = 2) {
  let nowMs = START_MS;
  const clock = { now: () => nowMs++, after: () => () => {} };
  const path = join(folder, `${name}.db`);
  const openLog = (file: string) => {
    const db = openDatabase(file, [...logMigrations, ...boardMigrations, ...moderationMigrations]);
    const roster = new Roster({ key: mara.publicKey, handle: 'Mara', time: ticksOf(START_MS) });
    const store = new LogStore(db);
    const log = new Log({
      db,
      store,
      clock,
      verifier: immediateVerifier,
      community: sha('community'),
      genesisTime: ticksOf(START_MS),
      projections: [new BoardsProjection(db, { isMe: () => false, since: 0 }, store)],
      authority: roster,
    });
    return { db, log };
  };
  const { db, log } = openLog(path);
  const maintenance = createMaintenance({
    log,
    db,
    path,
    backups: join(folder, 'backups'),
    clock,
    verifier: immediateVerifier,
    keep: () => keep,
    database: { copy: copyDatabase, check: checkDatabase },
    disk: backupDisk(),
    counts: () => ({ posts: 0, members: 1 }),
    rebuilt: async (copy) => {
      const scratch = openLog(copy);
      scratch.log.rebuild();
      const digest = scratch.log.stateDigest();
      scratch.db.close();
      return digest;
    },
  });
  const write = (count: number) => {
    const board = log.append(mara, boardKinds.create.name, {
      slug: 'harbour',
      name: 'Harbour',
      description: '',
      postRole: 'member',
    }).id;
    const thread = log.append(mara, boardKinds.start.name, { board, subject: 'Storm', ...post }).id;
    for (let n = 0; n < count; n++) log.append(mara, boardKinds.reply.name, { board, thread, ...post });
  };
  return { db, log, maintenance, write, path };
}

async function backupsFolder() {
  await mkdir(join(folder, 'backups'), { recursive: true });
}

test('sound data passes the check, and two nodes with the same log report the same digest', async () => {
  await backupsFolder();
  const one = open('one');
  one.write(450);
  const two = open('two');
  const sealed = [...one.log.store.batches(1000, 'authority'), ...one.log.store.batches(1000, 'content')]
    .flat()
    .map(({ event }) => event)
    .toSorted((a, b) => b.time - a.time);
  while (two.log.count() < one.log.count()) await two.log.admit(sealed, 'history');
  const [here, there] = [await one.maintenance.verify(true), await two.maintenance.verify(true)];
  expect(here).toMatchObject({ ok: true, faults: [], events: 452, members: 1 });
  expect(there.ok).toBe(true);
  expect(there.digest).toBe(here.digest);
  expect(here.digest).toMatch(/^[0-9a-f]{64}$/);
  expect(await readdir(join(folder, 'backups'))).toEqual([]);
});

test('a deep check finds an event whose bytes were changed in the file', async () => {
  await backupsFolder();
  const { db, maintenance, write } = open('one');
  write(5);
  const { seq, bytes } = db
    .prepare<{ seq: number; bytes: Uint8Array }>('SELECT seq, bytes FROM event ORDER BY seq LIMIT 1 OFFSET 3')
    .get()!;
  const text = Buffer.from(bytes).indexOf('Hello');
  const changed = Uint8Array.from(bytes);
  changed.set(Buffer.from('Jello'), text);
  db.prepare('UPDATE event SET bytes = ? WHERE seq = ?').run(changed, seq);
  const { ok, faults } = await maintenance.verify(true);
  expect(ok).toBe(false);
  expect(faults).toContain(`Row ${seq} does not hold the event it names.`);
  expect(faults.some((line) => line.startsWith('Nothing proves event'))).toBe(true);
});

test('a deep check finds projections that differ from the log, and a rebuild mends them', async () => {
  await backupsFolder();
  const { db, maintenance, write } = open('one');
  write(3);
  const before = await maintenance.verify(false);
  db.exec('UPDATE board SET posts = 99');
  expect((await maintenance.verify(true)).faults).toEqual([
    'The views differ from the log. Run “impulse rebuild”.',
  ]);
  expect((await maintenance.rebuild()).digest).toBe(before.digest);
  expect((await maintenance.verify(true)).ok).toBe(true);
});

test('backups are full copies; the oldest are deleted, foreign files stay', async () => {
  await backupsFolder();
  await writeFile(join(folder, 'backups', 'mine.db'), 'kept');
  const { maintenance, write, log } = open('one', 2);
  write(3);
  const made = [];
  for (let n = 0; n < 3; n++) made.push(await maintenance.backup());
  const names = await readdir(join(folder, 'backups'));
  expect(names).toHaveLength(3);
  expect(names).toContain('mine.db');
  expect((await maintenance.backups()).map(({ path }) => path)).not.toContain(made[0]!.path);
  expect(checkDatabase(made[2]!.path)).toEqual([]);
  const copy = openDatabase(made[2]!.path, [...logMigrations, ...boardMigrations, ...moderationMigrations]);
  expect(new LogStore(copy).count('content')).toBe(log.count('content'));
  copy.close();
});

test('a backup never replaces an existing file', async () => {
  const { maintenance, write } = open('one');
  write(1);
  const path = join(folder, 'copy.db');
  expect(await maintenance.backup(path)).toMatchObject({ path });
  await expect(maintenance.backup(path)).rejects.toMatchObject({ code: 'backup-exists' });
});

test('a backup into a missing folder fails with a reason and leaves nothing', async () => {
  const { maintenance, write } = open('one');
  write(1);
  const path = join(folder, 'nowhere', 'copy.db');
  await expect(maintenance.backup(path)).rejects.toMatchObject({ code: 'backup-failed' });
});
