import * as z from 'zod';

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const FileName = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,60}$/);

/** What part a file plays in judging. */
export const MODEL_PARTS = [
  'first',
  'english',
  'english-pieces',
  'others',
  'others-pieces',
  'calibration',
  'image',
] as const;
export type ModelPart = (typeof MODEL_PARTS)[number];

/** What the second stage takes; without one of them the first stage judges some texts alone. */
export const SECOND_PARTS = [
  'english',
  'english-pieces',
  'others',
  'others-pieces',
] as const satisfies readonly ModelPart[];

/** What judging texts takes; the rest judges images, in a thread of its own. */
export const TEXT_PARTS = ['first', ...SECOND_PARTS, 'calibration'] as const satisfies readonly ModelPart[];

/** `resources/models/manifest.json`: what belongs there, and by which hash it is known. */
export const ModelManifest = z.strictObject({
  version: z.literal(1),
  files: z
    .array(
      z.strictObject({
        part: z.enum(MODEL_PARTS),
        file: FileName,
        sizeBytes: z.int().positive().max(64_000_000),
        sha256: Sha256,
        title: z.string().max(120),
        licence: z.string().max(120),
        /** The model card, a file beside it. */
        card: FileName,
      }),
    )
    .max(16),
});
export type ModelManifest = z.infer<typeof ModelManifest>;

/** `ok`: verified and loaded; `missing`: no such file; `broken`: not what it should be, or not loadable. */
export type ModelState = 'ok' | 'missing' | 'broken';

export interface ModelStatus {
  readonly part: ModelPart;
  readonly title: string;
  readonly file: string;
  readonly sizeBytes: number;
  readonly licence: string;
  readonly state: ModelState;
  /** What is wrong, in a sentence; null when nothing is. */
  readonly fault: string | null;
}
