import { describe, expect, it } from 'vitest';
import { utf8 } from '../../kernel/bytes.ts';
import { sha256 } from '../../kernel/sha256.ts';
import { SlashingProtection } from './slashing-protection.ts';
import { leaderOf, Simplex, type Candidate, type Effect } from './simplex.ts';
import { Tally } from './tally.ts';
import { blockHash, testValidators } from './test-votes.ts';
import type { Motion, VoteKind } from '../types/vote.ts';

const four = testValidators(4);
const root = { hash: sha256(utf8('genesis')), slot: 0 };
const times = { baseMs: 1000, capMs: 8000 };

function machine(options: { me?: number | null; cast?: Motion[]; silentThrough?: number } = {}): Simplex {
  const { me = 0, cast = [], silentThrough = 0 } = options;
  const protection = new SlashingProtection(cast, silentThrough);
  return new Simplex({ set: four.set, me, root, times, protection, tally: (set) => new Tally(set) });
}

const block = (name: string, slot: number, parent = root.hash): Candidate => ({
  hash: blockHash(name),
  parent,
  slot,
});
const motion = (kind: VoteKind, slot: number, name: string | null): Motion => ({
  kind,
  epoch: 0,
  slot,
  block: name === null ? null : blockHash(name),
});

/** The votes in a list of effects, as text. */
function votesIn(effects: readonly Effect[]): string[] {
  return effects.flatMap((effect) =>
    effect.do === 'vote' ? [`${effect.motion.kind} ${effect.motion.slot}`] : [],
  );
}
const done = (effects: readonly Effect[]) => effects.map((effect) => effect.do);

describe('a slot', () => {
  it('has one leader, each validator in turn [K1]', () => {
    expect([1, 2, 3, 4, 5].map((slot) => leaderOf(four.set, slot))).toEqual([1, 2, 3, 0, 1]);
  });

  it.each(['notarise', 'nullify', 'finalise'] as const)('ends with a certificate to %s [K2]', (kind) => {
    const simplex = machine();
    simplex.certificate(motion(kind, 1, kind === 'nullify' ? null : 'a'));
    expect(simplex.slot).toBe(2);
  });

  it('may be skipped by a node that sees the end of a later one, and never comes back [K2]', () => {
    const simplex = machine();
    simplex.certificate(motion('nullify', 9, null));
    expect(simplex.slot).toBe(10);
    simplex.certificate(motion('nullify', 3, null));
    expect(simplex.slot).toBe(10);
  });

  it('does not count votes from far ahead [K2]', () => {
    const simplex = machine();
    expect(simplex.concerns(65)).toBe(true);
    expect(simplex.concerns(66)).toBe(false);
    expect(simplex.vote(four.vote(1, { kind: 'nullify', slot: 66 }))).toEqual([]);
  });

  it('has no timer while there is nothing to order [K8]', () => {
    expect(machine().resume()).toEqual([]);
    expect(machine().work(false)).toEqual([]);
  });

  it("gets a timer from work, from a block, or from another validator's message [K8]", () => {
    expect(done(machine().work(true))).toContain('wait');
    expect(done(machine().block(block('a', 1), true))).toContain('wait');
    expect(done(machine().vote(four.vote(2, { kind: 'nullify' })))).toContain('wait');
  });

  it('gets a timer twice as long after each empty slot, up to the cap, and a short one after a block [K8]', () => {
    const simplex = machine({ me: null });
    const waits = (effects: readonly Effect[]) =>
      effects.flatMap((effect) => (effect.do === 'wait' && effect.timer === 'nullify' ? [effect.ms] : []));
    const all = waits(simplex.work(true));
    for (let slot = 1; slot <= 5; slot++)
      all.push(...waits(simplex.certificate(motion('nullify', slot, null))));
    expect(all).toEqual([1000, 2000, 4000, 8000, 8000, 8000]);
    simplex.block(block('a', 6), true);
    expect(waits(simplex.certificate(motion('finalise', 6, 'a')))).toEqual([1000]);
  });

  it('cancels its timer when everything is settled [K8]', () => {
    const simplex = machine({ me: null });
    simplex.block(block('a', 1), true);
    simplex.certificate(motion('notarise', 1, 'a'));
    expect(simplex.active).toBe(true);
    expect(done(simplex.certificate(motion('finalise', 1, 'a')))).toEqual(['final', 'rest']);
    expect(simplex.active).toBe(false);
  });
});

describe('a leader', () => {
  it('proposes once, on the last final block, when there is something to order [K3]', () => {
    const simplex = machine({ me: 1 });
    expect(simplex.work(true)).toContainEqual({ do: 'propose', slot: 1, parent: root.hash, empty: false });
    expect(done(simplex.work(true))).not.toContain('propose');
  });

  it('is asked again when there was nothing to propose [K3]', () => {
    const simplex = machine({ me: 1 });
    simplex.work(true);
    simplex.declined(1);
    expect(done(simplex.vote(four.vote(2, { kind: 'nullify' })))).not.toContain('propose');
    expect(done(simplex.work(true))).toContain('propose');
  });

  it('builds on the newest notarised block over empty slots [K3]', () => {
    const simplex = machine({ me: 0 });
    simplex.work(true);
    simplex.block(block('a', 1), true);
    simplex.certificate(motion('notarise', 1, 'a'));
    simplex.certificate(motion('nullify', 2, null));
    const effects = simplex.certificate(motion('nullify', 3, null));
    expect(effects).toContainEqual({ do: 'propose', slot: 4, parent: blockHash('a'), empty: false });
  });

  it('asks its peers instead of proposing over a slot whose end it did not see [K3]', () => {
    const simplex = machine({ me: 0 });
    simplex.work(true);
    const effects = simplex.certificate(motion('nullify', 3, null));
    expect(done(effects)).toContain('ask');
    expect(done(effects)).not.toContain('propose');
    simplex.certificate(motion('nullify', 1, null));
    expect(done(simplex.certificate(motion('nullify', 2, null)))).toContain('propose');
  });

  it('proposes an empty block only to settle a block that does not become final [K8]', () => {
    const simplex = machine({ me: 2 });
    simplex.block(block('a', 1), true);
    const effects = simplex.certificate(motion('notarise', 1, 'a'));
    expect(effects).toContainEqual({ do: 'wait', timer: 'settle', slot: 2, ms: 250 });
    expect(done(effects)).not.toContain('propose');
    const late = simplex.timer('settle', 2);
    expect(late).toContainEqual({ do: 'propose', slot: 2, parent: blockHash('a'), empty: true });
  });

  it('that restarts after it voted in its slot does not propose again [K6]', () => {
    const simplex = machine({ me: 1, cast: [motion('notarise', 1, 'a')] });
    expect(done(simplex.work(true))).not.toContain('propose');
  });
});

describe('a validator', () => {
  it('votes for the first proposal and for no other [K4]', () => {
    const simplex = machine();
    expect(votesIn(simplex.block(block('a', 1), true))).toEqual(['notarise 1']);
    expect(votesIn(simplex.block(block('b', 1), true))).toEqual([]);
  });

  it('does not vote for a block that its leader did not vote for [K3]', () => {
    expect(votesIn(machine().block(block('a', 1), false))).toEqual([]);
  });

  it('votes only in its current slot [K4]', () => {
    const simplex = machine();
    expect(votesIn(simplex.block(block('b', 2), true))).toEqual([]);
    simplex.certificate(motion('nullify', 1, null));
    expect(votesIn(simplex.block(block('c', 1), true))).toEqual([]);
  });

  it('votes for a block over skipped slots only once it has proof that they are empty [K4]', () => {
    const simplex = machine();
    simplex.certificate(motion('nullify', 2, null));
    const effects = simplex.block(block('c', 3), true);
    expect(votesIn(effects)).toEqual([]);
    expect(done(effects)).toContain('ask');
    expect(votesIn(simplex.certificate(motion('nullify', 1, null)))).toEqual(['notarise 3']);
  });

  it('does not vote for a block that leaves out a notarised one without proof [K4]', () => {
    const simplex = machine();
    simplex.block(block('a', 1), true);
    simplex.certificate(motion('notarise', 1, 'a'));
    expect(votesIn(simplex.block(block('b', 2), true))).toEqual([]);
    expect(votesIn(simplex.block(block('c', 2, blockHash('a')), true))).toEqual(['notarise 2']);
  });

  it('does not vote for a block whose parent was never notarised [K4]', () => {
    const simplex = machine();
    simplex.block(block('a', 1), true);
    simplex.certificate(motion('nullify', 1, null));
    const effects = simplex.block(block('b', 2, blockHash('a')), true);
    expect(votesIn(effects)).toEqual([]);
    expect(done(effects)).toContain('ask');
  });

  it('finalises what a quorum notarised [K6]', () => {
    const simplex = machine();
    simplex.block(block('a', 1), true);
    for (const voter of [1, 2]) simplex.vote(four.vote(voter, { kind: 'notarise' }));
    expect(votesIn(simplex.vote(four.vote(3, { kind: 'notarise' })))).toEqual(['finalise 1']);
  });

  it('nullifies a slot when its time is over, and then does not finalise in it [K6]', () => {
    const simplex = machine();
    simplex.block(block('a', 1), true);
    expect(votesIn(simplex.timer('nullify', 1))).toEqual(['nullify 1']);
    expect(votesIn(simplex.certificate(motion('notarise', 1, 'a')))).toEqual([]);
  });

  it('may still notarise after a timeout, as the paper allows [K6]', () => {
    const simplex = machine();
    simplex.work(true);
    simplex.timer('nullify', 1);
    expect(votesIn(simplex.block(block('a', 1), true))).toEqual(['notarise 1']);
  });

  it('ignores the timer of a slot that is over [K8]', () => {
    const simplex = machine();
    simplex.work(true);
    simplex.certificate(motion('nullify', 1, null));
    expect(votesIn(simplex.timer('nullify', 1))).toEqual([]);
  });

  it('contradicts none of its votes from before a restart [K6]', () => {
    const finalised = machine({ cast: [motion('notarise', 1, 'a'), motion('finalise', 1, 'a')] });
    finalised.work(true);
    expect(votesIn(finalised.timer('nullify', 1))).toEqual([]);
    expect(votesIn(finalised.block(block('b', 1), true))).toEqual([]);
    const nullified = machine({ cast: [motion('nullify', 1, null)] });
    expect(votesIn(nullified.certificate(motion('notarise', 1, 'a')))).toEqual([]);
  });

  it('is silent through the slot that its log may not reach, and votes after it [K10]', () => {
    const simplex = machine({ silentThrough: 2 });
    expect(votesIn(simplex.block(block('a', 1), true))).toEqual([]);
    expect(votesIn(simplex.certificate(motion('notarise', 1, 'a')))).toEqual([]);
    simplex.certificate(motion('nullify', 2, null));
    expect(votesIn(simplex.block(block('c', 3, blockHash('a')), true))).toEqual(['notarise 3']);
  });

  it('that is in no set does not vote', () => {
    const simplex = machine({ me: null });
    expect(votesIn(simplex.block(block('a', 1), true))).toEqual([]);
    expect(votesIn(simplex.certificate(motion('notarise', 1, 'a')))).toEqual([]);
    simplex.work(true);
    expect(votesIn(simplex.timer('nullify', 2))).toEqual([]);
  });

  it('reports a validator that contradicted itself [K7]', () => {
    const simplex = machine();
    const first = four.vote(2, { kind: 'notarise' });
    const second = four.vote(2, { kind: 'notarise', block: blockHash('b') });
    simplex.vote(first);
    expect(simplex.vote(second)).toContainEqual({ do: 'accuse', first, second });
  });
});

describe('finality', () => {
  it('takes a quorum, and includes the ancestors of the block [K9]', () => {
    const simplex = machine();
    simplex.block(block('a', 1), true);
    simplex.certificate(motion('notarise', 1, 'a'));
    simplex.block(block('b', 2, blockHash('a')), true);
    const vote = { kind: 'finalise' as const, slot: 2, block: blockHash('b') };
    for (const voter of [1, 2]) expect(done(simplex.vote(four.vote(voter, vote)))).not.toContain('final');
    const effects = simplex.vote(four.vote(3, vote));
    expect(effects).toContainEqual({ do: 'final', chain: [blockHash('a'), blockHash('b')], slot: 2 });
    expect(simplex.root).toEqual({ hash: blockHash('b'), slot: 2 });
  });

  it('waits for missing blocks, and asks for them [K9]', () => {
    const simplex = machine();
    expect(done(simplex.certificate(motion('finalise', 2, 'b')))).toEqual(['ask']);
    simplex.block(block('a', 1), false);
    expect(done(simplex.block(block('b', 2, blockHash('a')), false))).toContain('final');
  });

  it('of an older block does not wait for a newer certificate whose blocks are missing [K9]', () => {
    const simplex = machine({ me: null });
    simplex.certificate(motion('finalise', 9, 'z'));
    simplex.block(block('a', 1), false);
    expect(simplex.certificate(motion('finalise', 1, 'a'))).toContainEqual({
      do: 'final',
      chain: [blockHash('a')],
      slot: 1,
    });
  });
});
