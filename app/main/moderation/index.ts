export { DEFAULT_THRESHOLDS } from './decision.ts';
export { Engine, type Outcome } from './engine.ts';
export { Judge, type Judgement } from './judge.ts';
export type { ModelStatus } from './manifest.ts';
export { areaUnderCurve, share, type Measured } from './metrics.ts';
export type { Judges } from './ports.ts';
