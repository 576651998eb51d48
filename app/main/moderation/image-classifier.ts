import { LABELS, type Scores } from './labels.ts';
import type { Judgement } from './classifier.ts';
import { headerOf, scaled, type PictureHeader, type Pixels } from './picture.ts';
import { problem } from './problems.ts';

/** The side of what the model looks at. */
export const PICTURE_SIDE = 224;
/** What the model tells apart, in the order of its answers. */
const CLASSES = ['drawing', 'hentai', 'neutral', 'porn', 'sexy'] as const;
/** How much each class says that a picture is not for everywhere. */
const NSFW: Readonly<Record<(typeof CLASSES)[number], number>> = {
  drawing: 0,
  hentai: 1,
  neutral: 0,
  porn: 1,
  sexy: 0.5,
};

/** Decodes a picture, or a few frames of one that moves; throws a Problem when its bytes do not let it. */
export interface PictureDecoder {
  frames(bytes: Uint8Array, header: PictureHeader): Promise<readonly Pixels[]>;
}

/** One probability a class for every picture of `PICTURE_SIDE` squared points. */
export interface PictureModel {
  run(pictures: readonly Float32Array[]): Promise<readonly Float32Array[]>;
}

/** Judges images: type and size first, then a look at the pixels. Of a moving one the worst frame counts. */
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
