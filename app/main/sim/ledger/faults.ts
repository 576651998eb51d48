import type { LineFault } from '../schedule.ts';
import type { Rng } from '../rng.ts';
import { drawConditions } from '../nemesis.ts';

/** One fault in a world of validators, at a time counted from its start. */
export type LedgerFault = { readonly atMs: number } & (
  | LineFault
  | { readonly kind: 'crash'; readonly node: number; readonly downMs: number }
  | { readonly kind: 'blackout'; readonly downMs: number }
  | { readonly kind: 'backup'; readonly node: number }
  | { readonly kind: 'restore'; readonly node: number; readonly downMs: number; readonly keepsMark: boolean }
  | {
      readonly kind: 'set-back';
      readonly node: number;
      readonly downMs: number;
      readonly writes: number;
      readonly keepsMark: boolean;
    }
  | { readonly kind: 'clock'; readonly node: number; readonly byMs: number }
);

const WEIGHTS = [
  ['lines', 3],
  ['partition', 3],
  ['heal', 3],
  ['cut', 1],
  ['crash', 6],
  ['blackout', 1],
  ['backup', 2],
  ['restore', 2],
  ['set-back', 4],
  ['clock', 1],
] as const satisfies readonly (readonly [LedgerFault['kind'], number])[];

/** The most that a clock is moved forward or back, in milliseconds. */
const JUMP_MS = 60_000;

/**
 * Draws the faults of one world, in order of time.
 *
 * @param fragile places of the nodes that may lose part of their disk.
 */
export function drawLedgerFaults(
  rng: Rng,
  nodes: number,
  fragile: readonly number[],
  lengthMs: number,
): LedgerFault[] {
  const kinds = WEIGHTS.flatMap(([kind, weight]) => Array.from({ length: weight }, () => kind));
  const times = Array.from({ length: rng.between(2, 16) }, () => rng.between(0, lengthMs));
  return times
    .sort((a, b) => a - b)
    .flatMap((atMs) => {
      const fault = draw(rng, rng.pick(kinds), nodes, fragile);
      return fault ? [{ atMs, ...fault } as LedgerFault] : [];
    });
}

type Drawn<T> = T extends unknown ? Omit<T, 'atMs'> : never;

function draw(
  rng: Rng,
  kind: LedgerFault['kind'],
  nodes: number,
  fragile: readonly number[],
): Drawn<LedgerFault> | null {
  const node = rng.between(0, nodes - 1);
  const downMs = rng.between(0, 10_000);
  switch (kind) {
    case 'lines':
      return { kind, conditions: drawConditions(rng) };
    case 'partition': {
      const groups: number[][] = [[], []];
      for (let each = 0; each < nodes; each++) groups[rng.between(0, 1)]!.push(each);
      return { kind, groups };
    }
    case 'cut':
      return nodes > 1 ? { kind, nodes: [node, (node + rng.between(1, nodes - 1)) % nodes] } : null;
    case 'crash':
      return { kind, node, downMs };
    case 'blackout':
      return { kind, downMs };
    case 'backup':
      return fragile.length > 0 ? { kind, node: rng.pick(fragile) } : null;
    case 'restore':
      return fragile.length > 0
        ? { kind, node: rng.pick(fragile), downMs, keepsMark: rng.chance(0.5) }
        : null;
    case 'set-back': {
      if (fragile.length === 0) return null;
      const writes = rng.between(1, 4);
      return {
        kind,
        node: rng.pick(fragile),
        downMs: rng.between(0, 500),
        writes,
        keepsMark: rng.chance(0.5),
      };
    }
    case 'clock':
      return { kind, node, byMs: rng.between(-JUMP_MS, JUMP_MS) };
    case 'heal':
      return { kind };
  }
}
