export { activeFeatures } from './active.ts';
export type { CommandAnswer, CommandSpec } from './command.ts';
export {
  defineFeature,
  type Contributions,
  type Counts,
  type Feature,
  type FeatureSpec,
  type Lifecycle,
  type People,
  type ServicesOf,
  type StoredBase,
  type Tables,
} from './feature.ts';
export { gather, mustTakeItsKinds, type Gathered } from './gather.ts';
export { blaming, stopAll } from './lifecycle.ts';
export { featureList, neededBy } from './list.ts';
export type { DiagnosticsStore, FeaturePorts, WorldPorts } from './ports.ts';
export { problem as featureProblem } from './problems.ts';
export { Reports } from './reports.ts';
export type { SimAct, SimPerson, SimRandom } from './sim.ts';
