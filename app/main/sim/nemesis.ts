import type { LineConditions } from '../platform/memory/network.ts';
import type { LineFault } from './course.ts';
import type { Dice } from './dice.ts';
import type { Tear } from './disk.ts';

/** One thing that goes wrong, at a time counted from the world's beginning. Nodes are named by their place. */
export type Fault = { readonly atMs: number } & (
  | LineFault
  | { readonly kind: 'crash'; readonly node: number; readonly downMs: number; readonly tear: Tear }
  | { readonly kind: 'checkpoint'; readonly node: number }
  | { readonly kind: 'backup'; readonly node: number }
  | { readonly kind: 'restore'; readonly node: number; readonly downMs: number }
  | { readonly kind: 'clock'; readonly node: number; readonly byMs: number }
  | { readonly kind: 'garbage'; readonly node: number; readonly what: Garbage }
);

export const GARBAGE = [
  'noise',
  'stranger',
  'mis-signed',
  'mis-signed-authority',
  'replayed',
  'far-future',
  'non-canonical',
  'other-community',
  'out-of-role',
  'channel',
] as const;
export type Garbage = (typeof GARBAGE)[number];

type Kind = Fault['kind'];

/** How often each kind is drawn. */
const WEIGHTS: readonly (readonly [Kind, number])[] = [
  ['lines', 3],
  ['partition', 3],
  ['heal', 2],
  ['cut', 1],
  ['crash', 4],
  ['checkpoint', 1],
  ['backup', 2],
  ['restore', 2],
  ['clock', 2],
  ['garbage', 10],
];

/** The most that a clock is put forward or back, in milliseconds. */
const JUMP_MS = 150_000;

/** Draws the faults of one world, in order of time. */
export function drawFaults(dice: Dice, nodes: number, lengthMs: number): Fault[] {
  const kinds = WEIGHTS.flatMap(([kind, weight]) => Array.from({ length: weight }, () => kind));
  const times = Array.from({ length: dice.between(6, 22) }, () => dice.between(0, lengthMs));
  return times
    .sort((a, b) => a - b)
    .map((atMs) => ({ atMs, ...draw(dice, dice.pick(kinds), nodes) }) as Fault);
}

type Drawn<T> = T extends unknown ? Omit<T, 'atMs'> : never;

function draw(dice: Dice, kind: Kind, nodes: number): Drawn<Fault> {
  const node = dice.between(0, nodes - 1);
  switch (kind) {
    case 'lines':
      return { kind, conditions: drawConditions(dice) };
    case 'partition':
      return { kind, groups: drawGroups(dice, nodes) };
    case 'cut':
      return { kind, nodes: [node, (node + dice.between(1, nodes - 1)) % nodes] };
    case 'crash':
      return { kind, node, downMs: dice.between(0, 20_000), tear: drawTear(dice) };
    case 'restore':
      return { kind, node, downMs: dice.between(0, 20_000) };
    case 'clock':
      return { kind, node, byMs: dice.between(-JUMP_MS, JUMP_MS) };
    case 'garbage':
      return { kind, node, what: dice.pick(GARBAGE) };
    case 'checkpoint':
    case 'backup':
      return { kind, node };
    case 'heal':
      return { kind };
  }
}

/** Anything from a quiet line to a bad one. */
export function drawConditions(dice: Dice): LineConditions {
  const bad = dice.share();
  return {
    delayMs: dice.between(0, 300),
    jitterMs: dice.between(0, 300),
    loss: bad * 0.6 * dice.share(),
    duplication: bad * 0.4 * dice.share(),
    reordering: bad * 0.6 * dice.share(),
  };
}

function drawGroups(dice: Dice, nodes: number): number[][] {
  const groups: number[][] = [[], []];
  for (let node = 0; node < nodes; node++) groups[dice.between(0, 1)]!.push(node);
  return groups;
}

function drawTear(dice: Dice): Tear {
  return {
    how: dice.chance(0.5) ? 'kill' : 'power',
    cut: dice.chance(0.5) ? 0.9 + 0.1 * dice.share() : dice.share(),
    junk: dice.bytes(dice.between(1, 6000)),
  };
}
