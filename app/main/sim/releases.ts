import type { Feature } from '../feature/index.ts';
import type { Projection } from '../log/kinds.ts';
import { features } from '../node/features.ts';
import type { Rng } from './rng.ts';

const ours: readonly Feature[] = features;

/** A node starts another release of the program, or a peer writes what only another release knows. */
export type ReleaseFault =
  | {
      readonly kind: 'release';
      readonly node: number;
      readonly downMs: number;
      /** The kinds of events that the release does not know. */
      readonly lacks: readonly string[];
    }
  | { readonly kind: 'foreign'; readonly node: number; readonly what: Foreign };

/** Valid events of a kind that no node knows, or of one that some know, with a body that does not fit. */
export type Foreign = { readonly kindName: string; readonly fits: boolean };

/** The releases that the nodes of a world run, and when that changes. */
export interface Releases {
  /** Kinds that each node lacks in the beginning, by place. */
  readonly first: readonly (readonly string[])[];
  readonly faults: readonly (ReleaseFault & { readonly atMs: number })[];
  /** Whether every node accepts every event, so that logs agree while releases differ. */
  readonly allFit: boolean;
}

/**
 * Kinds that every release knows: without boards there is nothing to do in a world, and the community's profile is
 * folded from the log itself when a node opens it.
 */
const ALWAYS: ReadonlySet<string> = new Set(['board.create', 'community.update']);

/** The kinds that some release may lack. */
const LATER: readonly string[] = ours
  .flatMap(({ kinds = [] }) => kinds.map(({ name }) => name))
  .filter((name) => !ALWAYS.has(name));

/** A kind of a release that nobody runs. */
export const UNHEARD = 'sim.unheard';

/** Draws which nodes lack kinds of events, and when they are updated and set back. */
export function drawReleases(rng: Rng, nodes: number, lengthMs: number): Releases {
  const later = Array.from({ length: rng.between(1, 6) }, () => rng.pick(LATER));
  const lacks = () => (rng.chance(0.6) ? later : later.filter(() => rng.chance(0.5)));
  const allFit = rng.chance(0.7);
  // The founder writes the first board.
  const first = Array.from({ length: nodes }, (_, place) => (place > 0 && rng.chance(0.6) ? lacks() : []));
  const faults = Array.from({ length: rng.between(3, 8) }, () => {
    const at = { atMs: rng.between(0, lengthMs), node: rng.between(0, nodes - 1) };
    if (rng.chance(0.3)) {
      const kindName = allFit || rng.chance(0.5) ? UNHEARD : rng.pick(later);
      return { ...at, kind: 'foreign' as const, what: { kindName, fits: kindName === UNHEARD } };
    }
    const downMs = rng.between(0, 10_000);
    return { ...at, kind: 'release' as const, downMs, lacks: rng.chance(0.5) ? lacks() : [] };
  });
  return { first, faults, allFit };
}

/** The features of this program as a release has them that does not know some kinds of events. */
export function releaseWithout(lacks: readonly string[]): readonly Feature[] {
  if (lacks.length === 0) return ours;
  const isKnown = ({ name }: { readonly name: string }) => !lacks.includes(name);
  return ours.map((feature) => {
    const { kinds = [], stored } = feature;
    if (kinds.every(isKnown) || !stored) return feature;
    return {
      ...feature,
      kinds: kinds.filter(isKnown),
      stored(base) {
        const made = stored(base);
        const projections = made.projections ?? [];
        return { ...made, projections: projections.map((one) => ofKinds(one, one.kinds.filter(isKnown))) };
      },
    };
  });
}

/** A projection that takes fewer kinds. */
function ofKinds(projection: Projection, kinds: Projection['kinds']): Projection {
  return new Proxy(projection, {
    get(target, name) {
      if (name === 'kinds') return kinds;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
