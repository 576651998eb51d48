import { createPrivateKey, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toHex } from '../kernel/bytes.ts';
import { cidOf, digestOf } from '../kernel/cid.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import type { Signer } from '../kernel/signer.ts';
import { sha256 } from '../kernel/sha256.ts';
import type { LogEvent, SealedEvent } from '../log/event.ts';
import { Log } from '../log/log.ts';
import { logMigrations } from '../log/migrations.ts';
import { LogStore } from '../log/store.ts';
import { moderationMigrations } from '../moderation/migrations.ts';
import { Roster } from '../members/roster.ts';
import { PeopleScript } from '../members/test-people.ts';
import { immediateVerifier } from '../platform/crypto/ed25519.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { withPlans } from '../platform/sqlite/test-plans.ts';
import { boardKinds } from './kinds.ts';
import { boardMigrations } from './migrations.ts';
import { BoardsProjection } from './projection.ts';
import { BoardQueries } from './queries.ts';

const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

function signerOf(name: string): Signer {
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8, sha256(Buffer.from(name))]),
    format: 'der',
    type: 'pkcs8',
  });
  const jwk = key.export({ format: 'jwk' });
  return {
    publicKey: new Uint8Array(Buffer.from(jwk.x!, 'base64url')),
    sign: (message) => new Uint8Array(sign(null, message, key)),
  };
}

const mara = signerOf('mara');
const ines = signerOf('ines');
const START_MS = 1_700_000_000_000;

function world() {
  let nowMs = START_MS;
  const clock = { now: () => nowMs++, after: () => () => {} };
  const people = new PeopleScript(clock);
  people.admit(mara.publicKey, ines.publicKey, 'Ines');
  const node = () => {
    const db = openDatabase(':memory:', [...logMigrations, ...boardMigrations, ...moderationMigrations]);
    const roster = new Roster({ key: mara.publicKey, handle: 'Mara', time: ticksOf(START_MS) });
    const store = new LogStore(db);
    const boards = new BoardsProjection(db, { isMe: () => false, since: 0 }, store);
    const log = new Log({
      db,
      store,
      clock,
      verifier: immediateVerifier,
      community: sha256(Buffer.from('community')),
      genesisTime: ticksOf(START_MS),
      projections: [boards],
      authority: roster,
    });
    const goDeaf = people.follow({ roster, log });
    return { db, log, roster, goDeaf, hear: () => people.follow({ roster, log }, 1) };
  };
  return { node, people, jump: (ms: number) => (nowMs += ms) };
}

type World = ReturnType<typeof world>;
type Node = ReturnType<World['node']>;

const post = { text: 'Hello', format: 'markdown', attachments: [] };

/** A community with some history: a board, threads, replies, edits, deletions, reactions, marks, a ban. */
function story(node: Node): LogEvent[] {
  const events: LogEvent[] = [];
  const write = (signer: Signer, kind: string, body: object) => {
    const event = node.log.append(signer, kind, body);
    events.push(event);
    return event.id;
  };
  const board = write(mara, boardKinds.create.name, {
    slug: 'harbour',
    name: 'Harbour',
    description: '',
    postRole: 'member',
  });
  const thread = write(mara, boardKinds.start.name, { board, subject: 'Storm', ...post });
  const reply = write(ines, boardKinds.reply.name, { board, thread, ...post });
  const second = write(ines, boardKinds.reply.name, { board, thread, replyTo: reply, ...post });
  write(ines, boardKinds.edit.name, { post: reply, text: 'first edit' });
  write(ines, boardKinds.edit.name, { post: reply, text: 'second edit' });
  write(mara, boardKinds.edit.name, { post: thread, text: 'Hello', subject: 'Storm on Tuesday' });
  write(mara, boardKinds.react.name, { post: reply, emoji: '⚓', on: true });
  write(mara, boardKinds.react.name, { post: reply, emoji: '⚓', on: false });
  write(ines, boardKinds.delete.name, { post: second, reason: 'twice' });
  write(mara, boardKinds.remove.name, { post: reply, reason: 'off topic' });
  write(mara, boardKinds.mark.name, { thread, pinned: true });
  write(mara, boardKinds.update.name, { board, name: 'Harbour talk' });
  write(mara, boardKinds.mark.name, { thread, locked: true });
  return events;
}

/** The size and the newest post of each thread as they are kept. */
const keptOf = ({ db }: Node) =>
  db.prepare('SELECT n, size, newest FROM thread WHERE size > 0 OR posts > 0 ORDER BY n').all();

/** The same from its posts. */
const scanOf = ({ db }: Node) =>
  db
    .prepare(
      `SELECT t.n, COUNT(*) AS size, (SELECT p.n FROM post p WHERE p.thread = t.n AND p.deleted_seq IS NULL
         ORDER BY p.at DESC, p.time DESC, p.n DESC LIMIT 1) AS newest
       FROM thread t JOIN post ON post.thread = t.n GROUP BY t.n ORDER BY t.n`,
    )
    .all();

const digests = ({ log }: Node) => [toHex(log.digest()), toHex(log.stateDigest())];

/** Offers events repeatedly, as reconciliation does, until nothing new is stored. */
async function offer(node: Node, events: readonly SealedEvent[]): Promise<void> {
  for (;;) {
    const { stored } = await node.log.admit(events, 'history');
    if (stored === 0) return;
  }
}

describe('boards over the log', () => {
  test('[L12] [B1] show the same after any order of arrival, one by one or in batches', async () => {
    const { node } = world();
    const origin = node();
    const events = story(origin);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...events.keys()], { minLength: events.length }),
        fc.integer({ min: 1, max: events.length }),
        async (order, size) => {
          const shuffled = order.map((index) => events[index]!);
          const other = node();
          for (let at = 0; at < shuffled.length; at += size)
            await other.log.admit(shuffled.slice(at, at + size), 'history');
          await offer(other, shuffled);
          expect(digests(other)).toEqual(digests(origin));
          expect(keptOf(other)).toEqual(scanOf(other));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('[L12] rebuild to the same state', async () => {
    const { node } = world();
    const origin = node();
    story(origin);
    const before = digests(origin);
    origin.log.rebuild();
    expect(digests(origin)).toEqual(before);
  });

  test('[L3] for content received newest first, the signature of the head is enough', async () => {
    const { node } = world();
    const origin = node();
    const events = story(origin);
    const other = node();
    const isHead = (event: LogEvent) =>
      origin.log.store.headsOf(event.author, 16).some((id) => toHex(id) === toHex(event.id));
    const signs = (event: LogEvent) => isHead(event) || /^(board|community)\./.test(event.kind);
    const stripped = events.map((event) => (signs(event) ? event : { bytes: event.bytes, signature: null }));
    await offer(other, stripped.toReversed());
    expect(digests(other)).toEqual(digests(origin));
  });

  test('[L11] a ban that arrives late reverts what was written after it', async () => {
    const { node, people, jump } = world();
    const origin = node();
    const events = story(origin);
    const other = node();
    await offer(other, events);
    other.goDeaf();
    people.ban(mara.publicKey, ines.publicKey);
    jump(60_000);
    const board = events.find(({ kind }) => kind === boardKinds.create.name)!.id;
    const late = other.log.append(ines, boardKinds.start.name, { board, subject: 'Buy now', ...post });
    expect(other.log.store.has(late.id)).toBe(true);
    other.hear();
    expect(other.log.store.has(late.id)).toBe(false);
    const { refusals } = await origin.log.admit([late], 'live');
    expect(refusals[0]).toEqual({ verdict: 'ignore', code: 'out-of-role' });
    expect(digests(other)).toEqual(digests(origin));
    other.log.rebuild();
    expect(digests(other)).toEqual(digests(origin));
  });

  test('[L4] two devices of one author fork and merge without loss', async () => {
    const { node } = world();
    const laptop = node();
    const events = story(laptop);
    const desktop = node();
    await offer(desktop, events);
    const board = events.find(({ kind }) => kind === boardKinds.create.name)!.id;
    const one = laptop.log.append(ines, boardKinds.start.name, {
      board,
      subject: 'From the laptop',
      ...post,
    });
    const two = desktop.log.append(ines, boardKinds.start.name, {
      board,
      subject: 'From the desktop',
      ...post,
    });
    await laptop.log.admit([two], 'live');
    await desktop.log.admit([one], 'live');
    const merge = laptop.log.append(ines, boardKinds.start.name, { board, subject: 'Both', ...post });
    expect(merge.parents.map(toHex).toSorted()).toEqual([one.id, two.id].map(toHex).toSorted());
    await desktop.log.admit([merge], 'live');
    expect(digests(desktop)).toEqual(digests(laptop));
  });
});

const queriesOf = ({ db }: Node) =>
  new BoardQueries(
    db,
    {
      person: () => ({ did: 'did:key:z', handle: 'Somebody', role: 'member' }),
      finality: () => ({ level: 'local', copies: 0 }),
      hasFile: () => false,
      held: () => null,
      me: () => ({ key: mara.publicKey, role: 'sysop' }),
    },
    0,
  );

const harbour = { slug: 'harbour', name: 'Harbour', description: '', postRole: 'member' };

test('[B2] a board is what its updates made of it in order of (time, id), whatever order they arrive in', async () => {
  const { node } = world();
  const origin = node();
  const write = (kind: string, body: object) => origin.log.append(mara, kind, body);
  const made = write(boardKinds.create.name, harbour);
  const updates = [
    { name: 'Port', description: 'Boats' },
    { name: 'Pier', postRole: 'moderator' },
    { archived: true },
  ].map((change) => write(boardKinds.update.name, { board: made.id, ...change }));
  for (const order of [updates, updates.toReversed()]) {
    const other = node();
    await other.log.admit([made], 'history');
    await offer(other, order);
    expect(queriesOf(other).board(made.id)).toMatchObject({
      slug: 'harbour',
      name: 'Pier',
      description: 'Boats',
      postRole: 'moderator',
      archived: true,
    });
  }
});

test('[B3] a reply that arrives before its thread moves to the board of the thread', async () => {
  const { node } = world();
  const origin = node();
  const write = (kind: string, body: object) => origin.log.append(mara, kind, body);
  const board = write(boardKinds.create.name, harbour);
  const wrong = write(boardKinds.create.name, { ...harbour, slug: 'pier', name: 'Pier' });
  const start = write(boardKinds.start.name, { board: board.id, subject: 'Storm', ...post });
  const reply = write(boardKinds.reply.name, { board: wrong.id, thread: start.id, ...post });
  const other = node();
  await other.log.admit([board, wrong], 'history');
  await other.log.admit([reply], 'history');
  const queries = queriesOf(other);
  const posts = () => [board, wrong].map(({ id }) => queries.board(id)!.posts);
  expect(posts()).toEqual([0, 1]);
  await other.log.admit([start], 'history');
  expect(posts()).toEqual([2, 0]);
  expect(queries.thread(start.id)!.thread).toMatchObject({ subject: 'Storm', replies: 1 });
});

describe('[B4] a post', () => {
  const setUp = () => {
    const { node } = world();
    const origin = node();
    const events: LogEvent[] = [];
    const write = (signer: Signer, kind: string, body: object) => {
      const event = origin.log.append(signer, kind, body);
      events.push(event);
      return event;
    };
    const board = write(mara, boardKinds.create.name, harbour).id;
    const { id } = write(ines, boardKinds.start.name, { board, subject: 'Storm', ...post });
    return { node, origin, events, write, id };
  };

  test('has the text of the latest edit by its own author, whatever order edits arrive in', async () => {
    const { node, origin, events, write, id } = setUp();
    for (const text of ['first', 'second']) write(ines, boardKinds.edit.name, { post: id, text });
    write(mara, boardKinds.edit.name, { post: id, text: 'not hers' });
    expect(queriesOf(origin).post(id)).toMatchObject({ text: 'second' });
    const other = node();
    await offer(other, events.toReversed());
    expect(queriesOf(other).post(id)).toMatchObject({ text: 'second' });
  });

  test('is not deleted by somebody else, and shows no text once its author deleted it', () => {
    const { origin, write, id } = setUp();
    write(mara, boardKinds.delete.name, { post: id, reason: '' });
    expect(queriesOf(origin).post(id)).toMatchObject({ text: 'Hello', deleted: null });
    write(ines, boardKinds.delete.name, { post: id, reason: 'twice' });
    write(ines, boardKinds.edit.name, { post: id, text: 'back again' });
    expect(queriesOf(origin).post(id)).toMatchObject({ text: null, deleted: { reason: 'twice' } });
  });

  test('shows no text once a moderator removed it', () => {
    const { origin, write, id } = setUp();
    write(mara, boardKinds.remove.name, { post: id, reason: 'off topic' });
    expect(queriesOf(origin).post(id)).toMatchObject({ text: null, deleted: { reason: 'off topic' } });
  });
});

test('the finality of a post by somebody else is never “local”: it came from a peer that holds it', () => {
  const node = world().node();
  story(node);
  const queries = queriesOf(node);
  const everything = { board: null, unreadOnly: false, cursor: undefined, limit: 10 };
  const [before] = queries.threads(everything).items;
  const id = digestOf(before!.id);
  const items = queries.posts(queries.thread(id)!, 0, 10);
  // Mara started the thread and Ines replied; the thread shows the finality of its latest post that is not deleted.
  expect(items.map(({ finality }) => finality)).toEqual([
    { level: 'local', copies: 0 },
    { level: 'replicated', copies: 1 },
    { level: 'replicated', copies: 1 },
  ]);
  expect(before!.finality).toEqual({ level: 'local', copies: 0 });
  node.log.append(ines, boardKinds.reply.name, { board: digestOf(before!.board), thread: id, ...post });
  const [after] = queries.threads(everything).items;
  expect(after).toMatchObject({ finality: { level: 'replicated', copies: 1 } });
});

test('[B6] a row of a board and the end of a thread are read without going through the thread', () => {
  const node = world().node();
  story(node);
  const plans: string[] = [];
  const queries = queriesOf({ ...node, db: withPlans(node.db, (plan) => void plans.push(plan)) });
  const { items } = queries.threads({ board: null, unreadOnly: false, cursor: undefined, limit: 10 });
  const thread = queries.thread(digestOf(items[0]!.id))!;
  queries.posts(thread, thread.posts - 1, 50);
  expect(plans.length).toBeGreaterThan(5);
  for (const plan of plans) {
    // Rows of posts are found by their number; where a thread is searched, its index has the order and the number.
    expect(plan).not.toMatch(/SCAN (?:p|post)\b/);
    expect(plan).not.toMatch(/SEARCH (?:p|post) USING INDEX post_by_thread/);
  }
});

test.each([1, 3, 4, 20])('[B6] pages of %i posts together are the whole thread in order', (limit) => {
  const node = world().node();
  story(node);
  const queries = queriesOf(node);
  const [row] = queries.threads({ board: null, unreadOnly: false, cursor: undefined, limit: 1 }).items;
  const [board, id] = [digestOf(row!.board), digestOf(row!.id)];
  for (let n = 0; n < 8; n++) node.log.append(ines, boardKinds.reply.name, { board, thread: id, ...post });
  const thread = queries.thread(id)!;
  expect(thread.posts).toBe(11);
  const paged = [];
  for (let at = 0; at < thread.posts; at += limit) paged.push(...queries.posts(thread, at, limit));
  const whole = node.db
    .prepare<{ id: Uint8Array }>(
      'SELECT e.id FROM post p JOIN event e ON e.seq = p.n ORDER BY p.at, p.time, p.n',
    )
    .all();
  expect(paged.map((one) => one.id)).toEqual(whole.map((one) => cidOf(one.id)));
  expect(queries.posts(thread, 50, limit)).toEqual([]);
});
