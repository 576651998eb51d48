import { expect, test } from 'vitest';
import { ticksOf } from '../kernel/hybrid-time.ts';
import { toHex } from '../kernel/bytes.ts';
import { createTestWorld, FOUNDER, personOf, type TestNode, type TestWorld } from '../sim/test-world.ts';
import { MAX_AHEAD_MS } from './admission.ts';
import { sealEvent, type LogEvent, type SealedEvent } from './event.ts';

const KIND = 'test.note';

/** An event of the founder at a time by the world's clock. */
function eventAt(world: TestWorld, aheadMs: number, text: string): LogEvent {
  return sealEvent(
    {
      community: world.community,
      author: personOf(FOUNDER).publicKey,
      time: ticksOf(world.clock.now() + aheadMs),
      parents: [],
      kind: KIND,
      body: { text },
    },
    personOf(FOUNDER),
  );
}

const write = (node: TestNode, text: string, kind = KIND) => node.log.append(node.signer, kind, { text });
const digests = ({ log }: TestNode) => [toHex(log.digest()), toHex(log.stateDigest())];
const codesOf = async (node: TestNode, ...events: SealedEvent[]) =>
  (await node.log.admit(events, 'history')).refusals.map((refusal) => refusal?.code ?? 'stored');

test('[L7] an event far ahead is deferred and stored when its time comes', async () => {
  const world = createTestWorld();
  const node = await world.node(FOUNDER);
  const [soon, late] = [MAX_AHEAD_MS, 2 * MAX_AHEAD_MS].map((ms) => eventAt(world, ms, `${ms}`));
  expect(await codesOf(node, soon!, late!)).toEqual(['stored', 'far-future']);
  await world.clock.pass(MAX_AHEAD_MS - 1000);
  expect(node.texts).toEqual(['60000']);
  await world.clock.pass(MAX_AHEAD_MS + 2000);
  expect(node.texts).toEqual(['60000', '120000']);
});

test('[L7] at most 1,000 early events are deferred', async () => {
  const world = createTestWorld();
  const node = await world.node(FOUNDER);
  const early = Array.from({ length: 1001 }, (_, n) => eventAt(world, 2 * MAX_AHEAD_MS, `${n}`));
  await node.log.admit(early, 'live');
  await world.clock.pass(3 * MAX_AHEAD_MS);
  expect(node.texts).toHaveLength(1000);
});

test('[L3] [S3] an authority event needs its signature even where a later event names it', async () => {
  const world = createTestWorld();
  const founder = await world.node(FOUNDER);
  const other = await world.node('other');
  const bare = (event: LogEvent): SealedEvent => ({ bytes: event.bytes, signature: null });
  const [rule, note, last] = [
    write(founder, 'a rule', 'authority/test.rule'),
    write(founder, 'a'),
    write(founder, 'b'),
  ];
  expect(await codesOf(other, last, bare(note))).toEqual(['stored', 'stored']);
  expect(await codesOf(other, bare(rule))).toEqual(['unproven']);
  expect(await codesOf(other, rule)).toEqual(['stored']);
});

test('[L3] a member who names the event of another as a parent does not keep it from anybody', async () => {
  const world = createTestWorld();
  const founder = await world.node(FOUNDER);
  const mallory = await world.node('mallory');
  founder.admit('mallory');
  const [wanted, child] = [write(founder, 'wanted'), write(founder, 'child')];
  const claim = sealEvent(
    {
      community: world.community,
      author: mallory.signer.publicKey,
      time: mallory.log.now,
      parents: [wanted.id],
      kind: KIND,
      body: { text: 'claim' },
    },
    mallory.signer,
  );
  for (const order of [
    [claim, child],
    [child, claim],
  ]) {
    const late = await world.node('late');
    expect(await codesOf(late, ...order)).toEqual(['stored', 'stored']);
    expect(await codesOf(late, { bytes: wanted.bytes, signature: null })).toEqual(['stored']);
    expect(late.log.store.gaps()).toBe(0);
    expect(late.log.store.headsOf(child.author, 16).map(toHex)).toEqual([toHex(child.id)]);
  }
  const last = await world.node('last');
  expect(await codesOf(last, claim, wanted)).toEqual(['stored', 'stored']);
});

test('[L3] an event proves no event of another author', async () => {
  const world = createTestWorld();
  const node = await world.node(FOUNDER);
  const mallory = await world.node('mallory');
  node.admit('mallory');
  const forged: SealedEvent = { ...eventAt(world, 0, 'forged'), signature: null };
  const claim = (text: string) =>
    sealEvent(
      {
        community: world.community,
        author: mallory.signer.publicKey,
        time: mallory.log.now,
        parents: [eventAt(world, 0, 'forged').id],
        kind: KIND,
        body: { text },
      },
      mallory.signer,
    );
  expect(await codesOf(node, claim('together'), forged)).toEqual(['stored', 'unproven']);
  expect(await codesOf(node, forged)).toEqual(['unproven']);
  expect(await codesOf(node, { ...forged, signature: new Uint8Array(64) })).toEqual(['bad-signature']);
  expect(node.texts).toEqual(['together']);
});

test.each([
  ['the ids are in memory', true],
  ['the ids are on disk alone', false],
])('an event that is twice in a batch is stored once if %s', async (_, inMemory) => {
  const world = createTestWorld();
  const founder = await world.node(FOUNDER);
  const other = await world.node('other');
  const [first, second] = [write(founder, 'first'), write(founder, 'second')];
  const rule = write(founder, 'a rule', 'authority/test.rule');
  if (inMemory) for (const stratum of ['authority', 'content'] as const) other.log.set(stratum);
  expect(await codesOf(other, second, first, second, rule, first, rule)).toEqual([
    'stored',
    'stored',
    'duplicate',
    'stored',
    'duplicate',
    'duplicate',
  ]);
  expect(await codesOf(other, second)).toEqual(['duplicate']);
  expect([other.log.count('content'), other.log.count('authority')]).toEqual([2, 1]);
  expect(other.log.set('content').size).toBe(2);
  expect(digests(other)).toEqual(digests(founder));
});

test('an event that is twice in an answer of catch-up does not cost its slice the other events', async () => {
  const world = createTestWorld();
  const founder = await world.node(FOUNDER);
  const other = await world.node('other');
  const events = Array.from({ length: 300 }, (_, n) => write(founder, `${n}`));
  other.log.set('content');
  const codes = await codesOf(other, ...events.slice(0, 200), events[0]!, ...events.slice(199));
  expect(codes.filter((code) => code === 'stored')).toHaveLength(300);
  expect([codes[200], codes[201]]).toEqual(['duplicate', 'duplicate']);
});

test('[L13] the digests depend on the set of events alone', async () => {
  const world = createTestWorld();
  const founder = await world.node(FOUNDER);
  const other = await world.node('other');
  const events = ['a', 'b', 'c'].map((text) => write(founder, text));
  await other.log.admit(events.slice(1).toReversed(), 'history');
  expect(digests(other)[0]).not.toBe(digests(founder)[0]);
  expect(digests(other)[1]).not.toBe(digests(founder)[1]);
  await other.log.admit(events.slice(0, 1), 'history');
  expect(digests(other)).toEqual(digests(founder));
});

test.each([
  ['an authority event', 'authority/test.rule'],
  ['content', KIND],
])('[L13] two logs that differ in %s differ in both digests', async (_, kind) => {
  const world = createTestWorld();
  const founder = await world.node(FOUNDER);
  const other = await world.node('other');
  write(founder, 'a note');
  write(founder, 'a rule', 'authority/test.rule');
  const shared = founder.log.store.byAuthorSince(founder.signer.publicKey, 0).map(({ event }) => event);
  await other.log.admit(shared, 'history');
  expect(digests(other)).toEqual(digests(founder));
  const one = write(founder, 'one more', kind);
  expect(digests(other)[0]).not.toBe(digests(founder)[0]);
  expect(digests(other)[1]).not.toBe(digests(founder)[1]);
  await other.log.admit([one], 'history');
  expect(digests(other)).toEqual(digests(founder));
});

test('[L14] a purge takes the text of an event and leaves everything else', async () => {
  const world = createTestWorld();
  const founder = await world.node(FOUNDER);
  const other = await world.node('other');
  const [first, secret] = [write(founder, 'first'), write(founder, 'secret')];
  await other.log.admit([secret], 'live');
  const before = digests(founder);
  const named = [{ id: secret.id, redacted: founder.log.redactedOf(secret)! }];
  expect(founder.log.purge(named).gone.map(({ id }) => toHex(id))).toEqual([toHex(secret.id)]);
  const { event } = founder.log.store.event(secret.id)!;
  const { author, time, kind } = secret;
  expect(event).toMatchObject({ author, time, kind, body: { text: '' }, signature: null });
  expect([event.id, ...event.parents].map(toHex)).toEqual([secret.id, first.id].map(toHex));
  expect(founder.log.store.sealed(secret.id)).toBeNull();
  expect(founder.log.store.headsOf(author, 16).map(toHex)).toEqual([toHex(secret.id)]);
  expect(digests(founder)).toEqual(before);
  // A redacted event still proves its parents.
  other.log.purge(named);
  expect(await codesOf(other, { bytes: first.bytes, signature: null })).toEqual(['stored']);
});

test('[L14] a purged event that was never here is filed, and proves nothing', async () => {
  const world = createTestWorld();
  const founder = await world.node(FOUNDER);
  const late = await world.node('late');
  const [first, secret] = [write(founder, 'first'), write(founder, 'secret')];
  late.log.purge([{ id: secret.id, redacted: founder.log.redactedOf(secret)! }]);
  expect(late.log.store.isRedacted(secret.id)).toBe(true);
  expect(late.log.store.gaps()).toBe(0);
  expect(await codesOf(late, secret)).toEqual(['duplicate']);
  expect(await codesOf(late, { bytes: first.bytes, signature: null })).toEqual(['unproven']);
  expect(await codesOf(late, first)).toEqual(['stored']);
  expect(toHex(late.log.digest())).toBe(toHex(founder.log.digest()));
});
