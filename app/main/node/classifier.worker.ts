import { parentPort, workerData } from 'node:worker_threads';
import { Classifier } from '../moderation/classifier.ts';
import { loadModels } from '../platform/onnx/models.ts';
import { showNativeCalls } from '../platform/onnx/runtime.ts';
import { runInBackground } from '../platform/threads/background.ts';
import type { ClassifierReply, ClassifierRequest, ClassifierStart } from './classifier-wire.ts';

const port = parentPort;
if (port === null) throw new Error('The classifier runs only as a worker thread.');
runInBackground();
const { folder, nativeCalls, shared } = workerData as ClassifierStart;
showNativeCalls(nativeCalls);

const ready = loadModels(folder, shared).then((models) => ({
  judge: new Classifier(models),
  statuses: models.statuses,
}));

port.on('message', (request: ClassifierRequest) => {
  void answer(request).then((reply) => port.postMessage(reply));
});

async function answer({ id, texts }: ClassifierRequest): Promise<ClassifierReply> {
  try {
    const { judge, statuses } = await ready;
    return { id, ok: true, judgements: await judge.judge(texts), statuses };
  } catch (error) {
    return { id, ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
