import type { Clock } from '../kernel/clock.ts';
import { Problem } from '../kernel/errors.ts';
import {
  type ImageClassifiers,
  type Judgement,
  type Classifiers,
  type ModelStatus,
} from '../moderation/index.ts';
import { modelFiles, modelsIdentity, sharedFile, type SharedFiles } from '../platform/onnx/files.ts';
import { refuseTelemetry } from '../platform/onnx/no-telemetry.ts';
import { FairQueue } from '../kernel/fair-queue.ts';
import { WorkerSlot } from './worker-slot.ts';
import type { ClassifierReply, ClassifierRequest, PictureReply, PictureRequest } from './classifier-wire.ts';
import { problem } from './problems.ts';

interface ClassifierPoolInit {
  readonly clock: Clock;
  /** The folder of the models. */
  readonly folder: string;
  /** Worker threads for texts, at most: the first starts with the first batch, another when batches pile up. */
  readonly workers?: number;
  /** How long a batch may take before its thread is replaced. */
  readonly batchTimeoutMs?: number;
  /** How long an image may take before its thread is replaced. */
  readonly imageTimeoutMs?: number;
  /** Time without texts after which their threads are ended, and the memory of the models is freed. */
  readonly textIdleMs?: number;
}

/** Loading the models again takes half a second: a conversation with pauses does not wait for it. */
const TEXT_IDLE_MS = 120_000;
/** Time without images after which their thread is ended, and the memory of the decoders is freed. */
const IMAGE_IDLE_MS = 30_000;
/** How many images of one community may wait at once. */
const MAX_IMAGES_WAITING = 256;

type Texts = Omit<ClassifierRequest, 'id'>;
type Picture = Omit<PictureRequest, 'id'>;

/**
 * Classifiers in worker threads: several for texts, and one for images, so that a hostile image delays only
 * other images. A thread that hangs or dies is replaced, and its pending question fails.
 */
export class ClassifierPool implements Classifiers, ImageClassifiers {
  readonly lanes: number;
  readonly #folder: string;
  readonly #texts: Asked<Texts, ClassifierReply>;
  readonly #images: Asked<Picture, PictureReply>;
  /** Shared by all threads: it is too large for a copy per thread. */
  #sharing: Promise<void> | null = null;
  #shared: SharedFiles = {};
  #compared: Promise<readonly ModelStatus[]> | null = null;
  #identity: Promise<Uint8Array | null> | null = null;

  constructor(init: ClassifierPoolInit) {
    const { clock, folder, workers = 2, batchTimeoutMs = 10_000, imageTimeoutMs = 5000 } = init;
    const { textIdleMs = TEXT_IDLE_MS } = init;
    // One more than threads: it waits for the first free one.
    this.lanes = workers + 1;
    this.#folder = folder;
    refuseTelemetry();
    const shared = () => this.#shared;
    this.#texts = new Asked(
      Array.from({ length: workers }, () => {
        const script = new URL('./classifier.worker.ts', import.meta.url);
        return new WorkerSlot<Texts, ClassifierReply>({
          clock,
          script,
          folder,
          shared,
          timeoutMs: batchTimeoutMs,
          idleMs: textIdleMs,
          onIdle: () => this.#forget(),
        });
      }),
    );
    this.#images = new Asked([
      new WorkerSlot<Picture, PictureReply>({
        clock,
        script: new URL('./picture.worker.ts', import.meta.url),
        folder,
        timeoutMs: imageTimeoutMs,
        idleMs: IMAGE_IDLE_MS,
      }),
    ]);
  }

  /** [CM13] The classifiers as one community uses them: its questions take turns with those of the others. */
  share(): Classifiers & ImageClassifiers {
    const owner = {};
    return {
      lanes: this.lanes,
      judge: (texts) => this.judge(texts, owner),
      judgeImage: (image) => this.judgeImage(image, owner),
      status: () => this.status(),
      files: () => this.files(),
      identity: () => this.identity(),
      // The others go on using them.
      close: async () => {},
    };
  }

  async judge(texts: readonly string[], owner: object = this): Promise<readonly Judgement[]> {
    await this.#share();
    return (await this.#texts.ask({ texts }, owner)).judgements;
  }

  async judgeImage(image: Uint8Array, owner: object = this): Promise<Judgement> {
    if (this.#images.waiting(owner) >= MAX_IMAGES_WAITING) throw problem('images-busy');
    const { judgement, problem: fault } = await this.#images.ask({ image }, owner);
    if (judgement !== null) return judgement;
    throw fault === null ? problem('no-image-model') : Problem.of(fault);
  }

  async status(): Promise<readonly ModelStatus[]> {
    await this.#share();
    const [texts, images] = await Promise.all([
      this.#texts.ask({ texts: [] }, this),
      this.#images.ask({ image: null }, this),
    ]);
    return [...texts.statuses, ...images.statuses];
  }

  /** Read once for all communities, and again only while something is wrong with them. */
  files(): Promise<readonly ModelStatus[]> {
    this.#compared ??= modelFiles(this.#folder).then((statuses) => {
      if (statuses.some(({ state }) => state !== 'ok')) this.#compared = null;
      return statuses;
    });
    return this.#compared;
  }

  /** Read once for all communities. */
  identity(): Promise<Uint8Array | null> {
    this.#identity ??= modelsIdentity(this.#folder);
    return this.#identity;
  }

  /** Once no thread of texts runs, the next one reads the shared files again. */
  #forget(): void {
    if (this.#texts.isRunning) return;
    this.#sharing = null;
    this.#shared = {};
  }

  /** Reads the largest table before the first thread starts. */
  #share(): Promise<void> {
    this.#sharing ??= sharedFile(this.#folder, 'first').then((shared) => {
      this.#shared = shared;
    });
    return this.#sharing;
  }

  /** Stops the threads; pending questions fail with a Problem. */
  async close(): Promise<void> {
    await Promise.all([this.#texts.close(), this.#images.close()]);
  }
}

interface Ask<Question, Answer> {
  readonly question: Question;
  readonly settle: (answer: Extract<Answer, { ok: true }>) => void;
  readonly fail: (error: unknown) => void;
}

/** Questions for identical threads; their owners take turns. */
class Asked<Question, Answer extends ClassifierReply | PictureReply> {
  readonly #lanes: readonly WorkerSlot<Question, Answer>[];
  readonly #waiting = new FairQueue<Ask<Question, Answer>>();
  #closed = false;

  constructor(lanes: readonly WorkerSlot<Question, Answer>[]) {
    this.#lanes = lanes;
  }

  waiting(owner: object): number {
    return this.#waiting.count(owner);
  }

  get isRunning(): boolean {
    return this.#lanes.some((lane) => lane.isRunning);
  }

  ask(question: Question, owner: object): Promise<Extract<Answer, { ok: true }>> {
    return new Promise((settle, fail) => {
      this.#waiting.push(owner, { question, settle, fail });
      this.#pump();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { fail } of this.#waiting.clear()) fail(problem('judging-stopped'));
    await Promise.all(this.#lanes.map((lane) => lane.stop()));
  }

  #pump(): void {
    if (this.#closed) {
      for (const { fail } of this.#waiting.clear()) fail(problem('judging-stopped'));
      return;
    }
    for (const lane of this.#lanes) {
      if (lane.busy) continue;
      // A thread takes a hundred megabytes: another one starts only if a question would wait even then.
      if (!lane.isRunning && this.isRunning && this.#waiting.size < 2) continue;
      const next = this.#waiting.shift();
      if (next === undefined) return;
      void lane
        .ask(next.question)
        .then(next.settle, next.fail)
        .then(() => this.#pump());
    }
  }
}
