import type { CallSource } from '../../../../contract/index.ts';
import { joined, type Bytes } from './bytes.ts';
import { frameKey, isAfter, ratcheted, type Epoch, type WebKey } from './epoch.ts';
import { boundTo, clearBytes, nonceOf, stampOf, TAG_BYTES, TRAILER_BYTES, type Stamp } from './frame-form.ts';
import { ReplayWindow } from './replay.ts';

/** [CE6] How many steps a sender may be ahead, and how many steps back frames still arrive. */
export const MAX_STEPS_AHEAD = 256;
const KEPT_STEPS = 3;
/** [CE7] How long a generation is kept after the next one has come, in milliseconds. */
export const OVERLAP_MS = 10_000;
/** After a forged step no steps are derived for this long, so that forgeries cost little, in milliseconds. */
const PAUSE_MS = 1000;

interface OpenEpoch extends Epoch {
  readonly key: WebKey;
  readonly windows: Map<CallSource, ReplayWindow>;
}

interface Generation {
  /** By step. */
  readonly epochs: Map<number, OpenEpoch>;
  newest: OpenEpoch;
  /** When it is forgotten. */
  until: number;
}

export type Opened =
  | { readonly ok: true; readonly frame: Bytes }
  | { readonly ok: false; readonly code: 'no-key' | 'forged' | 'replayed' | 'malformed' };

const fails = (code: Extract<Opened, { ok: false }>['code']): Opened => ({ ok: false, code });

/** [CE6] Decrypts the frames of one other participant. */
export class FrameOpener {
  readonly #sender: string;
  readonly #now: () => number;
  readonly #generations = new Map<number, Generation>();
  #pausedUntil = -Infinity;

  constructor(sender: string, now: () => number) {
    this.#sender = sender;
    this.#now = now;
  }

  /** Takes a secret of the sender; one that is older than those known has no effect. */
  async add(epoch: Epoch): Promise<void> {
    const made = await this.#open(epoch);
    const newest = Math.max(-1, ...this.#generations.keys());
    if (epoch.generation < newest) return;
    const known = this.#generations.get(epoch.generation);
    if (known) {
      if (isAfter(made, known.newest)) this.#advance(known, made);
      return;
    }
    const now = this.#now();
    for (const [number, generation] of this.#generations) {
      generation.until = Math.min(generation.until, now + OVERLAP_MS);
      if (generation.until <= now) this.#generations.delete(number);
    }
    this.#generations.set(epoch.generation, {
      epochs: new Map([[made.step, made]]),
      newest: made,
      until: Infinity,
    });
  }

  async open(bytes: Uint8Array, source: CallSource): Promise<Opened> {
    const stamp = stampOf(bytes);
    if (stamp === null) return fails('malformed');
    const generation = this.#generation(stamp.generation);
    const epoch = generation && (generation.epochs.get(stamp.step) ?? (await this.#ahead(generation, stamp)));
    if (!generation || !epoch) return fails('no-key');
    if (!windowOf(epoch, source).admits(stamp.counter)) return fails('replayed');
    const frame = await decrypted(epoch.key, bytes, source, stamp);
    const isKnown = generation.epochs.has(stamp.step);
    if (frame === null) {
      if (!isKnown) this.#pausedUntil = this.#now() + PAUSE_MS;
      return fails('forged');
    }
    if (!isKnown && isAfter(epoch, generation.newest)) this.#advance(generation, epoch);
    // Another frame of the step may have been decrypted in the meantime: there is one window.
    const window = windowOf(generation.epochs.get(stamp.step) ?? epoch, source);
    return window.take(stamp.counter) ? { ok: true, frame } : fails('replayed');
  }

  #generation(number: number): Generation | null {
    const found = this.#generations.get(number);
    if (found && found.until <= this.#now()) {
      this.#generations.delete(number);
      return null;
    }
    return found ?? null;
  }

  async #ahead(generation: Generation, { step }: Stamp): Promise<OpenEpoch | null> {
    const steps = step - generation.newest.step;
    if (steps <= 0 || steps > MAX_STEPS_AHEAD || this.#now() < this.#pausedUntil) return null;
    return this.#open(await ratcheted(generation.newest, steps));
  }

  async #open({ generation, step, secret }: Epoch): Promise<OpenEpoch> {
    const key = await frameKey(this.#sender, { generation, step, secret });
    return { generation, step, secret, key, windows: new Map() };
  }

  #advance(generation: Generation, epoch: OpenEpoch): void {
    generation.epochs.set(epoch.step, epoch);
    generation.newest = epoch;
    for (const step of generation.epochs.keys())
      if (step <= epoch.step - KEPT_STEPS) generation.epochs.delete(step);
  }
}

function windowOf({ windows }: OpenEpoch, source: CallSource): ReplayWindow {
  const window = windows.get(source) ?? new ReplayWindow();
  windows.set(source, window);
  return window;
}

/** Null if the frame is not what the sender encrypted. */
async function decrypted(
  key: WebKey,
  bytes: Uint8Array,
  source: CallSource,
  { counter }: Stamp,
): Promise<Bytes | null> {
  const body = bytes.subarray(0, bytes.length - TRAILER_BYTES);
  const trailer = bytes.subarray(body.length);
  const clear = body.subarray(0, clearBytes(source, body, body.length - TAG_BYTES));
  const additionalData = boundTo(source, clear, trailer);
  try {
    const sealed = body.slice(clear.length);
    const plain = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv: nonceOf(counter), additionalData },
      key,
      sealed as Bytes,
    );
    return joined(clear, new Uint8Array(plain));
  } catch {
    return null;
  }
}
