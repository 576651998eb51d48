import type { PlantedFault } from './node.ts';
import { runWorld } from './world.ts';

/** One in this many worlds runs with faults that never stop. */
const SAFETY_EVERY = 4;

export interface SimulationInit {
  /** The first seed. */
  readonly seed: number;
  /** The number of worlds. */
  readonly seeds: number;
  /** Called with a line for each failed world, including the command that replays it, and with a summary. */
  readonly report: (line: string) => void;
  /** A deliberate fault. */
  readonly planted?: PlantedFault;
}

/** Runs seeded worlds one after another; resolves to whether all of them passed. */
export async function simulate({ seed, seeds, report, planted }: SimulationInit): Promise<boolean> {
  let failed = 0;
  let events = 0;
  for (let offset = 0; offset < seeds; offset++) {
    const world = await runWorld(seed + offset, {
      mode: modeOf(seed + offset),
      ...(planted && { planted }),
    });
    events += world.events;
    if (world.problems.length === 0) continue;
    failed++;
    report(`Seed ${world.seed}: ${world.nodes} nodes, ${world.events} events.`);
    for (const failure of world.problems) report(`  ${failure}`);
    report(`  Faults: ${[...new Set(world.faults.map(({ kind }) => kind))].join(', ')}.`);
    report(`  Replay it: npm run -s impulse -- sim --seed ${world.seed} --seeds 1`);
  }
  report(`${seeds} worlds, ${events} events: ${failed === 0 ? 'all passed' : `${failed} failed`}.`);
  return failed === 0;
}

/** The seed also decides the mode, so that one number replays a world. */
function modeOf(seed: number): 'agreement' | 'safety' {
  return seed % SAFETY_EVERY === 0 ? 'safety' : 'agreement';
}
