import { mkdtempSync, readFileSync, rmSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { boardKinds } from '../boards/kinds.ts';
import { toHex } from '../kernel/bytes.ts';
import { cidOf, digestOf } from '../kernel/cid.ts';
import { didOf } from '../kernel/did.ts';
import type { Role } from '../kernel/roles.ts';
import { encodeEvent, sealEvent } from '../log/event.ts';
import { logMigrations } from '../log/migrations.ts';
import { salvageEvents, type FoundRow } from '../log/salvage.ts';
import { LogStore } from '../log/store.ts';
import { examineEvents, Faults } from '../maintenance/examine.ts';
import { TestCommunity, type TestNode } from '../node/test-community.ts';
import { immediateVerifier } from '../platform/crypto/ed25519.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { reviewKinds } from './kinds.ts';

const code = (wanted: string) => expect.objectContaining({ code: wanted });
const SECRET = 'Zebrafinken nisten im Leuchtturm';
/** Words of the post as the index stores them: in lower case. */
const TRACES = ['ebrafinken', 'nisten', 'leuchtturm', 'Leuchtturm', 'heimlich', 'Absender', 'kennung'];

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'impulse-purge-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/**
 * Mara's community of a board and some members with their roles, all linked to her; Mara’s data is in a file.
 */
async function foundCommunity(members: Readonly<Record<string, Role>>) {
  const world = new TestCommunity();
  const path = join(folder, 'mara.db');
  const mara = await world.person('mara', { db: world.database(path) });
  const board = mara.boards.create({ slug: 'harbour', name: 'Harbour', description: '', postRole: 'member' });
  const people: TestNode[] = [];
  for (const [name, role] of Object.entries(members)) await world.admit(mara, name, role);
  for (const name of Object.keys(members)) {
    people.push(await world.person(name));
    await world.link(people.at(-1)!, mara);
  }
  return { world, clock: world.clock, mara, people, board, path };
}

const me = (who: TestNode) => didOf(who.signer.publicKey);
const digests = (who: TestNode) => [toHex(who.log.digest()), toHex(who.log.stateDigest())];
const words = (who: TestNode, id: string) =>
  who.log.store.event(digestOf(id))?.event.body as { text: string; subject?: string };
const answers = (who: TestNode) =>
  who.review
    .purges({ limit: 1 })
    .items[0]!.answers.map(({ who: by, answer }) => `${by.handle} ${answer}`)
    .toSorted();

async function start(who: TestNode, board: { id: string }, text = SECRET, subject = 'Boats') {
  const { id } = await who.boards.startThread({ board: board.id, subject, text, attachments: [] });
  return id;
}

async function purge(by: TestNode, clock: TestCommunity['clock'], id: string) {
  const asked = by.review.purge({ id, reason: 'private' });
  await clock.pass(5000);
  return asked;
}

async function sound({ log, db }: TestNode): Promise<string[]> {
  const faults = new Faults();
  await examineEvents(log, db, immediateVerifier, faults);
  return faults.list();
}

/** Which words a file or its write-ahead log still contains. */
function tracesIn(path: string): string[] {
  const bytes = [path, `${path}-wal`].filter(existsSync).map((one) => readFileSync(one));
  return TRACES.filter((trace) => bytes.some((part) => part.includes(trace)));
}

describe('a purge', () => {
  test('[R12] [R13] removes the bytes from the file: the post, its edits, its source, the index, the write-ahead log', async () => {
    const { mara, clock, board, path } = await foundCommunity({});
    for (let n = 0; n < 30; n++) await start(mara, board, `Fine morning number ${n}`);
    const post = mara.log.append(mara.signer, boardKinds.start.name, {
      board: digestOf(board.id),
      subject: 'Vom Leuchtturm',
      text: SECRET,
      format: 'plain',
      attachments: [],
      source: { name: 'Absender', date: 1_600_000_000_000, messageId: '<kennung@example.org>' },
    });
    const id = cidOf(post.id);
    await clock.pass(1000);
    await mara.boards.edit({ id, text: `heimlich ${SECRET}` });
    await clock.pass(1000);
    expect(mara.boards.search({ query: 'zebrafinken', limit: 5 }).items).toHaveLength(1);
    // Pages that were freed earlier, as the index frees them when it merges its segments.
    mara.db.exec('CREATE TABLE scratch (text TEXT)');
    mara.db.prepare('INSERT INTO scratch (text) VALUES (?)').run(`${SECRET} `.repeat(5000));
    mara.db.exec('DROP TABLE scratch');
    mara.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    expect(tracesIn(path)).toEqual(TRACES);
    const before = digests(mara);
    const count = mara.log.count();

    const receipt = await purge(mara, clock, id);
    expect(receipt.here).toMatchObject({ files: 0 });
    expect(receipt.here!.bytes).toBeGreaterThan(100);
    expect(tracesIn(path)).toEqual([]);
    expect(mara.boards.search({ query: 'zebrafinken', limit: 5 }).items).toEqual([]);
    expect(mara.boards.thread({ id, limit: 5 })).toMatchObject({
      thread: { subject: '…' },
      posts: { items: [{ id, createdAt: 1_600_000_000_000, edits: 1, held: { state: 'removed' } }] },
    });
    // The purge and its answer were added; nothing was removed.
    expect(mara.log.count()).toBe(count + 2);
    expect(digests(mara)).not.toEqual(before);
    expect(await sound(mara)).toEqual([]);
    await expect(mara.review.purge({ id, reason: 'again' })).rejects.toEqual(code('purged'));
    expect(mara.review.rule({ ids: [id], ruling: 'publish' }).failed).toMatchObject([{ code: 'purged' }]);
  });

  test('[R12] [R17] leaves both digests as they are on a node that did not purge', async () => {
    const { mara, people, clock, board } = await foundCommunity({ ines: 'member' });
    const ines = people[0]!;
    const id = await start(ines, board);
    await clock.pass(3000);
    await ines.boards.edit({ id, text: `heimlich ${SECRET}` });
    await mara.boards.reply({ thread: id, text: 'Really?', attachments: [] });
    await clock.pass(3000);
    ines.review.follow({ did: me(mara), following: false });
    await purge(mara, clock, id);
    await clock.pass(65_000);
    expect([words(mara, id).text, words(ines, id).text]).toEqual(['', SECRET]);
    expect(digests(mara)).toEqual(digests(ines));
    for (const who of [mara, ines]) {
      const shown = digests(who);
      who.log.rebuild();
      expect(digests(who)).toEqual(shown);
      expect(await sound(who)).toEqual([]);
    }
    expect(words(mara, id).text).toBe('');
  });

  test('[R13] [R14] is carried out by nodes that follow, refused by a person who does not want it, and answered late after an absence', async () => {
    const { world, mara, people, clock, board } = await foundCommunity({
      ines: 'member',
      otto: 'member',
      paul: 'member',
    });
    const [ines, otto, paul] = people as [TestNode, TestNode, TestNode];
    const id = await start(ines, board);
    await clock.pass(5000);
    otto.review.follow({ did: me(mara), following: false });
    await paul.transport.stop();
    await purge(mara, clock, id);
    await clock.pass(5000);
    expect(answers(mara)).toEqual(['ines gone', 'mara gone', 'otto silent', 'paul silent']);
    expect([words(ines, id).text, words(otto, id).text, words(paul, id).text]).toEqual(['', SECRET, SECRET]);

    const [asked] = otto.review.purges({ limit: 5 }).items;
    expect(asked).toMatchObject({ here: null, reason: 'private', by: { handle: 'mara' } });
    await otto.review.answerPurge({ id: asked!.id, answer: 'refused' });
    await paul.transport.start();
    await world.link(paul, mara);
    await clock.pass(65_000);
    expect(answers(mara)).toEqual(['ines gone', 'mara gone', 'otto refused', 'paul gone']);
    expect(words(paul, id).text).toBe('');
    expect(words(otto, id).text).toBe(SECRET);
    expect(new Set([mara, ines, otto, paul].map((who) => digests(who).join(' '))).size).toBe(1);

    // A person who refused may still purge.
    const answer = otto.review.answerPurge({ id: asked!.id, answer: 'gone' });
    await clock.pass(5000);
    expect((await answer).here).not.toBeNull();
    await clock.pass(5000);
    expect(words(otto, id).text).toBe('');
    expect(otto.boards.post({ id }).held?.state).toBe('removed');
    expect(answers(mara)).toContain('otto gone');
    await expect(otto.review.answerPurge({ id: asked!.id, answer: 'refused' })).rejects.toEqual(
      code('already-gone'),
    );
  });

  test('[R13] is carried out after a restart in between', async () => {
    const { world, mara, clock, board } = await foundCommunity({});
    const id = await start(mara, board);
    await mara.review.stop();
    const { event } = mara.log.store.event(digestOf(id))!;
    mara.log.append(mara.signer, reviewKinds.purge.name, {
      item: event.id,
      reason: 'private',
      husks: [[event.id, mara.log.redactedOf(event)!]],
    });
    await mara.stop();
    await mara.transport.stop();
    expect(words(mara, id).text).toBe(SECRET);
    const again = await world.person('mara', { db: mara.db });
    await clock.pass(5000);
    expect(words(again, id).text).toBe('');
    expect(answers(again)).toEqual(['mara gone']);
  });

  test('[R14] does not remove an item that a person shows on their node', async () => {
    const { mara, people, clock, board } = await foundCommunity({ ines: 'member' });
    const ines = people[0]!;
    const id = await start(ines, board);
    await clock.pass(5000);
    ines.review.override({ id, show: 'show' });
    await purge(mara, clock, id);
    await clock.pass(5000);
    expect([words(ines, id).text, ines.boards.post({ id }).held]).toEqual([SECRET, null]);
    ines.review.override({ id, show: null });
    await clock.pass(5000);
    expect(words(ines, id).text).toBe('');
  });

  test('[R1] is for co-sysops, and for posts and chat lines only', async () => {
    const { mara, people, clock, board } = await foundCommunity({ ines: 'moderator' });
    const id = await start(people[0]!, board);
    await clock.pass(3000);
    await expect(people[0]!.review.purge({ id, reason: 'x' })).rejects.toEqual(code('out-of-role'));
    await expect(mara.review.purge({ id: board.id, reason: 'x' })).rejects.toEqual(code('not-purgeable'));
    const { id: line } = await mara.chat.say(SECRET);
    await purge(mara, clock, line);
    expect(words(mara, line).text).toBe('…');
    expect(mara.chat.lines({ limit: 5 }).items).toEqual([]);
  });

  test('[R13] releases files that nothing else names', async () => {
    const { mara, clock, board } = await foundCommunity({});
    const put = (text: string) => mara.files.put(new TextEncoder().encode(text), `${text}.txt`, 'text/plain');
    const [alone, shared] = [await put('alone'), await put('shared')];
    const post = (cids: string[]) =>
      mara.boards.startThread({ board: board.id, subject: 'Files', text: 'Look', attachments: cids });
    const { id } = await post([alone.cid, shared.cid]);
    await post([shared.cid]);
    const { here } = await purge(mara, clock, id);
    expect(here?.files).toBe(1);
    expect([alone, shared].map(({ cid }) => mara.files.has(digestOf(cid)))).toEqual([false, true]);
  });
});

describe('a node that joins later', () => {
  test('[R15] counts purged events as held, does not request them again, and does not accept their bytes', async () => {
    const { world, mara, people, clock, board } = await foundCommunity({ ines: 'member' });
    const ines = people[0]!;
    const id = await start(ines, board);
    const sealed = ines.log.store.sealed(digestOf(id))!;
    await clock.pass(3000);
    await mara.boards.reply({ thread: id, text: 'Really?', attachments: [] });
    await clock.pass(3000);
    await purge(mara, clock, id);
    await clock.pass(5000);
    await world.admit(mara, 'nora');
    await clock.pass(3000);
    const nora = await world.person('nora');
    await world.link(nora, mara);
    await clock.pass(65_000);
    expect(nora.log.store.isRedacted(digestOf(id))).toBe(true);
    expect(digests(nora)).toEqual(digests(mara));
    // [S9] Nora and Ines lack nothing that Mara has.
    expect(mara.federation.spread.level(digestOf(id)).copies).toBe(2);
    expect(nora.boards.thread({ id, limit: 5 }).posts.items.map(({ text }) => text)).toEqual([
      null,
      'Really?',
    ]);
    expect(await sound(nora)).toEqual([]);
    const { refusals } = await nora.log.admit([sealed], 'history');
    expect(refusals).toMatchObject([{ code: 'duplicate' }]);
    expect(answers(mara)).toContain('nora gone');
  });

  test('[R16] accepts events before the purged post by their own signatures', async () => {
    const { world, mara, people, clock, board } = await foundCommunity({ ines: 'member' });
    const ines = people[0]!;
    await ines.transport.stop();
    const ids: string[] = [];
    for (const text of ['One', 'Two', SECRET, 'Four']) ids.push(await start(ines, board, text));
    // Mara receives them by catch-up: one signature checked, the others accepted by ancestry.
    await world.copy(ines, mara);
    await ines.transport.start();
    await purge(mara, clock, ids[2]!);
    await world.admit(mara, 'nora');
    const nora = await world.person('nora');
    await world.link(nora, mara);
    await clock.pass(65_000);
    expect(ids.map((id) => words(nora, id)?.text)).toEqual(['One', 'Two', '', 'Four']);
    expect(digests(nora)).toEqual(digests(mara));
  });

  test('[R16] rejects a purge that contains the text of a post', async () => {
    const { mara, people, clock, board } = await foundCommunity({ eve: 'co-sysop', ines: 'member' });
    const [eve, ines] = people as [TestNode, TestNode];
    const fields = {
      community: mara.log.community,
      author: ines.signer.publicKey,
      time: ines.log.now + 5,
      parents: [],
      kind: boardKinds.start.name,
    };
    const body = { board: digestOf(board.id), subject: 'Mine', format: 'plain', attachments: [] };
    const forged = sealEvent({ ...fields, body: { ...body, text: 'I quit' } }, eve.signer);
    const made = (text: string, parents: Uint8Array[] = []) =>
      encodeEvent({ ...fields, parents, body: { ...body, subject: '…', text } });
    const claim = (redacted: Uint8Array, item: Uint8Array) => {
      const husks = [[item, redacted]];
      eve.log.append(eve.signer, reviewKinds.purge.name, { item, reason: 'x', husks });
    };
    const [one, two] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
    claim(made('', [forged.id]), one);
    claim(made('I quit'), two);
    await clock.pass(10_000);
    expect(mara.log.store.isRedacted(one)).toBe(true);
    // An event with its text is not a redacted event.
    expect(mara.log.store.has(two)).toBe(false);
    const { refusals } = await mara.log.admit([{ bytes: forged.bytes, signature: null }], 'history');
    expect(refusals).toMatchObject([{ code: 'unproven' }]);
  });
});

test('[R15] a repair leaves purged events purged', async () => {
  const { mara, clock, board } = await foundCommunity({});
  const id = await start(mara, board);
  await purge(mara, clock, id);
  const rows = mara.db.prepare<FoundRow>('SELECT * FROM event ORDER BY seq').all();
  const db = openDatabase(':memory:', logMigrations);
  expect(salvageEvents(db, rows)).toBe(rows.length);
  const store = new LogStore(db);
  expect(store.isRedacted(digestOf(id))).toBe(true);
  expect(store.event(digestOf(id))!.event.body).toMatchObject({ text: '' });
});
