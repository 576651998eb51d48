import { describe, expect, it } from 'vitest';
import { simulate } from './index.ts';
import { plantedFaults } from './planted.ts';
import { runWorld } from './world.ts';

const FIRST_SEED = 1;
const SEEDS = 200;
const PART = 20;
/** The number of worlds in which a planted fault must show. */
const SEARCHED = 80;

/** The planted faults, with a pattern of the report that shows them. */
const signs: [keyof typeof plantedFaults, RegExp][] = [
  ['admission accepts every signature', /holds garbage: mis-signed/],
  ['a deletion that came before its post is ignored', /has log \w+ and state/],
  ['events revoked by a ban stay in the log', /beyond their authors' rights/],
  ['events of others are shown unjudged', /shows an event that was not judged/],
  ['nobody vouches for what was not judged here', /shows an event that was not judged/],
  ['an update leaves out what was kept', /has log \w+ and state/],
  ['the disk loses acknowledged data', /lost event/],
  ['missed events are never asked for', /no agreement/],
];

describe('simulation', () => {
  // A few worlds in each test: a limit for all of them together would depend on what else the machine does.
  it.each(Array.from({ length: SEEDS / PART }, (_, part) => FIRST_SEED + part * PART))(
    `ends ${PART} worlds of faults, from seed %i on, with every node holding and showing the same`,
    { timeout: 240_000 },
    async (seed) => {
      const lines: string[] = [];
      const agreed = await simulate({ seed, seeds: PART, report: (line) => lines.push(line) });
      expect(agreed, lines.join('\n')).toBe(true);
    },
  );

  it.each([7, 23])('repeats the world of seed %i step by step', async (seed) => {
    const [first, second] = [await runWorld(seed), await runWorld(seed)];
    expect(second).toEqual(first);
    expect((await runWorld(seed + 1)).trace).not.toBe(first.trace);
  });

  it.each([7, 12, 22])(
    '[L15] [L17] ends with agreement while nodes run different releases, and after updates and returns (seed %i)',
    async (seed) => {
      const { problems, faults } = await runWorld(seed);
      expect(problems).toEqual([]);
      const lacks = faults.flatMap((fault) => (fault.kind === 'release' ? [fault.lacks.length > 0] : []));
      expect(new Set(lacks)).toEqual(new Set([true, false]));
    },
  );

  it.each(signs)('finds that %s', { timeout: 120_000 }, async (name, sign) => {
    const planted = plantedFaults[name];
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEARCHED; seed++) {
      const { problems } = await runWorld(seed, { planted, patienceMs: 120_000 });
      if (problems.some((problem) => sign.test(problem))) return;
    }
    expect.fail(`no world of ${SEARCHED} showed it`);
  });

  it('reports what differs in a failed world and how to replay it', { timeout: 60_000 }, async () => {
    const lines: string[] = [];
    const agreed = await simulate({
      seed: 5,
      seeds: 1,
      report: (line) => lines.push(line),
      planted: plantedFaults['admission accepts every signature'],
    });
    expect(agreed).toBe(false);
    expect(lines.join('\n')).toContain('npm run -s impulse -- sim --seed 5 --seeds 1');
    expect(lines.join('\n')).toMatch(/holds garbage|beyond their authors/);
  });

  describe('regressions', () => {
    it.each([36, 85])(
      'a founder set back to before the admissions finds the community again (seed %i)',
      async (seed) => {
        expect((await runWorld(seed)).problems).toEqual([]);
      },
    );

    it('[L15] a purged event that an older node never had is filed after its update (seed 67)', async () => {
      expect((await runWorld(67)).problems).toEqual([]);
    });

    it('a clock that was set back does not prevent agreement (seed 66)', async () => {
      expect((await runWorld(66)).problems).toEqual([]);
    });
  });
});
