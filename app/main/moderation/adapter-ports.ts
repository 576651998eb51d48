/** The forms of models, texts and pictures that moderation shares with its adapters. */
export { Calibration, LANGUAGES } from './calibration.ts';
export { CASCADE_VERSION } from './classifier.ts';
export type { Encoders, Judgement, LanguageDetector, SecondStage } from './classifier.ts';
export { languageDetector } from './language-detector.ts';
export { BUCKETS } from './features.ts';
export type { FirstWeights } from './first-stage.ts';
export { PICTURE_SIDE, type PictureDecoder, type PictureModel } from './image-classifier.ts';
export { LABELS, type Label } from './labels.ts';
export { ModelManifest, MODEL_PARTS, TEXT_PARTS, type ModelPart, type ModelStatus } from './manifest.ts';
export { MAX_PIXELS, headerOf, type PictureHeader, type Pixels } from './picture.ts';
export { problem } from './problems.ts';
