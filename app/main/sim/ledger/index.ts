import type { Mutant } from './validator.ts';
import { runLedgerWorld } from './world.ts';

export interface LedgerSimulationInit {
  /** The first seed. */
  readonly seed: number;
  /** How many worlds. */
  readonly seeds: number;
  /** Told line by line of each world that failed, with the command that replays it, and of the sum. */
  readonly report: (line: string) => void;
  /** A rule broken on purpose. */
  readonly mutant?: Mutant;
}

/** Runs seeded worlds of validators one after another; resolves to whether all of them ended as they must. */
export async function simulateLedger(init: LedgerSimulationInit): Promise<boolean> {
  const { seed, seeds, report, mutant } = init;
  let failed = 0;
  let blocks = 0;
  for (let offset = 0; offset < seeds; offset++) {
    const world = await runLedgerWorld(seed + offset, mutant && { mutant });
    blocks += world.blocks;
    if (world.problems.length === 0) continue;
    failed++;
    report(
      `Seed ${world.seed}: ${world.validators} validators (${world.model}), ${world.blocks} final blocks, ${world.epochs} epochs.`,
    );
    for (const problem of world.problems) report(`  ${problem}`);
    if (world.villains.length > 0) report(`  Lying: ${world.villains.join('; ')}.`);
    report(`  Faults: ${[...new Set(world.faults.map(({ kind }) => kind))].join(', ') || 'none'}.`);
    report(`  Replay it: npm run -s impulse -- sim --ledger --seed ${world.seed} --seeds 1`);
  }
  report(
    `${seeds} worlds, ${blocks} final blocks: ${failed === 0 ? 'all as they must be' : `${failed} failed`}.`,
  );
  return failed === 0;
}
