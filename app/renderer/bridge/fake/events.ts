/**
 * Sends values to every open subscription of one kind; a subscriber receives what is sent after it
 * subscribed.
 */
export class Events<T> {
  readonly #queues = new Set<(value: T) => void>();

  tell(value: T): void {
    for (const put of this.#queues) put(value);
  }

  /** The values as they are sent, after `first` if given, until the signal aborts. */
  async *watch(signal: AbortSignal | undefined, first?: () => T): AsyncGenerator<T, void, void> {
    const waiting: T[] = [];
    let wake = () => {};
    const put = (value: T) => {
      waiting.push(value);
      wake();
    };
    this.#queues.add(put);
    signal?.addEventListener('abort', () => wake(), { once: true });
    try {
      if (first) yield first();
      while (!signal?.aborted) {
        const value = waiting.shift();
        if (value !== undefined) {
          yield value;
          continue;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      this.#queues.delete(put);
    }
  }
}
