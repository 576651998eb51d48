import { describe, expect, it } from 'vitest';
import { simulateLedger } from './index.ts';
import { mutants } from './mutants.ts';
import { runLedgerWorld } from './world.ts';

const FIRST_SEED = 1;
const SEEDS = 150;
const LOG_SEEDS = 60;
const TIMER_SEEDS = 40;
const VERSION_SEEDS = 100;
/** The number of worlds in which a broken rule must show; without it all of them pass. */
const SEARCHED = 60;

/** The broken rules, with a pattern of the report that shows them. */
const signs: [keyof typeof mutants, RegExp][] = [
  ['votes twice', /honest, contradicted itself/],
  ['finalises what it nullified', /honest, contradicted itself/],
  ['skips the durable vote', /honest, contradicted itself/],
  ['accepts a short quorum', /two final blocks at height/],
  ['accepts a short quorum', /finalised blocks on a short-certificate/],
  ['counts one signer twice', /two final blocks at height/],
  ['counts one signer twice', /finalised blocks on a short-certificate/],
];

describe('simulation of validators', () => {
  it(
    `ends ${SEEDS} worlds of faults and lies with one chain, every transaction in it [K9]`,
    { timeout: 240_000 },
    async () => {
      const lines: string[] = [];
      const report = (line: string) => lines.push(line);
      const agreed = await simulateLedger({ seed: FIRST_SEED, seeds: SEEDS, report });
      expect(agreed, lines.join('\n')).toBe(true);
    },
  );

  it(
    `ends ${LOG_SEEDS} worlds with a log as well, every event certified while a quorum holds it [H5]`,
    { timeout: 240_000 },
    async () => {
      const lines: string[] = [];
      const report = (line: string) => lines.push(line);
      const log = true;
      const agreed = await simulateLedger({ seed: FIRST_SEED, seeds: LOG_SEEDS, report, log });
      expect(agreed, lines.join('\n')).toBe(true);
    },
  );

  it(
    `ends ${TIMER_SEEDS} worlds with timers as well, each run once, in time and in order [TM3] [TM6]`,
    { timeout: 240_000 },
    async () => {
      const lines: string[] = [];
      const report = (line: string) => lines.push(line);
      const agreed = await simulateLedger({ seed: FIRST_SEED, seeds: TIMER_SEEDS, report, timers: true });
      expect(agreed, lines.join('\n')).toBe(true);
      expect(lines.at(-1)).toMatch(/, [1-9]\d\d timers ran: all passed\.$/);
    },
  );

  it(
    `ends ${VERSION_SEEDS} worlds of two releases: old nodes stop before the new version and continue after their update [PV6] [PV9]`,
    { timeout: 240_000 },
    async () => {
      const lines: string[] = [];
      const report = (line: string) => lines.push(line);
      const agreed = await simulateLedger({ seed: FIRST_SEED, seeds: VERSION_SEEDS, report, versions: true });
      expect(agreed, lines.join('\n')).toBe(true);
      expect(lines.at(-1)).toMatch(
        /, [1-9]\d activations, [1-9]\d* cancelled, [1-9]\d nodes too old: all passed\.$/,
      );
    },
  );

  it('finds a node that executes a version that it does not know [PV6]', { timeout: 120_000 }, async () => {
    const mutant = mutants['executes a version that it does not know'];
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEARCHED; seed++) {
      const { problems } = await runLedgerWorld(seed, { mutant, patienceMs: 0, versions: true });
      if (problems.some((problem) => /cannot accept a final block|did not stop before/.test(problem))) return;
    }
    expect.fail(`no world of ${SEARCHED} showed it`);
  });

  it('finds a validator that sleeps while a timer is due [TM6]', { timeout: 120_000 }, async () => {
    const mutant = mutants['sleeps while a timer is due'];
    const { problems } = await runLedgerWorld(FIRST_SEED, { mutant, timers: true });
    expect(problems.join('\n')).toContain('not all became final');
  });

  it('finds a validator that votes for events that it does not hold [H4]', { timeout: 120_000 }, async () => {
    const mutant = mutants['votes for events that it does not hold'];
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEARCHED; seed++) {
      const { problems } = await runLedgerWorld(seed, { mutant, patienceMs: 0, log: true });
      if (problems.some((problem) => problem.includes('honest validators hold [H5]'))) return;
    }
    expect.fail(`no world of ${SEARCHED} showed it`);
  });

  it.each([3, 15])('repeats the world of seed %i step by step', async (seed) => {
    const [first, second] = [await runLedgerWorld(seed), await runLedgerWorld(seed)];
    expect(second).toEqual(first);
    expect((await runLedgerWorld(seed + 1)).trace).not.toBe(first.trace);
  });

  it.each(signs)('finds a validator that %s: %s', { timeout: 120_000 }, async (name, sign) => {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEARCHED; seed++) {
      const { problems } = await runLedgerWorld(seed, { mutant: mutants[name], patienceMs: 0 });
      if (problems.some((problem) => sign.test(problem))) return;
    }
    expect.fail(`no world of ${SEARCHED} showed it`);
  });

  it('prints the command that replays a failed world', { timeout: 60_000 }, async () => {
    const lines: string[] = [];
    const report = (line: string) => lines.push(line);
    const mutant = mutants['accepts a short quorum'];
    expect(await simulateLedger({ seed: 2, seeds: 1, report, mutant })).toBe(false);
    expect(lines.join('\n')).toContain('npm run -s impulse -- sim --ledger --seed 2 --seeds 1');
  });

  it.each([12, 24, 53, 128])(
    'a node whose newest certificate is beyond its blocks uses the older ones first (seed %i)',
    async (seed) => {
      expect((await runLedgerWorld(seed)).problems).toEqual([]);
    },
  );
});
