import type { Feature, FeatureSpec, Lifecycle, ServicesOf } from './feature.ts';
import { KNOWN_VERSION } from '../ledger/index.ts';
import { followsFromName } from '../log/unknown-kinds.ts';
import { FeatureListError } from './list-error.ts';
import type { FeaturePorts } from './ports.ts';

/** The methods of a service that the node calls on its own. */
type Hooks<Service> = Pick<Service, Extract<keyof Service, keyof Lifecycle>>;

/** Why a feature does not fit into a list, as a sentence that the compiler prints; never if it fits. */
type Fault<Services, One> =
  One extends FeatureSpec<infer Name, infer Ports, infer Needs, infer _Stored, infer Service>
    ? [unknown] extends [Needs]
      ? never
      : Hooks<Service> extends Lifecycle
        ? Services extends Needs
          ? FeaturePorts extends Ports
            ? never
            : `Feature ${Name} takes a port that no node has.`
          : `Feature ${Name} needs a service that is missing from the list, or does not fit.`
        : `The node calls opened, start, halt and stop of ${Name} itself, without arguments.`
    : never;

/** A list in which every feature fits; otherwise the missing property says which does not, and why. */
type Checked<List extends readonly Feature[]> = [Fault<ServicesOf<List>, List[number]>] extends [never]
  ? unknown
  : { readonly fault: Fault<ServicesOf<List>, List[number]> };

/**
 * Checks a list of features and sorts it by their needs, and by name where these leave a choice.
 * @throws FeatureListError `unknown-need`, `circular-needs`, `claimed-twice` for a name, a table, a view, a
 * kind or a command that two features claim, `reserved-name`, `kind-misnamed`, `foreign-step` for a migration
 * under the name of another feature, or `unknown-version` for a kind or a rule of the ledger since a version of
 * the protocol that this release does not know.
 */
export function featureList<const List extends readonly Feature[]>(features: List & Checked<List>): List {
  const list: readonly Feature[] = [...features].sort((a, b) => a.name.localeCompare(b.name));
  claimedOnce(list);
  for (const feature of list) {
    namedRightly(feature);
    sinceKnownVersions(feature);
  }
  return ordered(list) as unknown as List;
}

/** Names that the node itself uses in its community, its contract or its settings. */
const RESERVED = new Set(
  'db desktop genesis identity network node settings start stop storage transport'.split(' '),
);

function namedRightly({ name, migrations = [], kinds = [] }: Feature): void {
  if (RESERVED.has(name)) {
    throw new FeatureListError(
      'reserved-name',
      `A feature cannot be called “${name}”: the node uses this name.`,
    );
  }
  const misnamed = kinds.find((kind) => !followsFromName(kind));
  if (misnamed !== undefined) {
    throw new FeatureListError(
      'kind-misnamed',
      `The kind “${misnamed.name}” of “${name}” breaks a rule of names: words of a–z, 0–9 and hyphens, joined by dots; “authority/” precedes exactly the kinds of that stratum, whose least role is co-sysop or higher.`,
    );
  }
  const stray = migrations.find(({ feature }) => feature !== name);
  if (stray === undefined) return;
  throw new FeatureListError(
    'foreign-step',
    `Step ${stray.step} of the migrations of “${name}” names the feature “${stray.feature}”.`,
  );
}

/** [PV6] A release that knows a version knows all of it. */
function sinceKnownVersions({ name, ledgerKinds }: Feature): void {
  const kinds = [...(ledgerKinds?.values() ?? [])];
  const all = kinds.flatMap((kind) => [
    kind,
    ...(kind.timers ?? []),
    ...(kind.rules ?? []),
    ...(kind.earlier ? [{ name: kind.name, since: kind.earlier.until }] : []),
  ]);
  const early = all.find(({ since = 1 }) => since > KNOWN_VERSION);
  if (early === undefined) return;
  throw new FeatureListError(
    'unknown-version',
    `“${early.name}” of “${name}” exists since version ${early.since} of the protocol; this release knows versions up to ${KNOWN_VERSION}.`,
  );
}

function ordered(list: readonly Feature[]): Feature[] {
  const byName = new Map(list.map((feature) => [feature.name, feature]));
  const done = new Set<string>();
  const result: Feature[] = [];
  const visit = (feature: Feature, path: readonly string[]): void => {
    if (done.has(feature.name)) return;
    const start = path.indexOf(feature.name);
    if (start >= 0) {
      const circle = [...path.slice(start), feature.name].join(' → ');
      throw new FeatureListError('circular-needs', `These features have circular needs: ${circle}.`);
    }
    for (const need of feature.needs) {
      const found = byName.get(need);
      if (!found) {
        throw new FeatureListError(
          'unknown-need',
          `Feature “${feature.name}” needs “${need}”, which is not in the list.`,
        );
      }
      visit(found, [...path, feature.name]);
    }
    done.add(feature.name);
    result.push(feature);
  };
  for (const feature of list) visit(feature, []);
  return result;
}

/** The names of a feature's kinds of timers; several kinds of transactions may schedule one. */
function timersOf({ ledgerKinds }: Feature): readonly string[] {
  const kinds = [...(ledgerKinds?.values() ?? [])].flatMap(({ timers }) => timers ?? []);
  return [...new Set(kinds)].map(({ name }) => name);
}

function claimedOnce(list: readonly Feature[]): void {
  const claims: readonly [string, (feature: Feature) => readonly string[]][] = [
    ['name', ({ name }) => [name]],
    ['table', ({ tables }) => [...(tables?.kept ?? []), ...(tables?.derived ?? [])]],
    ['view', ({ views }) => views ?? []],
    ['kind of events', ({ kinds }) => (kinds ?? []).map(({ name }) => name)],
    ['kind of transactions', ({ ledgerKinds }) => [...(ledgerKinds?.keys() ?? [])]],
    ['kind of timers', timersOf],
    ['command', ({ commands }) => (commands ?? []).map(({ name }) => name)],
  ];
  for (const [what, claimsOf] of claims) {
    const owner = new Map<string, string>();
    for (const feature of list) {
      for (const claim of claimsOf(feature)) {
        const other = owner.get(claim);
        if (other !== undefined) {
          const owners =
            other === feature.name ? `twice by “${other}”` : `by “${other}” and by “${feature.name}”`;
          throw new FeatureListError('claimed-twice', `The ${what} “${claim}” is claimed ${owners}.`);
        }
        owner.set(claim, feature.name);
      }
    }
  }
}

/**
 * The services that a feature may use: those that it needs. Any other name is refused, since its service may not
 * be made yet.
 */
export function neededBy({ name, needs }: Feature, made: Readonly<Record<string, unknown>>): object {
  const services = Object.fromEntries(needs.map((need) => [need, made[need]]));
  return new Proxy(services, {
    get(target, key) {
      if (typeof key === 'symbol' || Object.hasOwn(target, key)) return Reflect.get(target, key) as unknown;
      const message = `Feature “${name}” uses “${key}”, which its needs do not name.`;
      throw new FeatureListError('unknown-need', message);
    },
  });
}
