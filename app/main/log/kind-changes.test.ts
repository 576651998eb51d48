import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { toHex } from '../kernel/bytes.ts';
import { personOf } from '../sim/test-world.ts';
import type { LogEvent } from './event.ts';
import { salvageEvents } from './salvage.ts';
import { ALL, FIRST, Node, roleEnds, roleOf, write, people } from './test-kinds.ts';

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
