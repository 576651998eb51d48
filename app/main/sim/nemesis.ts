import type { LineConditions } from '../platform/memory/network.ts';
import type { LineFault } from './schedule.ts';
import type { ReleaseFault } from './releases.ts';
import type { Rng } from './rng.ts';
import type { Tear } from './disk.ts';

/** One fault at a time counted from the start of the world. Nodes are identified by place. */
export type Fault = { readonly atMs: number } & (
  | LineFault
  | ReleaseFault
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

type Kind = Exclude<Fault['kind'], ReleaseFault['kind']>;

/** The relative frequency of each kind. */
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

/** The most that a clock is moved forward or back, in milliseconds. */
const JUMP_MS = 150_000;

/** Draws the faults of one world, in order of time. */
export function drawFaults(rng: Rng, nodes: number, lengthMs: number): Fault[] {
  const kinds = WEIGHTS.flatMap(([kind, weight]) => Array.from({ length: weight }, () => kind));
  const times = Array.from({ length: rng.between(6, 22) }, () => rng.between(0, lengthMs));
  return times.sort((a, b) => a - b).map((atMs) => ({ atMs, ...draw(rng, rng.pick(kinds), nodes) }) as Fault);
}

type Drawn<T> = T extends unknown ? Omit<T, 'atMs'> : never;

function draw(rng: Rng, kind: Kind, nodes: number): Drawn<Fault> {
  const node = rng.between(0, nodes - 1);
  switch (kind) {
    case 'lines':
      return { kind, conditions: drawConditions(rng) };
    case 'partition':
      return { kind, groups: drawGroups(rng, nodes) };
    case 'cut':
      return { kind, nodes: [node, (node + rng.between(1, nodes - 1)) % nodes] };
    case 'crash':
      return { kind, node, downMs: rng.between(0, 20_000), tear: drawTear(rng) };
    case 'restore':
      return { kind, node, downMs: rng.between(0, 20_000) };
    case 'clock':
      return { kind, node, byMs: rng.between(-JUMP_MS, JUMP_MS) };
    case 'garbage':
      return { kind, node, what: rng.pick(GARBAGE) };
    case 'checkpoint':
    case 'backup':
      return { kind, node };
    case 'heal':
      return { kind };
  }
}

/** Draws anything from a good line to a bad one. */
export function drawConditions(rng: Rng): LineConditions {
  const bad = rng.share();
  return {
    delayMs: rng.between(0, 300),
    jitterMs: rng.between(0, 300),
    loss: bad * 0.6 * rng.share(),
    duplication: bad * 0.4 * rng.share(),
    reordering: bad * 0.6 * rng.share(),
  };
}

function drawGroups(rng: Rng, nodes: number): number[][] {
  const groups: number[][] = [[], []];
  for (let node = 0; node < nodes; node++) groups[rng.between(0, 1)]!.push(node);
  return groups;
}

function drawTear(rng: Rng): Tear {
  return {
    how: rng.chance(0.5) ? 'kill' : 'power',
    cut: rng.chance(0.5) ? 0.9 + 0.1 * rng.share() : rng.share(),
    junk: rng.bytes(rng.between(1, 6000)),
  };
}
