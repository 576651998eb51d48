import type { CallSource } from '../../../../contract/index.ts';
import { joined, type Bytes } from './bytes.ts';
import { frameKey, isAfter, type Epoch } from './epoch.ts';
import { boundTo, clearBytes, MAX_COUNTER, nonceOf, trailerOf } from './frame-form.ts';

interface Current {
  readonly generation: number;
  readonly step: number;
  readonly key: CryptoKey;
  counter: number;
}

/** [CE5] Encrypts the frames of one participant, of all that they send. */
export class FrameSealer {
  readonly #sender: string;
  #current: Current | null = null;

  constructor(sender: string) {
    this.#sender = sender;
  }

  /** Encrypts with an epoch from now on. One that is not newer has no effect: its counter would begin again. */
  async use(epoch: Epoch): Promise<void> {
    const key = await frameKey(this.#sender, epoch);
    const { generation, step } = epoch;
    if (this.#current !== null && !isAfter(epoch, this.#current)) return;
    this.#current = { generation, step, key, counter: 0 };
  }

  /** Null if the frame may not leave: there is no key yet, or nothing to encrypt. */
  async seal(frame: Uint8Array, source: CallSource): Promise<Bytes | null> {
    const current = this.#current;
    if (current === null || frame.length === 0 || current.counter >= MAX_COUNTER) return null;
    const counter = current.counter;
    current.counter += 1;
    const clear = frame.slice(0, clearBytes(source, frame, frame.length));
    const trailer = trailerOf({ ...current, counter });
    const sealed = await crypto.subtle.encrypt(
      { name: 'AES-GCM', iv: nonceOf(counter), additionalData: boundTo(source, clear, trailer) },
      current.key,
      frame.slice(clear.length) as Bytes,
    );
    return joined(clear, new Uint8Array(sealed), trailer);
  }
}
