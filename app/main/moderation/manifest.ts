import * as z from 'zod';

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const FileName = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,60}$/);

/** The role of a file in classification. */
export const MODEL_PARTS = [
  'first',
  'languages',
  'english',
  'english-pieces',
  'others',
  'others-pieces',
  'calibration',
  'image',
] as const;
export type ModelPart = (typeof MODEL_PARTS)[number];

/** The parts of the second stage; without one of them the first stage judges some texts alone. */
export const SECOND_PARTS = [
  'english',
  'english-pieces',
  'others',
  'others-pieces',
] as const satisfies readonly ModelPart[];

/** The parts for judging texts; the others judge images, in a separate thread. */
export const TEXT_PARTS = [
  'first',
  'languages',
  ...SECOND_PARTS,
  'calibration',
] as const satisfies readonly ModelPart[];

/** `resources/models/manifest.json`: the expected files and their hashes. */
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

/** `ok`: verified and loaded; `missing`: no such file; `broken`: wrong hash, or cannot be loaded. */
export type ModelState = 'ok' | 'missing' | 'broken';

export interface ModelStatus {
  readonly part: ModelPart;
  readonly title: string;
  readonly file: string;
  readonly sizeBytes: number;
  readonly licence: string;
  readonly state: ModelState;
  /** The fault, in a sentence; null if there is none. */
  readonly fault: string | null;
}
