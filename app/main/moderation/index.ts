export { decide, DEFAULT_THRESHOLDS, type Finding } from './decision.ts';
export { Engine, type Outcome } from './engine.ts';
export { Gate, type OwnWords, type Passed } from './gate.ts';
export { LABELS } from './labels.ts';
export { HOLD_STATES, Holds, isKnownHold, type HoldRow, type HoldState } from './holds.ts';
export { Classifier, type Judgement } from './classifier.ts';
export {
  packScores,
  SCORES_BYTES,
  unpackScores,
  type KeptJudgement,
  type OwnJudgement,
} from './judgements.ts';
export { findListed, importList } from './lists.ts';
export { SECOND_PARTS, type ModelStatus } from './manifest.ts';
export { areaUnderCurve, share, type Measured } from './metrics.ts';
export { Normaliser } from './normalise.ts';
export type {
  Author,
  Content,
  GivenJudgement,
  HoldChange,
  ImageClassifiers,
  Item,
  ItemKind,
  ItemSource,
  ItemText,
  Neighbour,
  OtherNodes,
  Classifiers,
  RulingInEffect,
  Rulings,
  Words,
} from './ports.ts';
export type { Moderation } from './service.ts';
export { keyOf } from './shared-judgements.ts';
export { MAX_IMAGE_BYTES } from './picture.ts';
export { picturesIn } from './pictures.ts';
