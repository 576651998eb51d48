import { createStore } from 'zustand/vanilla';
import type { StoreApi } from 'zustand/vanilla';
import { problemOf } from '../bridge/index.ts';
import type { Connected } from '../bridge/index.ts';
import type { Problem } from '../../contract/index.ts';
import { keepFeed } from './feed.ts';
import { lose, loading, ready } from './view.ts';
import type { View } from './view.ts';

/** A store whose feed starts on first use and stops when the bridge’s stores are closed. */
export interface Live<T> {
  readonly store: StoreApi<View<T>>;
  /** Starts the feed; later calls do nothing. */
  want(): void;
  /** Asks the node again. */
  refresh(): Promise<void>;
  stop(): void;
}

/** A value that the node sends in full, at once and at every change. */
export function liveValue<T, C>(
  bridge: Connected<C>,
  open: (client: C, signal: AbortSignal) => Promise<AsyncIterable<T>>,
  ask: (client: C) => Promise<T>,
): Live<T> {
  const store = createStore<View<T>>(() => loading);
  let stop: (() => void) | null = null;
  return {
    store,
    want() {
      stop ??= keepFeed(bridge, {
        open,
        onValue: (value) => store.setState(ready(value)),
        onLost: (problem) => store.setState((view) => lose(view, problem)),
      });
    },
    refresh: () => askInto(store, () => ask(bridge.client)),
    stop: () => stop?.(),
  };
}

/** A value that is requested again after each piece of news; news in quick succession counts as one. */
export function askedValue<T, C>(
  bridge: Connected<C>,
  ask: (client: C) => Promise<T>,
  news: (again: () => void, lost: (problem: Problem) => void) => () => void,
): Live<T> {
  const store = createStore<View<T>>(() => loading);
  let stop: (() => void) | null = null;
  const refresh = () => askInto(store, () => ask(bridge.client));
  const again = coalesce(refresh);
  return {
    store,
    want() {
      if (stop !== null) return;
      void refresh();
      stop = news(again, (problem) => store.setState((view) => lose(view, problem)));
    },
    refresh,
    stop: () => stop?.(),
  };
}

/** Runs `task` now, and once more after it ends if it was requested meanwhile. */
export function coalesce(task: () => Promise<void>): () => void {
  let running = false;
  let asked = false;
  const run = async () => {
    running = true;
    do {
      asked = false;
      await task();
    } while (asked);
    running = false;
  };
  return () => {
    if (running) asked = true;
    else void run();
  };
}

async function askInto<T>(store: StoreApi<View<T>>, ask: () => Promise<T>): Promise<void> {
  try {
    store.setState(ready(await ask()));
  } catch (error) {
    store.setState((view) => lose(view, problemOf(error)));
  }
}
