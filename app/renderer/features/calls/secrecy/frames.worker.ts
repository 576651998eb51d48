import { FrameWork, type EncodedFrame, type ToWorker, type Way } from './frame-work.ts';

/** The parts of a worker's global scope that are used; the page's library has no types for it. */
interface Scope {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: ToWorker }) => void): void;
  addEventListener(
    type: 'rtctransform',
    listener: (event: { readonly transformer: Transformer }) => void,
  ): void;
}

interface Transformer {
  readonly readable: ReadableStream<EncodedFrame>;
  readonly writable: WritableStream<EncodedFrame>;
  readonly options: Way;
  sendKeyFrameRequest?(): Promise<unknown>;
}

const scope = globalThis as unknown as Scope;
const work = new FrameWork(
  (told) => scope.postMessage(told),
  () => performance.now(),
);
/** Keys are taken in order. */
let turn: Promise<void> = Promise.resolve();

function connect(transformer: Transformer): void {
  const { readable, writable, options } = transformer;
  const isVideo = options.source === 'camera' || options.source === 'screen';
  const askKeyFrame = () => {
    // Where the browser cannot ask, its decoder does once it misses a key frame.
    if (isVideo) transformer.sendKeyFrameRequest?.().catch(() => undefined);
  };
  // The pipe ends with the track.
  readable
    .pipeThrough(work.transform(options, askKeyFrame))
    .pipeTo(writable)
    .catch(() => undefined);
}

scope.addEventListener('rtctransform', ({ transformer }) => connect(transformer));
scope.addEventListener('message', ({ data }) => {
  if (data.type === 'streams') connect({ ...data, options: data.way });
  else turn = turn.then(() => work.take(data)).catch(() => undefined);
});
