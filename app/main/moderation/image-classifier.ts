import { LABELS, type Scores } from './labels.ts';
import type { Judgement } from './classifier.ts';
import { headerOf, scaled, type PictureHeader, type Pixels } from './picture.ts';
import { problem } from './problems.ts';

/** The side of the model's input, in pixels. */
export const PICTURE_SIDE = 224;
/** The classes of the model, in the order of its outputs. */
const CLASSES = ['drawing', 'hentai', 'neutral', 'porn', 'sexy'] as const;
/** The weight of each class in the NSFW score. */
const NSFW: Readonly<Record<(typeof CLASSES)[number], number>> = {
  drawing: 0,
  hentai: 1,
  neutral: 0,
  porn: 1,
  sexy: 0.5,
};

/** Decodes an image, or a few frames of an animation; throws a Problem if its bytes do not allow it. */
export interface PictureDecoder {
  frames(bytes: Uint8Array, header: PictureHeader): Promise<readonly Pixels[]>;
}

/** One probability per class for every image of `PICTURE_SIDE` squared pixels. */
export interface PictureModel {
  run(pictures: readonly Float32Array[]): Promise<readonly Float32Array[]>;
}

/** Judges images: type and size first, then the pixels. The worst frame of an animation counts. */
export class ImageClassifier {
  readonly #decoder: PictureDecoder;
  readonly #model: PictureModel;

  constructor({ decoder, model }: { decoder: PictureDecoder; model: PictureModel }) {
    this.#decoder = decoder;
    this.#model = model;
  }

  /** @throws Problem `image-unknown`, `image-broken` or `image-too-large`. */
  async judge(bytes: Uint8Array): Promise<Judgement> {
    const header = headerOf(bytes);
    const frames = await this.#decoder.frames(bytes, header);
    if (frames.length === 0) throw problem('no-frame');
    const answers = await this.#model.run(frames.map((frame) => scaled(frame, PICTURE_SIDE)));
    const nsfw = Math.max(
      ...answers.map((answer) => CLASSES.reduce((sum, name, at) => sum + NSFW[name] * (answer[at] ?? 0), 0)),
    );
    const none = Object.fromEntries(LABELS.map((label) => [label, 0])) as Scores;
    return {
      scores: { ...none, nsfw: Math.min(1, nsfw) },
      stage: 'image',
      language: null,
      spans: [],
      disguised: 0,
      cut: false,
    };
  }
}
