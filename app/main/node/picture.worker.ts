import { parentPort, workerData } from 'node:worker_threads';
import { Problem, problemOf } from '../kernel/errors.ts';
import { ImageClassifier } from '../moderation/image-classifier.ts';
import { pictureDecoder } from '../platform/images/decoder.ts';
import { loadPictureModel } from '../platform/onnx/picture.ts';
import { showNativeCalls } from '../platform/onnx/runtime.ts';
import type { ClassifierStart, PictureReply, PictureRequest } from './classifier-wire.ts';

const port = parentPort;
if (port === null) throw new Error('The classifier runs only as a worker thread.');
const { folder, nativeCalls } = workerData as ClassifierStart;
showNativeCalls(nativeCalls);

const ready = loadPictureModel(folder).then(({ model, statuses }) => ({
  judge: model === null ? null : new ImageClassifier({ decoder: pictureDecoder, model }),
  statuses,
}));

port.on('message', (request: PictureRequest) => {
  void answer(request).then((reply) => port.postMessage(reply));
});

async function answer({ id, image }: PictureRequest): Promise<PictureReply> {
  const { judge, statuses } = await ready;
  const without = { id, ok: true, judgement: null, problem: null, statuses } as const;
  if (judge === null || image === null) return without;
  try {
    return { ...without, judgement: await judge.judge(image) };
  } catch (error) {
    if (error instanceof Problem) return { ...without, problem: problemOf(error) };
    return { id, ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
