export { decide, DEFAULT_THRESHOLDS, type Finding } from './decision.ts';
export { Engine, type Outcome } from './engine.ts';
export { Judge, type Judgement } from './judge.ts';
export { findListed, importList } from './lists.ts';
export type { ModelStatus } from './manifest.ts';
export { areaUnderCurve, share, type Measured } from './metrics.ts';
export { Normaliser } from './normalise.ts';
export type { ImageJudges, Judges } from './ports.ts';
