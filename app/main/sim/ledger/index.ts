import type { Mutant } from './validator.ts';
import { runLedgerWorld } from './world.ts';

export interface LedgerSimulationInit {
  /** The first seed. */
  readonly seed: number;
  /** The number of worlds. */
  readonly seeds: number;
  /** Called with a line for each failed world, including the command that replays it, and with a summary. */
  readonly report: (line: string) => void;
  /** A rule broken on purpose. */
  readonly mutant?: Mutant;
  /** Whether the worlds also have a log, whose events the blocks anchor. */
  readonly log?: boolean;
  /** Whether transactions also schedule timers. */
  readonly timers?: boolean;
  /** Whether some nodes have an older release, and a new version of the protocol is scheduled. */
  readonly versions?: boolean;
}

/** Runs seeded worlds of validators one after another; resolves to whether all of them passed. */
export async function simulateLedger(init: LedgerSimulationInit): Promise<boolean> {
  const { seed, seeds, report, mutant, log = false, timers = false, versions = false } = init;
  let failed = 0;
  let blocks = 0;
  let anchored = 0;
  let rung = 0;
  let activated = 0;
  let cancelled = 0;
  let outdated = 0;
  for (let offset = 0; offset < seeds; offset++) {
    const world = await runLedgerWorld(seed + offset, { log, timers, versions, ...(mutant && { mutant }) });
    blocks += world.blocks;
    anchored += world.anchored;
    rung += world.rung;
    if (world.newFrom !== null) activated++;
    cancelled += world.cancelled;
    outdated += world.outdated;
    if (world.problems.length === 0) continue;
    failed++;
    report(
      `Seed ${world.seed}: ${world.validators} validators (${world.model}), ${world.blocks} final blocks, ${world.epochs} epochs.`,
    );
    for (const failure of world.problems) report(`  ${failure}`);
    if (world.byzantine.length > 0) report(`  Lying: ${world.byzantine.join('; ')}.`);
    report(`  Faults: ${[...new Set(world.faults.map(({ kind }) => kind))].join(', ') || 'none'}.`);
    report(
      `  Replay it: npm run -s impulse -- sim --ledger${log ? ' --log' : ''}${timers ? ' --timers' : ''}${versions ? ' --versions' : ''} --seed ${world.seed} --seeds 1`,
    );
  }
  report(
    `${seeds} worlds, ${blocks} final blocks${log ? `, ${anchored} events certified` : ''}${timers ? `, ${rung} timers ran` : ''}${versions ? `, ${activated} activations, ${cancelled} cancelled, ${outdated} nodes too old` : ''}: ${failed === 0 ? 'all passed' : `${failed} failed`}.`,
  );
  return failed === 0;
}
