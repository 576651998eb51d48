import type { Clock } from '../kernel/clock.ts';
import type { ArchiveOutput } from './ports.ts';
import { ProgressMeter, type ArchiveProgress } from './progress.ts';

const WRITE_BYTES = 256 * 1024;

interface WriterInit {
  readonly output: ArchiveOutput;
  /** The expected number of entries, if known. */
  readonly total: number | null;
  readonly clock: Clock;
  readonly onProgress?: ((progress: ArchiveProgress) => void) | undefined;
}

/** Writes entries in large pieces and reports how far it is. */
export class ArchiveWriter {
  readonly #init: WriterInit;
  readonly #meter: ProgressMeter;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #written = 0;

  constructor(init: WriterInit) {
    this.#init = init;
    this.#meter = new ProgressMeter('storing', init.total, init.clock.now());
  }

  /** Rejects with the output's Problem. */
  async add(entry: Uint8Array): Promise<void> {
    this.#held.push(entry);
    this.#heldBytes += entry.length;
    this.#written += 1;
    if (this.#heldBytes >= WRITE_BYTES) await this.#flush();
  }

  /** Gives the file its name; returns how many entries it holds. Rejects with the output's Problem. */
  async end(): Promise<number> {
    await this.#flush();
    await this.#init.output.commit();
    return this.#written;
  }

  async #flush(): Promise<void> {
    const { output, clock, onProgress } = this.#init;
    if (this.#heldBytes > 0) await output.write(Buffer.concat(this.#held));
    this.#held = [];
    this.#heldBytes = 0;
    onProgress?.(this.#meter.at(this.#written, clock.now()));
  }
}
