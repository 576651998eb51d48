import type { ItemSource, Rulings } from '../moderation/index.ts';
import type { Projection } from '../log/kinds.ts';
import type { MessageCounts } from '../members/index.ts';
import type { Contributions, Feature, People } from './feature.ts';
import { FeatureListError } from './list-error.ts';
import { problem } from './problems.ts';

/** The combined contributions of all features. */
export interface Gathered {
  readonly projections: readonly Projection[];
  readonly items: readonly ItemSource[];
  readonly scopes: () => readonly { readonly id: string; readonly name: string }[];
  readonly messages: MessageCounts;
  /** How many messages are shown. */
  readonly shown: () => number;
  readonly people: People;
  readonly rulings: Rulings;
  readonly readFile: (digest: Uint8Array) => Promise<Uint8Array | null>;
}

/**
 * Combines the contributions of features.
 * @throws FeatureListError `claimed-twice` for the code or the kind of an item, and Error if two features provide
 * what only one may, or none provides what is required.
 */
export function gather(all: readonly Contributions[]): Gathered {
  const items = all.flatMap((one) => one.items ?? []);
  mustDiffer(items, 'code');
  mustDiffer(items, 'kind');
  const counts = all.flatMap(({ messages }) => messages ?? []);
  return {
    projections: all.flatMap(({ projections }) => projections ?? []),
    items,
    scopes: () => all.flatMap(({ scopes }) => scopes?.() ?? []),
    messages: {
      of: (author) => counts.reduce((sum, one) => sum + one.of(author), 0),
      onChange(listener) {
        const stops = counts.map((one) => one.onChange(listener));
        return () => {
          for (const stop of stops) stop();
        };
      },
    },
    shown: () => all.reduce((sum, { shown }) => sum + (shown?.() ?? 0), 0),
    people: required(sole(all, 'people'), 'people'),
    rulings: sole(all, 'rulings') ?? noRulings,
    readFile: sole(all, 'readFile') ?? (async () => null),
  };
}

/**
 * Every kind of event of a feature is taken by one of its projections, and no other kind: two would take each
 * other's events.
 * @throws FeatureListError `kinds-differ`.
 */
export function mustTakeItsKinds({ name, kinds = [] }: Feature, { projections = [] }: Contributions): void {
  const namesOf = (all: Feature['kinds'] = []) =>
    all
      .map((kind) => kind.name)
      .toSorted()
      .join(', ');
  const [declared, taken] = [namesOf(kinds), namesOf(projections.flatMap((one) => one.kinds))];
  if (declared === taken) return;
  throw new FeatureListError(
    'kinds-differ',
    `Feature “${name}” has the kinds [${declared}], but its projections take [${taken}].`,
  );
}

/** Holds name an item's kind by its code: two of one code would take each other's rows. */
function mustDiffer(items: readonly ItemSource[], key: 'code' | 'kind'): void {
  for (const [value, [one, other]] of Map.groupBy(items, (item) => item[key])) {
    if (other === undefined) continue;
    const message = `The sources of items “${one!.kind}” and “${other.kind}” have the same ${key}, ${value}.`;
    throw new FeatureListError('claimed-twice', message);
  }
}

/** The rulings of a node whose people do not rule. */
const noRulings: Rulings = {
  of: () => null,
  appealed: () => false,
  appeal() {
    throw problem('no-rulings');
  },
  onChange() {},
};

/** The contribution that at most one feature makes; null if none does. */
function sole<Key extends 'people' | 'rulings' | 'readFile'>(
  all: readonly Contributions[],
  key: Key,
): NonNullable<Contributions[Key]> | null {
  const given = all.flatMap((one) => one[key] ?? []) as NonNullable<Contributions[Key]>[];
  if (given.length <= 1) return given[0] ?? null;
  throw new Error(`${given.length} features contribute “${key}”; only one may.`);
}

function required<T>(value: T | null, key: string): T {
  if (value !== null) return value;
  throw new Error(`No feature contributes “${key}”.`);
}
