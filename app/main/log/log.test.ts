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
