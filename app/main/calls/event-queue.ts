import { problem } from './problems.ts';

/** The most values that wait for a slow reader. */
const MAX_WAITING = 2000;

/** Values in order for one reader. A reader that cannot keep up gets a Problem `too-slow` instead of a gap. */
export class EventQueue<T> implements AsyncIterable<T> {
  readonly #waiting: T[] = [];
  #error: unknown = null;
  #isEnded = false;
  #wake = () => {};

  push(value: T): void {
    if (this.#isEnded) return;
    if (this.#waiting.length >= MAX_WAITING) return this.end(problem('too-slow'));
    this.#waiting.push(value);
    this.#wake();
  }

  /** The reader gets what is here, then the error if there is one. */
  end(error: unknown = null): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#error = error;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for (;;) {
      const value = this.#waiting.shift();
      if (value !== undefined) yield value;
      else if (!this.#isEnded) await new Promise<void>((resolve) => (this.#wake = resolve));
      else if (this.#error !== null) throw this.#error;
      else return;
    }
  }
}
