import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { toHex } from '../kernel/bytes.ts';
import type { Database } from '../kernel/database.ts';
import { ticksOf } from '../kernel/hybrid-time.ts';
import type { Role } from '../kernel/roles.ts';
import { openDatabase } from '../platform/sqlite/database.ts';
import { createTestWorld, FOUNDER, personOf, verifier } from '../sim/test-world.ts';
import { VirtualClock } from '../platform/memory/clock.ts';
import { sealEvent, type LogEvent } from './event.ts';
import type { AdmissionHook, Kind, Projection } from './kinds.ts';
import { Log } from './log.ts';
import { logMigrations } from './migrations.ts';
import { salvageEvents } from './salvage.ts';
import { LogStore } from './store.ts';

const text = z.strictObject({ text: z.string().max(20) });
const redacted = () => ({ text: '' });
const KINDS: readonly Kind[] = [
  { name: 'test.note', stratum: 'content', body: text, leastRole: 'member', redacted },
  { name: 'poll.open', stratum: 'content', body: text, leastRole: 'moderator', redacted },
  { name: 'poll.vote', stratum: 'content', body: text, leastRole: 'guest', redacted },
  { name: 'authority/poll.rule', stratum: 'authority', body: text, leastRole: 'co-sysop' },
];
const ALL = KINDS.map(({ name }) => name);
const FIRST = ALL.slice(0, 1);

const NOW = 1_700_000_000_000;
const community = new Uint8Array(32).fill(7);
const people: Record<string, Role> = {
  sysop: 'sysop',
  moderator: 'moderator',
  member: 'member',
  guest: 'guest',
};
const roleOf = new Map(Object.entries(people).map(([name, role]) => [toHex(personOf(name).publicKey), role]));
/** When somebody's role ends, in ticks. */
const roleEnds = new Map<string, number>();

/** Rows of a table, and a second table that follows them by row number, as counters and the search index do. */
class Shown implements Projection {
  readonly kinds: readonly Kind[];
  readonly #db: Database;

  constructor(db: Database, known: readonly string[]) {
    this.#db = db;
    this.kinds = KINDS.filter(({ name }) => known.includes(name));
  }

  apply(event: LogEvent, seq: number): void {
    this.#db.prepare('INSERT INTO shown (n, id, kind) VALUES (?, ?, ?)').run(seq, event.id, event.kind);
  }

  revoke(_event: LogEvent, seq: number): void {
    const { changes } = this.#db.prepare('DELETE FROM shown WHERE n = ?').run(seq);
    if (changes !== 1) throw new Error('an event was revoked that was not applied');
    this.#db.prepare('DELETE FROM followed WHERE n = ?').run(seq);
  }

  settle(): void {
    this.#db
      .exec(`INSERT INTO followed SELECT n FROM shown WHERE kind NOT LIKE 'authority/%' AND n > (SELECT n FROM upto);
      UPDATE upto SET n = MAX(n, (SELECT COALESCE(MAX(n), 0) FROM followed))`);
  }

  clear(): void {
    this.#db.exec('DELETE FROM shown; DELETE FROM followed; UPDATE upto SET n = 0');
  }

  dump(): Iterable<unknown> {
    return this.#db
      .prepare<{ id: Uint8Array; kind: string; followed: number }>(
        'SELECT id, kind, n IN (SELECT n FROM followed) AS followed FROM shown ORDER BY id',
      )
      .all()
      .map(({ id, kind, followed }) => [id, kind, followed]);
  }
}

/** A node that can be opened again with other kinds. */
class Node {
  readonly db = openDatabase(':memory:', logMigrations);
  readonly hooked: string[] = [];
  readonly unhooked: string[] = [];
  readonly clock = new VirtualClock(NOW);
  log!: Log;

  constructor(known: readonly string[] = ALL) {
    this.db.exec(
      'CREATE TABLE shown (n INTEGER PRIMARY KEY, id BLOB, kind TEXT); CREATE TABLE followed (n INTEGER PRIMARY KEY); CREATE TABLE upto (n INTEGER); INSERT INTO upto VALUES (0)',
    );
    this.open(known);
  }

  open(known: readonly string[]): void {
    const admissionHook: AdmissionHook = {
      stored: (event) => void this.hooked.push(toHex(event.id)),
      removed: (event) => void this.unhooked.push(toHex(event.id)),
      reload() {},
    };
    this.log = new Log({
      db: this.db,
      store: new LogStore(this.db),
      clock: this.clock,
      verifier,
      community,
      genesisTime: ticksOf(NOW - 1000),
      projections: [new Shown(this.db, known)],
      authority: {
        roleAt: (key, time) => {
          const hex = toHex(key);
          return time < (roleEnds.get(hex) ?? Infinity) ? (roleOf.get(hex) ?? null) : null;
        },
        knows: (key) => roleOf.has(toHex(key)),
      },
      admissionHook,
    });
    this.log.opened();
  }

  async take(...events: LogEvent[]): Promise<string[]> {
    const { refusals } = await this.log.admit(events, 'live');
    return refusals.map((refusal) => (refusal ? `${refusal.verdict} ${refusal.code}` : 'stored'));
  }

  get digests(): string[] {
    return [toHex(this.log.digest()), toHex(this.log.stateDigest())];
  }
}

let ticks = ticksOf(NOW);
const write = (by: string, kind: string, body: object = { text: 'x' }, parents: readonly LogEvent[] = []) =>
  sealEvent(
    {
      community,
      author: personOf(by).publicKey,
      time: ticks++,
      parents: parents.map(({ id }) => id),
      kind,
      body,
    },
    personOf(by),
  );

test('[L15] an event of an unknown kind is stored, counted and passed on, and no projection takes it', async () => {
  const [old, full] = [new Node(FIRST), new Node()];
  const note = write('member', 'test.note');
  const vote = write('member', 'poll.vote', { text: 'yes' }, [note]);
  expect(await old.take(note, vote)).toEqual(['stored', 'stored']);
  await full.take(note, vote);
  expect(old.digests[0]).toBe(full.digests[0]);
  expect(old.digests[1]).not.toBe(full.digests[1]);
  const sent = old.log.store.sealed(vote.id)!;
  expect([sent.bytes, sent.signature!].map(toHex)).toEqual([vote.bytes, vote.signature!].map(toHex));
  expect(old.log.store.headsOf(vote.author, 16).map(toHex)).toEqual([toHex(vote.id)]);
  expect(old.log.opaque()).toEqual([{ kind: 'poll.vote', count: 1 }]);
  expect(old.hooked).toEqual([toHex(note.id)]);
  expect(await old.take(vote)).toEqual(['ignore duplicate']);
});

test('[L15] [L8] every rule that needs no kind applies to an unknown kind, and a body that does not fit is nobody’s fault', async () => {
  const old = new Node(FIRST);
  const vote = write('member', 'poll.vote');
  expect(await old.take({ ...vote, signature: new Uint8Array(64) })).toEqual(['reject bad-signature']);
  expect(await old.take({ ...vote, signature: null })).toEqual(['ignore unproven']);
  expect(await old.take(write('stranger', 'poll.vote'))).toEqual(['ignore unknown-author']);
  expect(await new Node().take(write('member', 'poll.vote', { wrong: 1 }))).toEqual(['ignore bad-body']);
  expect(old.log.count()).toBe(0);
});

test('[L15] [L17] features hear only of events whose kinds they know', async () => {
  const old = new Node(FIRST);
  const [stored, heard]: [string[][], string[][]] = [[], []];
  old.log.onStored((batch) => stored.push(batch.map(({ event }) => event.kind)));
  old.log.onCommit((batch) => heard.push(batch.map(({ event }) => event.kind)));
  await old.take(write('member', 'poll.vote', { anything: null }));
  await old.take(write('member', 'poll.vote'), write('member', 'test.note'));
  expect(stored).toEqual([['poll.vote'], ['poll.vote', 'test.note']]);
  expect(heard).toEqual([['test.note']]);

  // After an update they hear of the others, except of the one that does not fit.
  old.open(ALL);
  old.log.onCommit((batch) => heard.push(batch.map(({ event, origin }) => `${event.kind} ${origin}`)));
  await old.clock.pass(0);
  expect(heard.slice(1)).toEqual([['poll.vote history']]);
});

test('[L15] a node writes no event of a kind that it does not know', async () => {
  const old = new Node(FIRST);
  const body = { text: 'yes' };
  expect(() => old.log.append(personOf('member'), 'poll.vote', body)).toThrowError(
    expect.objectContaining({ code: 'unknown-kind' }),
  );
  const signer = { ...personOf('member'), signAll: async () => [new Uint8Array(64)] };
  const drafts = (function* () {
    yield { kind: 'poll.vote', body };
  })();
  await expect(old.log.appendBulk(signer, drafts)).rejects.toMatchObject({ code: 'unknown-kind' });
  expect(old.log.count()).toBe(0);
});

test('[L16] the stratum of an unknown kind follows from its name, and so does the role that it needs', async () => {
  const old = new Node(FIRST);
  expect(await old.take(write('sysop', 'authority/poll.rule'), write('sysop', 'board.create'))).toEqual([
    'stored',
    'stored',
  ]);
  expect(old.log.count('authority')).toBe(2);
  expect(await old.take(write('moderator', 'authority/poll.rule'), write('member', 'board.update'))).toEqual([
    'ignore out-of-role',
    'ignore out-of-role',
  ]);
  expect(await old.take(write('guest', 'poll.vote'), write('guest', 'poll.open'))).toEqual([
    'stored',
    'stored',
  ]);
  const bare = { ...write('sysop', 'authority/poll.rule'), signature: null };
  await old.take(write('sysop', 'poll.vote', {}, [bare]));
  expect(await old.take(bare)).toEqual(['ignore unproven']);
});

test('[L16] a text that is not the name of a kind is ignored', () => {
  const old = new Node(FIRST);
  const names = [
    'poll',
    '.vote',
    'poll.',
    'Poll.vote',
    'poll vote',
    'authority/poll',
    'other/poll.vote',
    'poll.v\u202Eote',
  ];
  return expect(old.take(...names.map((name) => write('sysop', name)))).resolves.toEqual(
    names.map(() => 'ignore unknown-kind'),
  );
});

test('[L17] an update applies the opaque events, in whatever order they came, and shows what others show', async () => {
  const [old, full] = [new Node(FIRST), new Node()];
  const events = ['poll.vote', 'test.note', 'authority/poll.rule', 'test.note', 'poll.open'].map((kind) =>
    write('sysop', kind),
  );
  await full.take(...events);
  await old.take(...events.toReversed());
  old.hooked.length = 0;
  old.open(ALL);
  expect(old.digests).toEqual(full.digests);
  expect(old.log.opaque()).toEqual([]);
  // Moderation judges them as it does events that come from a peer.
  const gained = events.filter(({ kind }) => kind !== 'test.note').map(({ id }) => toHex(id));
  expect(old.hooked.toSorted()).toEqual(gained.toSorted());
});

test('[L17] an update removes events that are invalid now, and their places become gaps', async () => {
  const old = new Node(FIRST);
  const [bad, early] = [write('member', 'poll.vote', { wrong: 1 }), write('member', 'poll.open')];
  const events = [bad, early, write('member', 'test.note', { text: 'x' }, [bad])];
  await old.take(...events);
  expect(old.log.count()).toBe(3);
  const full = new Node();
  await full.take(...events);
  old.open(ALL);
  expect(old.digests).toEqual(full.digests);
  expect(old.log.count()).toBe(1);
  expect([old, full].map(({ log }) => log.store.gaps())).toEqual([1, 1]);
});

test('[L17] a node that goes back keeps the events, and undoes their effects', async () => {
  const [node, old] = [new Node(), new Node(FIRST)];
  const events = ['poll.vote', 'test.note', 'authority/poll.rule'].map((kind) => write('sysop', kind));
  await node.take(...events);
  await old.take(...events);
  const before = node.digests;
  node.open(FIRST);
  expect(node.digests).toEqual(old.digests);
  expect(node.log.opaque()).toEqual(old.log.opaque());
  node.open(ALL);
  expect(node.digests).toEqual(before);
});

test('[L17] an event that was applied before its kind was lost is not judged a second time', async () => {
  const node = new Node();
  const events = ['poll.vote', 'test.note'].map((kind) => write('sysop', kind));
  await node.take(...events);
  node.open(FIRST);
  const meanwhile = write('sysop', 'poll.vote');
  await node.take(meanwhile);
  node.hooked.length = 0;
  node.open(ALL);
  expect(node.hooked).toEqual([toHex(meanwhile.id)]);
  expect(node.log.count()).toBe(3);
});

test('[L17] an event that lost its kind and was then removed is forgotten, and its author’s others are judged again', async () => {
  const node = new Node();
  const { publicKey } = personOf('leaving');
  roleOf.set(toHex(publicKey), 'member');
  const [kept, gone] = [write('leaving', 'poll.vote'), write('leaving', 'poll.vote', { text: 'later' })];
  await node.take(kept, gone, write('member', 'poll.vote'));
  node.open(FIRST);
  // The role ends between the two.
  roleEnds.set(toHex(publicKey), gone.time);
  node.log.rightsChanged([{ keys: [publicKey], since: gone.time }], 1);
  expect(node.unhooked).toEqual([toHex(gone.id)]);
  node.hooked.length = 0;
  node.open(ALL);
  expect(node.hooked).toEqual([toHex(kept.id)]);
});

test('[L17] events that were read from a damaged file are opaque if their kinds are unknown', async () => {
  const [old, mended] = [new Node(FIRST), new Node(FIRST)];
  await old.take(write('member', 'poll.vote'), write('member', 'test.note'));
  salvageEvents(mended.db, old.db.prepare<Record<string, never>>('SELECT * FROM event').all());
  mended.open(FIRST);
  mended.log.rebuild();
  expect(mended.log.opaque()).toEqual(old.log.opaque());
  expect(mended.digests).toEqual(old.digests);
});

test('[L11] [L15] an opaque event is removed with the rights of its author, before and after an update', async () => {
  const [old, next] = [new Node(FIRST), new Node(FIRST)];
  const { publicKey } = personOf('passing');
  roleOf.set(toHex(publicKey), 'member');
  const vote = write('passing', 'poll.vote');
  for (const node of [old, next]) expect(await node.take(vote)).toEqual(['stored']);
  roleOf.delete(toHex(publicKey));
  const change = [{ keys: [publicKey], since: vote.time }];
  old.log.rightsChanged(change, 1);
  expect([old.log.count(), old.log.opaque()]).toEqual([0, []]);
  next.open(ALL);
  expect(next.log.count()).toBe(0);
});

test('[L14] [L15] a purge reaches an opaque event once its kind is known', async () => {
  const [old, full] = [new Node(FIRST), new Node()];
  const vote = write('member', 'poll.vote', { text: 'secret' });
  for (const node of [old, full]) await node.take(vote);
  const named = [{ id: vote.id, redacted: full.log.redactedOf(vote)! }];
  expect(old.log.redactedOf(vote)).toBeNull();
  expect(old.log.purge(named)).toMatchObject({ gone: [], unknown: 1 });
  // Nor is a redacted form filed that nobody here can check.
  const never = new Node(FIRST);
  expect(never.log.purge(named)).toMatchObject({ filed: [], unknown: 1 });
  never.open(ALL);
  expect(never.log.purge(named).filed).toHaveLength(1);
  old.open(ALL);
  expect(old.log.purge(named).gone).toHaveLength(1);
  full.log.purge(named);
  full.open(FIRST);
  full.open(ALL);
  expect(full.log.store.isRedacted(vote.id)).toBe(true);
  expect(old.digests).toEqual(full.digests);
});

test('[L18] opaque events are counted by kind', async () => {
  const old = new Node(FIRST);
  expect(old.log.opaque()).toEqual([]);
  await old.take(...['poll.vote', 'poll.open', 'poll.vote', 'test.note'].map((kind) => write('sysop', kind)));
  expect(old.log.opaque()).toEqual([
    { kind: 'poll.open', count: 1 },
    { kind: 'poll.vote', count: 2 },
  ]);
});

test('[L12] [L17] after any updates and returns, nodes that hold the same and know the same show the same', async () => {
  const step = fc.oneof(
    fc.record({
      by: fc.constantFrom(...Object.keys(people)),
      kind: fc.constantFrom(...ALL),
      fits: fc.boolean(),
    }),
    fc.record({ known: fc.subarray(ALL) }),
    fc.constant('lag' as const),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.subarray(ALL), async (steps, last) => {
      const [node, full] = [new Node(FIRST), new Node()];
      let late: LogEvent[] = [];
      for (const one of steps) {
        if (one === 'lag') {
          await node.take(...late.toReversed());
          late = [];
        } else if ('known' in one) node.open(one.known);
        else {
          const event = write(one.by, one.kind, one.fits ? { text: 'x' } : { wrong: 1 });
          if (late.length % 3 === 0) await node.take(event);
          else late.push(event);
          await full.take(event);
          late.push(event);
        }
      }
      await node.take(...late);
      node.open(ALL);
      expect(node.digests).toEqual(full.digests);
      node.open(last);
      full.open(last);
      expect(node.digests).toEqual(full.digests);
      const shown = node.digests;
      node.log.rebuild();
      expect(node.digests).toEqual(shown);
    }),
    { numRuns: 60 },
  );
});

test('[L15] [G2] [S9] an unknown kind passes through a node that does not know it, by gossip and by catch-up, at no cost', async () => {
  const world = createTestWorld();
  const founder = await world.node(FOUNDER);
  founder.admit('ada');
  founder.admit('bob');
  const ada = await world.node('ada', [], ['test.note', 'authority/test.rule']);
  const bob = await world.node('bob');
  founder.write('before');
  founder.log.append(founder.signer, 'authority/test.rule', { text: 'a rule' });
  await world.connect(ada, founder);
  await world.connect(bob, ada);
  founder.write('live');
  await world.clock.pass(10);
  expect(bob.texts.toSorted()).toEqual(['a rule', 'before', 'live']);
  expect(ada.texts).toEqual([]);
  expect(ada.log.count('authority')).toBe(1);
  expect(new Set([founder, ada, bob].map(({ log }) => toHex(log.digest()))).size).toBe(1);
  for (const { transport } of [founder, ada, bob]) {
    for (const { score } of transport.peers()) expect(score).toBeGreaterThanOrEqual(0);
  }
  expect(ada.log.refusals().filter(({ code }) => code !== 'duplicate')).toEqual([]);
  await world.clock.pass(61_000);
  const [newest] = founder.log.store.headsOf(founder.signer.publicKey, 16);
  expect(founder.spread.level(newest!)).toMatchObject({ level: 'replicated' });
});
