import { createStore } from 'zustand/vanilla';
import type { Bridge } from '../bridge/index.ts';
import type { ReviewCounts } from '../../contract/index.ts';
import { keepFeed } from './feed.ts';
import type { Live } from './live.ts';
import { lose, loading, ready } from './view.ts';
import type { View } from './view.ts';
import { problemOf } from '../bridge/index.ts';

/** Called with the items that changed; an empty list means that any item may have changed. */
type Listener = (items: readonly string[]) => void;

/** The moderators’ queue, live: its counts, and changes of items for the views that show them. */
export class ReviewNews implements Live<ReviewCounts> {
  readonly store = createStore<View<ReviewCounts>>(() => loading);
  readonly #bridge: Bridge;
  readonly #listeners = new Set<Listener>();
  #stop: (() => void) | null = null;

  constructor(bridge: Bridge) {
    this.#bridge = bridge;
  }

  want(): void {
    this.#stop ??= keepFeed(this.#bridge, {
      open: (client, signal) => client.review.changes({}, { signal }),
      onOpen: () => {
        void this.refresh();
        this.#tell([]);
      },
      onValue: ({ counts, items }) => {
        this.store.setState(ready(counts));
        this.#tell(items);
      },
      onLost: (problem) => this.store.setState((view) => lose(view, problem)),
    });
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  refresh = async (): Promise<void> => {
    try {
      this.store.setState(ready(await this.#bridge.client.review.counts({})));
    } catch (error) {
      this.store.setState((view) => lose(view, problemOf(error)));
    }
  };

  stop(): void {
    this.#stop?.();
  }

  #tell(items: readonly string[]): void {
    for (const listener of this.#listeners) listener(items);
  }
}
