import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Clock } from './clock.ts';
import { Slots, type Slot, type SlotLimits } from './slots.ts';

const LIMITS: SlotLimits = {
  total: 8,
  strangers: 4,
  perOwner: 3,
  perPeer: 2,
  perPrefix: 3,
  turnMs: 5000,
  idleMs: 10_000,
};

/** A clock that a test moves. */
function manualClock(): Clock & { advance(ms: number): void } {
  let now = 0;
  let tasks: { at: number; task: () => void }[] = [];
  return {
    now: () => now,
    after(delayMs, task) {
      const one = { at: now + delayMs, task };
      tasks.push(one);
      return () => void (tasks = tasks.filter((other) => other !== one));
    },
    advance(ms) {
      const until = now + ms;
      for (;;) {
        const [next] = tasks.filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at);
        if (!next) break;
        tasks = tasks.filter((other) => other !== next);
        now = Math.max(now, next.at);
        next.task();
      }
      now = until;
    },
  };
}

/** Slots whose owners are those of `owners`, with the names of the peers that were evicted. */
function setUp(owners: Record<string, string> = {}) {
  const clock = manualClock();
  const slots = new Slots(clock, LIMITS, (peer) => owners[peer] ?? null);
  const evicted: string[] = [];
  const take = (peer: string, prefix = peer, isBusy = () => false): Slot | null =>
    slots.take({ peer, prefix, evict: () => evicted.push(peer), isBusy });
  return { clock, slots, evicted, take };
}

describe('slots', () => {
  test('[FG1] [FG2] [FG3] strangers leave the reserved slots to owners', () => {
    const { take, slots } = setUp({ mara: 'mara', tove: 'tove' });
    for (let n = 0; n < 10; n++) take(`stranger-${n}`);
    expect(slots.strangers).toBe(4);
    for (const member of ['mara', 'tove']) for (let n = 0; n < 2; n++) expect(take(member)).not.toBeNull();
    expect(slots.size).toBe(8);
  });

  test('[FG2] [FG3] strangers of one prefix share its slots, and so do those with one peer id', () => {
    const { take } = setUp();
    expect([take('a', 'net'), take('a', 'net'), take('a', 'net')].map((slot) => slot !== null)).toEqual([
      true,
      true,
      false,
    ]);
    expect([take('b', 'net'), take('c', 'net')].map((slot) => slot !== null)).toEqual([true, false]);
    expect(take('d', 'other')).not.toBeNull();
  });

  test('[FG2] [FG3] after its turn, the stranger without progress for the longest time gives way', () => {
    const { take, clock, evicted } = setUp();
    const [first] = [take('a', 'net'), take('b', 'net'), take('c', 'net')];
    expect(take('late', 'net')).toBeNull();
    clock.advance(5000);
    first!.touch();
    expect(take('late', 'net')).not.toBeNull();
    expect(evicted).toEqual(['b']);
  });

  test('[FG2] a stranger from a prefix with fewer slots need not wait for a turn', () => {
    const { take, evicted } = setUp();
    for (const peer of ['a', 'b', 'c']) take(peer, 'net');
    take('d', 'other');
    expect(take('e', 'third')).not.toBeNull();
    expect(evicted).toEqual(['a']);
    // Now the largest group has one more than it, which is no reason.
    expect(take('f', 'other')).toBeNull();
  });

  test('a stranger at work gives way after the idle ones', () => {
    const { take, clock, evicted } = setUp();
    take('a', 'net', () => true);
    clock.advance(1);
    take('b', 'net');
    take('c', 'net');
    clock.advance(5000);
    take('late', 'net');
    expect(evicted).toEqual(['b']);
  });

  test('when all are taken, an owner gets the slot of a stranger, else of the owner with the most', () => {
    const owners = { a: 'a', a2: 'a', b: 'b', c: 'c', d: 'd' };
    const { take, evicted, slots } = setUp(owners);
    for (const peer of ['a', 'a2', 'a', 'b', 'b', 'b', 'stranger', 'stranger']) take(peer);
    expect(take('a')).toBeNull();
    for (const peer of ['c', 'c']) expect(take(peer)).not.toBeNull();
    expect(evicted).toEqual(['stranger', 'stranger']);
    expect(take('d')).not.toBeNull();
    expect(evicted.slice(2)).toEqual(['a']);
    expect(slots.size).toBe(8);
  });

  test('[FG1] [FG2] [FG3] an idle stranger loses the slot after the deadline, unless it proves to be an owner or makes progress', () => {
    const owners: Record<string, string> = {};
    const { take, clock, evicted } = setUp(owners);
    take('idle');
    const slot = take('slow');
    take('member');
    clock.advance(9000);
    owners['member'] = 'mara';
    slot!.touch();
    clock.advance(2000);
    expect(evicted).toEqual(['idle']);
    clock.advance(10_000);
    expect(evicted).toEqual(['idle', 'slow']);
    delete owners['member'];
    clock.advance(20_000);
    expect(evicted).toEqual(['idle', 'slow', 'member']);
  });

  test('what this node itself wants is counted, and neither refused nor evicted', () => {
    const { slots, clock, take, evicted } = setUp({ mara: 'mara' });
    for (let n = 0; n < 10; n++) slots.takeOwn({ peer: 'x', prefix: 'x' });
    clock.advance(60_000);
    expect(take('mara')).toBeNull();
    expect([slots.size, evicted]).toEqual([10, []]);
  });

  test('whatever happens, all limits hold, owners get their reserved slots, and nobody is evicted twice', () => {
    const peers = fc.integer({ min: 0, max: 19 });
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ do: fc.constant('take' as const), peer: peers }) },
      fc.record({
        do: fc.constantFrom('release' as const, 'touch' as const, 'befriend' as const, 'ban' as const),
        peer: peers,
      }),
      fc.record({ do: fc.constant('wait' as const), peer: fc.integer({ min: 1, max: 12_000 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        // Peers 0 to 9 belong to three owners; of the others, some become owners and some owners are banned.
        const owners = new Map(Array.from({ length: 10 }, (_, n) => [n, `owner-${n % 3}`]));
        const clock = manualClock();
        const ownerOf = (peer: string) => owners.get(Number(peer)) ?? null;
        const slots = new Slots(clock, LIMITS, ownerOf);
        const held = new Map<number, { peer: number; slot: Slot }>();
        let next = 0;
        const ofOwner = (owner: string) =>
          [...held.values()].filter(({ peer }) => owners.get(peer) === owner).length;
        for (const { do: what, peer } of steps) {
          const mine = [...held].find(([, one]) => one.peer === peer);
          if (what === 'take') {
            const id = next++;
            const before = { size: held.size, owner: owners.get(peer) };
            const strangers = [...held.values()].filter((one) => !owners.has(one.peer)).length;
            const mayTake =
              before.owner !== undefined &&
              ofOwner(before.owner) < LIMITS.perOwner &&
              (before.size < LIMITS.total || strangers > 0);
            const evict = () => expect(held.delete(id)).toBe(true);
            const slot = slots.take({ peer: String(peer), prefix: `net-${peer % 4}`, evict });
            if (slot) held.set(id, { peer, slot });
            if (mayTake) expect(slot).not.toBeNull();
            if (slot && before.owner === undefined) {
              const others = [...held.values()].filter((one) => !owners.has(one.peer));
              expect(others.filter((one) => one.peer === peer).length).toBeLessThanOrEqual(LIMITS.perPeer);
            }
            if (slot && before.owner !== undefined) {
              expect(ofOwner(before.owner)).toBeLessThanOrEqual(LIMITS.perOwner);
            }
            // A stranger never takes more from the owners than the strangers had.
            if (before.owner === undefined && strangers >= LIMITS.strangers) {
              expect(slots.strangers).toBeLessThanOrEqual(strangers);
            }
          } else if (what === 'release' && mine) {
            held.delete(mine[0]);
            mine[1].slot.release();
            mine[1].slot.release();
          } else if (what === 'touch') mine?.[1].slot.touch();
          else if (what === 'befriend') owners.set(peer, `owner-${peer % 3}`);
          else if (what === 'ban') owners.delete(peer);
          else if (what === 'wait') clock.advance(peer);
          expect(slots.size).toBe(held.size);
          expect(slots.size).toBeLessThanOrEqual(LIMITS.total);
        }
      }),
      { numRuns: 500 },
    );
  });
});
