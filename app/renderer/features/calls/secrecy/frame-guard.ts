import type { CallSource } from '../../../../contract/index.ts';
import type { Epoch } from './epoch.ts';
import type { FromWorker, ToWorker, Way } from './frame-work.ts';
import type { FrameKeys } from './key-ring.ts';

/** Chromium before 141 has no RTCRtpScriptTransform; it hands out the streams instead. */
interface WithStreams {
  createEncodedStreams(): { readonly readable: ReadableStream; readonly writable: WritableStream };
}

const hasTransform = () => 'RTCRtpScriptTransform' in globalThis;
const hasStreams = () =>
  'RTCRtpSender' in globalThis && 'createEncodedStreams' in globalThis.RTCRtpSender.prototype;

/** Whether this browser can take part in encrypted calls: encoded transforms, and X25519 in WebCrypto. */
export async function canEncrypt(): Promise<boolean> {
  if (!hasTransform() && !hasStreams()) return false;
  try {
    await crypto.subtle.generateKey({ name: 'X25519' }, false, ['deriveBits']);
    return true;
  } catch {
    return false;
  }
}

/** [CE5] Puts a worker between the codecs and the network: what leaves is encrypted, what comes is decrypted. */
export class FrameGuard implements FrameKeys {
  readonly #worker: Worker;

  constructor(onTold: (told: FromWorker) => void) {
    this.#worker = new Worker(new URL('./frames.worker.ts', import.meta.url), {
      type: 'module',
      name: 'call-frames',
    });
    this.#worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => onTold(data));
  }

  /** The options with which a connection of an encrypted call is made. */
  get settings(): RTCConfiguration {
    return hasTransform() ? {} : ({ encodedInsertableStreams: true } as RTCConfiguration);
  }

  /** Has to be called before the first frame. */
  guardSender(sender: RTCRtpSender, source: CallSource): void {
    this.#guard(sender, { way: 'send', source });
  }

  guardReceiver(receiver: RTCRtpReceiver, source: CallSource, from: string): void {
    this.#guard(receiver, { way: 'receive', source, from });
  }

  send(me: string, epoch: Epoch): void {
    this.#post({ type: 'send', me, epoch });
  }

  receive(from: string, epoch: Epoch): void {
    this.#post({ type: 'receive', from, epoch });
  }

  forget(from: string): void {
    this.#post({ type: 'forget', from });
  }

  close(): void {
    this.#worker.terminate();
  }

  #guard(side: RTCRtpSender | RTCRtpReceiver, way: Way): void {
    if (hasTransform()) {
      side.transform = new RTCRtpScriptTransform(this.#worker, way);
      return;
    }
    const { readable, writable } = (side as unknown as WithStreams).createEncodedStreams();
    this.#post({ type: 'streams', way, readable, writable }, [readable, writable]);
  }

  #post(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }
}
