import {
  PICTURE_SIDE,
  type PictureModel,
  type ModelPart,
  type ModelStatus,
} from '../../moderation/adapter-ports.ts';
import { bytesOf, messageOf, statusOf, verifiedFiles } from './files.ts';
import { dataOf, native, runtime, sessionOf, type Runtime } from './runtime.ts';

/** The model for images, or null if it is missing or broken. */
interface LoadedPictureModel {
  readonly model: PictureModel | null;
  readonly statuses: readonly ModelStatus[];
}

const POINTS = PICTURE_SIDE * PICTURE_SIDE * 3;
const CLASSES = 5;

/** Verifies and loads the model for images. Never throws; one that does not load is `broken`. */
export async function loadPictureModel(folder: string): Promise<LoadedPictureModel> {
  const files = await verifiedFiles(folder, ['image']);
  const faults = new Map<ModelPart, string>();
  const bytes = bytesOf(files, 'image');
  let model: PictureModel | null = null;
  try {
    if (bytes !== null) model = await pictureModel(await runtime(), bytes);
  } catch (error) {
    faults.set('image', `It does not load: ${messageOf(error)}`);
  }
  return { model, statuses: files.map((file) => statusOf(file, faults)) };
}

async function pictureModel(onnx: Runtime, bytes: Uint8Array): Promise<PictureModel> {
  const session = await sessionOf(onnx, bytes);
  const { Tensor } = onnx;
  return {
    async run(pictures) {
      const pixels = new Float32Array(pictures.length * POINTS);
      for (const [at, picture] of pictures.entries()) pixels.set(picture, at * POINTS);
      const input = new Tensor('float32', pixels, [pictures.length, PICTURE_SIDE, PICTURE_SIDE, 3]);
      const answer = await native(() => session.run({ pixels: input }, ['scores']));
      const scores = dataOf(answer['scores']);
      if (scores.length !== pictures.length * CLASSES)
        throw new Error('the model for images answered in another shape');
      return pictures.map((_, at) => scores.slice(at * CLASSES, (at + 1) * CLASSES));
    },
  };
}
