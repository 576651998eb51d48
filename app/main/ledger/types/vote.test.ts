import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeCanonical } from '../../kernel/canonical.ts';
import { Problem } from '../../kernel/errors.ts';
import { memoryBls } from '../../platform/memory/bls.ts';
import {
  encodeCertificate,
  judgeCertificate,
  makeCertificate,
  openCertificate,
  signersOf,
} from './certificate.ts';
import { convicts, encodeEvidence, openEvidence } from './equivocation.ts';
import { Tally } from '../consensus/tally.ts';
import { blockHash, testValidators } from '../consensus/test-votes.ts';
import { conflict, encodeVote, openVote, type Vote, type VoteKind } from './vote.ts';

const four = testValidators(4);
const kinds = ['notarise', 'nullify', 'finalise'] as const;

function code(work: () => unknown): string {
  try {
    work();
    return 'accepted';
  } catch (error) {
    return error instanceof Problem ? error.code : 'threw';
  }
}

const judge = (certificate: Parameters<typeof judgeCertificate>[0], world = four) =>
  judgeCertificate(certificate, { community: world.community, set: world.set, bls: memoryBls });

describe('a vote', () => {
  it.each(kinds)('to %s is decoded to what was encoded [K14]', (kind) => {
    const vote = four.vote(2, { kind, slot: 7 });
    expect(openVote(encodeVote(vote))).toEqual(vote);
  });

  const fields = { k: 'notarise', e: 0, s: 1, b: blockHash('a'), i: 0, g: new Uint8Array(96) };
  it.each([
    ['another kind', { ...fields, k: 'abstain' }],
    ['a notarisation of nothing', { ...fields, b: null }],
    ['a nullification of a block', { ...fields, k: 'nullify' }],
    ['slot 0', { ...fields, s: 0 }],
    ['half a slot', { ...fields, s: 1.5 }],
    ['a voter beyond any set', { ...fields, i: 64 }],
    ['a negative voter', { ...fields, i: -1 }],
    ['a short signature', { ...fields, g: new Uint8Array(95) }],
    ['a short hash', { ...fields, b: new Uint8Array(31) }],
    ['a field too many', { ...fields, x: 1 }],
    ['a list', [1, 2]],
  ])('that is %s is refused [K14]', (_, value) => {
    expect(code(() => openVote(encodeCanonical(value)))).toBe('bad-vote');
  });

  it('with trailing bytes, or in another order, is refused [K14]', () => {
    const bytes = encodeVote(four.vote(0, { kind: 'nullify' }));
    expect(code(() => openVote(Uint8Array.of(...bytes, 0)))).toBe('malformed');
    expect(code(() => openVote(new Uint8Array(1000)))).toBe('bad-vote');
  });

  it('conflicts exactly as the rules say [K7]', () => {
    const names = fc.constantFrom('a', 'b');
    const one = fc.record({
      kind: fc.constantFrom(...kinds),
      slot: fc.integer({ min: 1, max: 2 }),
      name: names,
    });
    fc.assert(
      fc.property(one, one, (first, second) => {
        const motion = ({ kind, slot, name }: typeof first) => ({
          kind,
          slot,
          epoch: 0,
          block: kind === 'nullify' ? null : blockHash(name),
        });
        const both = new Set([first.kind, second.kind]);
        const expected =
          first.slot === second.slot &&
          ((both.size === 1 && first.kind !== 'nullify' && first.name !== second.name) ||
            (both.has('nullify') && both.has('finalise')));
        expect(conflict(motion(first), motion(second))).toBe(expected);
        expect(conflict(motion(second), motion(first))).toBe(expected);
      }),
    );
  });
});

describe('a tally', () => {
  it('counts a signer once, however often the vote comes [K5]', () => {
    const tally = new Tally(four.set);
    const vote = four.vote(1, { kind: 'notarise' });
    expect(tally.add(vote)).toBe('new');
    for (let again = 0; again < 5; again++) expect(tally.add({ ...vote })).toBe('known');
    tally.add(four.vote(0, { kind: 'notarise' }));
    expect(tally.reached(vote)).toBe(false);
    tally.add(four.vote(3, { kind: 'notarise' }));
    expect(tally.reached(vote)).toBe(true);
  });

  it('counts the first of two notarisations and shows both [K7]', () => {
    const tally = new Tally(four.set);
    const first = four.vote(1, { kind: 'notarise' });
    const second = four.vote(1, { kind: 'notarise', block: blockHash('b') });
    tally.add(first);
    expect(tally.add(second)).toEqual({ conflicts: first });
    expect(tally.votes(second)).toEqual([]);
  });

  it('shows a validator that nullifies a slot in which it finalised [K7]', () => {
    const tally = new Tally(four.set);
    const first = four.vote(1, { kind: 'finalise' });
    tally.add(first);
    expect(tally.add(four.vote(1, { kind: 'nullify' }))).toEqual({ conflicts: first });
  });
});

describe('a certificate', () => {
  const whole = four.certificate([0, 2, 3], { kind: 'finalise' });

  it('of a quorum is valid, and is decoded to what was encoded [K5]', () => {
    expect(openCertificate(encodeCertificate(whole))).toEqual(whole);
    expect(judge(whole)).toBeNull();
    expect(signersOf(whole)).toEqual([0, 2, 3]);
  });

  it('is valid for any quorum of any set, and for nothing less [K5]', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), fc.boolean(), fc.nat(), (count, byzantine, chance) => {
        const world = testValidators(count, byzantine ? 'byzantine' : 'crash');
        const from = chance % count;
        const places = Array.from({ length: count }, (_, n) => (from + n) % count);
        const { quorum } = world.set;
        const kind = kinds[chance % 3]!;
        expect(judge(world.certificate(places.slice(0, quorum), { kind }), world)).toBeNull();
        if (quorum === 1) return;
        const short = world.certificate(places.slice(0, quorum - 1), { kind });
        expect(judge(short, world)).toBe('short-certificate');
      }),
      { numRuns: 60 },
    );
  });

  it('in which one signer signs twice to fill the quorum is short [K5]', () => {
    const votes = [
      four.vote(0, { kind: 'finalise' }),
      four.vote(0, { kind: 'finalise' }),
      four.vote(1, { kind: 'finalise' }),
    ];
    expect(judge(makeCertificate(four.set, votes, memoryBls))).toBe('short-certificate');
  });

  it('that claims a signer who did not sign is forged [K5]', () => {
    const short = four.certificate([0, 2], { kind: 'finalise' });
    expect(judge({ ...short, bitmap: Uint8Array.of(0b1101) })).toBe('bad-signature');
    const doubled = { ...whole, signature: memoryBls.aggregate([whole.signature, whole.signature]) };
    expect(judge(doubled)).toBe('bad-signature');
  });

  it('on a motion other than the signed one is forged [K5]', () => {
    expect(judge({ ...whole, block: blockHash('b') })).toBe('bad-signature');
    expect(judge({ ...whole, slot: 2 })).toBe('bad-signature');
    expect(judge({ ...whole, kind: 'notarise' })).toBe('bad-signature');
  });

  it('of another community is invalid here [K14]', () => {
    expect(
      judgeCertificate(whole, { community: blockHash('elsewhere'), set: four.set, bls: memoryBls }),
    ).toBe('bad-signature');
  });

  it('of a set that is not in force is refused, even with the same validators [K5]', () => {
    const later = testValidators(4, 'byzantine', { epoch: 1 });
    expect(judge(whole, later)).toBe('wrong-set');
    expect(judge({ ...whole, epoch: 1 }, later)).toBe('wrong-set');
    const stricter = testValidators(4, 'byzantine', { quorum: 4 });
    expect(judge(whole, stricter)).toBe('wrong-set');
  });

  it.each([
    ['is too short', []],
    ['is too long', [0b1101, 0]],
    ['names a validator beyond the set', [0b11101]],
  ])('whose bitmap %s is refused [K5]', (_, bitmap) => {
    expect(judge({ ...whole, bitmap: Uint8Array.from(bitmap) })).toBe('bad-bitmap');
  });

  it('damaged in any way is never accepted [K5]', () => {
    const bytes = encodeCertificate(whole);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const bent = bytes.slice();
        bent[at]! ^= change;
        const outcome = code(() => {
          const fault = judge(openCertificate(bent));
          if (fault) throw new Problem(fault, '');
        });
        expect(outcome).not.toBe('accepted');
        expect(outcome).not.toBe('threw');
      }),
      { numRuns: 300 },
    );
  });
});

describe('evidence', () => {
  const against = (first: Vote, second: Vote) =>
    convicts({ first, second }, { community: four.community, set: four.set, bls: memoryBls });
  const a = four.vote(2, { kind: 'notarise' });
  const b = four.vote(2, { kind: 'notarise', block: blockHash('b') });

  it('convicts a validator that voted for two blocks, to anyone who knows the set [K7]', () => {
    const { first, second } = openEvidence(encodeEvidence({ first: a, second: b }));
    expect(against(first, second)).toBe(true);
    expect(against(four.vote(2, { kind: 'nullify' }), four.vote(2, { kind: 'finalise' }))).toBe(true);
  });

  it('cannot be forged [K7]', () => {
    expect(against(a, a)).toBe(false);
    expect(against(a, { ...b, signature: a.signature })).toBe(false);
    expect(against(a, four.vote(1, { kind: 'notarise', block: blockHash('b') }))).toBe(false);
    expect(against(a, four.vote(2, { kind: 'notarise', block: blockHash('b'), slot: 2 }))).toBe(false);
    expect(against(a, four.vote(2, { kind: 'finalise', block: blockHash('b') }))).toBe(false);
    expect(code(() => openEvidence(encodeCanonical(['impulse/evidence/1', encodeVote(a)])))).toBe(
      'bad-evidence',
    );
  });
});

it.each<VoteKind>([...kinds])('a vote to %s counts only for its own kind', (kind) => {
  const tally = new Tally(four.set);
  for (const voter of [0, 1, 2]) tally.add(four.vote(voter, { kind }));
  for (const other of kinds) {
    const motion = { kind: other, block: other === 'nullify' ? null : blockHash('a') };
    expect(tally.reached(motion)).toBe(other === kind);
  }
});
