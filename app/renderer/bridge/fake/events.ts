/** Tells every open subscription of one kind; each subscriber sees what is told after it began. */
export class Events<T> {
  readonly #queues = new Set<(value: T) => void>();

  tell(value: T): void {
    for (const put of this.#queues) put(value);
  }

  /** Values as they are told, with `first` before them where given, until the signal aborts. */
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
