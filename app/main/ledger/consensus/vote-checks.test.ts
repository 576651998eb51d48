import { beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../platform/memory/clock.ts';
import { memoryBls } from '../../platform/memory/bls.ts';
import { SlashingProtection } from './slashing-protection.ts';
import { BlockTree } from './block-tree.ts';
import { signersOf, type Certificate } from '../types/certificate.ts';
import { CertificateCache, type EpochContext } from './epoch-context.ts';
import { Watch } from './epoch-watch.ts';
import { Simplex } from './simplex.ts';
import { Tally } from './tally.ts';
import { blockHash, testValidators } from './test-votes.ts';
import { VoteChecks, type Checked } from './vote-checks.ts';
import type { Vote } from '../types/vote.ts';

const four = testValidators(4);
const block = blockHash('a');
const root = { hash: blockHash('root'), slot: 0, height: 0, time: 0, stateRoot: blockHash('state') };

let time: VirtualClock;
let context: EpochContext;
let checks: VoteChecks;
let formed: Certificate[];
/** The calls to the library, which compute pairings. */
let asked: string[];

beforeEach(() => {
  time = new VirtualClock(0);
  const protection = new SlashingProtection([], 0);
  const times = { baseMs: 1000, capMs: 8000 };
  const tally = (set: ConstructorParameters<typeof Tally>[0]) => new Tally(set);
  const executes = { execute: async () => ({ ok: true as const, next: null }) };
  context = {
    set: four.set,
    me: 0,
    machine: new Simplex({ set: four.set, me: 0, root, times, protection, tally }),
    protection,
    tree: new BlockTree(executes, root, { settled() {}, failed() {} }),
    certificates: new CertificateCache(),
    watch: new Watch(4),
    over: false,
  };
  formed = [];
  asked = [];
  checks = new VoteChecks({
    community: four.community,
    clock: time,
    bls: {
      ...memoryBls,
      verifyAggregate: (...args) => {
        asked.push('certificate');
        return memoryBls.verifyAggregate(...args);
      },
      verifyMany: (all) => {
        asked.push(`${all.length} votes`);
        return memoryBls.verifyMany(all);
      },
    },
    formed: (_, certificate) => formed.push(certificate),
  });
});

/** Delivers votes one millisecond apart; resolves to the results once all are there. */
async function arrive(votes: readonly Vote[]): Promise<Checked[]> {
  const answers: Promise<Checked>[] = [];
  for (const vote of votes) {
    answers.push(checks.check(context, vote));
    await time.pass(1);
  }
  await time.pass(20);
  return Promise.all(answers);
}

const vote = (voter: number) => four.vote(voter, { kind: 'finalise', block });

describe('signatures of votes [K13]', () => {
  it('that form a quorum with a vote known before are checked once, as a certificate', async () => {
    context.machine.vote(vote(0));
    expect(await arrive([vote(1), vote(2)])).toEqual(['agreed', 'agreed']);
    expect(asked).toEqual(['certificate']);
    expect(formed.map(signersOf)).toEqual([[0, 1, 2]]);
  });

  it('without a quorum are checked together within hundredths of a second', async () => {
    expect(await arrive([vote(1), vote(2)])).toEqual(['authentic', 'authentic']);
    expect(asked).toEqual(['2 votes']);
    expect(formed).toEqual([]);
  });

  it('pass if another in the batch is false, and the false one is identified', async () => {
    const forged = { ...vote(2), signature: vote(3).signature };
    context.machine.vote(vote(0));
    expect(await arrive([vote(1), forged])).toEqual(['authentic', 'forged']);
    expect(asked).toEqual(['certificate', '2 votes']);
    expect(formed).toEqual([]);
  });

  it('pass if another in the batch is not a signature at all', async () => {
    const broken = { ...vote(2), signature: new Uint8Array(96) };
    context.machine.vote(vote(0));
    expect(await arrive([vote(1), broken])).toEqual(['authentic', 'forged']);
  });

  it('of one voter count once, however many messages carry them', async () => {
    context.machine.vote(vote(0));
    const forged = { ...vote(1), signature: vote(3).signature };
    expect(await arrive([vote(1), vote(1), forged])).toEqual(['authentic', 'authentic', 'forged']);
    expect(formed).toEqual([]);
  });

  it('for different blocks or slots are never aggregated', async () => {
    const other = four.vote(1, { kind: 'finalise', block: blockHash('b') });
    const later = four.vote(2, { kind: 'finalise', block, slot: 2 });
    context.machine.vote(vote(0));
    expect(await arrive([other, later, vote(3)])).toEqual(['authentic', 'authentic', 'authentic']);
    expect(formed).toEqual([]);
  });

  it('on motions that a quorum has agreed on meanwhile are not checked here', async () => {
    const waiting = checks.check(context, vote(3));
    context.machine.certificate({ kind: 'finalise', epoch: 0, slot: 1, block });
    await time.pass(20);
    expect(await waiting).toBe('agreed');
    expect(asked).toEqual([]);
  });
});
