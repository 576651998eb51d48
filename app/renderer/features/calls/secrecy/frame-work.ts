import type { CallSource } from '../../../../contract/index.ts';
import type { Epoch } from './epoch.ts';
import { FrameOpener } from './frame-opener.ts';
import { FrameSealer } from './frame-sealer.ts';

/** The frames that pass through a transform: those of one source, sent, or received from somebody. */
export type Way =
  | { readonly way: 'send'; readonly source: CallSource }
  | { readonly way: 'receive'; readonly source: CallSource; readonly from: string };

/** Messages of a page to the worker that encrypts and decrypts. */
export type ToWorker =
  | { readonly type: 'send'; readonly me: string; readonly epoch: Epoch }
  | { readonly type: 'receive'; readonly from: string; readonly epoch: Epoch }
  | { readonly type: 'forget'; readonly from: string }
  | {
      readonly type: 'streams';
      readonly way: Way;
      readonly readable: ReadableStream<EncodedFrame>;
      readonly writable: WritableStream<EncodedFrame>;
    };

/** Whether the frames of a source cannot be decrypted now. */
export interface FromWorker {
  readonly from: string;
  readonly source: CallSource;
  readonly isLocked: boolean;
}

/** A frame of the browser: RTCEncodedVideoFrame or RTCEncodedAudioFrame. */
export interface EncodedFrame {
  data: ArrayBuffer;
}

/** So many frames in a row have to fail before it is told: some do whenever the key changes. */
const LOCKED_AFTER = 5;

/** [CE5] [CE6] Encrypts what leaves and decrypts what comes; drops what it cannot. */
export class FrameWork {
  readonly #tell: (told: FromWorker) => void;
  readonly #now: () => number;
  readonly #openers = new Map<string, FrameOpener>();
  #me: string | null = null;
  #sealer: FrameSealer | null = null;

  constructor(tell: (told: FromWorker) => void, now: () => number) {
    this.#tell = tell;
    this.#now = now;
  }

  async take(message: Exclude<ToWorker, { type: 'streams' }>): Promise<void> {
    if (message.type === 'forget') {
      this.#openers.delete(message.from);
      return;
    }
    if (message.type === 'send') {
      if (this.#sealer === null || this.#me !== message.me) this.#sealer = new FrameSealer(message.me);
      this.#me = message.me;
      return this.#sealer.use(message.epoch);
    }
    const { from, epoch } = message;
    const opener = this.#openers.get(from) ?? new FrameOpener(from, this.#now);
    this.#openers.set(from, opener);
    return opener.add(epoch);
  }

  /** @param onOpened called when frames can be decrypted again after some could not: the decoder needs a key frame. */
  transform(way: Way, onOpened: () => void): TransformStream<EncodedFrame, EncodedFrame> {
    let failures = 0;
    let isOpen = false;
    const pass = (frame: EncodedFrame, bytes: Uint8Array<ArrayBuffer>) => {
      frame.data = bytes.buffer;
      return frame;
    };
    if (way.way === 'send')
      return new TransformStream({
        transform: async (frame, controller) => {
          const sealed = await this.#sealer?.seal(new Uint8Array(frame.data), way.source);
          if (sealed) controller.enqueue(pass(frame, sealed));
        },
      });
    const { from, source } = way;
    return new TransformStream({
      transform: async (frame, controller) => {
        const opened = await this.#openers.get(from)?.open(new Uint8Array(frame.data), source);
        if (opened?.ok === true) {
          controller.enqueue(pass(frame, opened.frame));
          if (failures > 0) onOpened();
          if (!isOpen) this.#tell({ from, source, isLocked: false });
          isOpen = true;
          failures = 0;
        } else if (opened?.code !== 'replayed') {
          failures += 1;
          if (failures !== LOCKED_AFTER) return;
          isOpen = false;
          this.#tell({ from, source, isLocked: true });
        }
      },
    });
  }
}
