import { createStore } from 'zustand/vanilla';
import type { StoreApi } from 'zustand/vanilla';
import { problemOf } from '../bridge/index.ts';
import type { Bridge } from '../bridge/index.ts';
import type { ChatLine, Problem } from '../../contract/index.ts';
import { keepFeed } from './feed.ts';

export interface ChatState {
  readonly state: 'loading' | 'ready' | 'stale' | 'failed';
  readonly problem: Problem | null;
  /** Oldest first. */
  readonly lines: readonly ChatLine[];
  /** Cursor of older lines, or null at the beginning of the chat. */
  readonly older: string | null;
  readonly loadingOlder: boolean;
  /** Lines that arrived while nobody looked at the chat. */
  readonly unseen: number;
}

/** Maximum number of lines. Reading older lines drops none; new lines push out the oldest. */
export const MAX_LINES = 2_000;

/** Inserts lines by time, each once. */
export function mergeLines(held: readonly ChatLine[], arrived: readonly ChatLine[]): readonly ChatLine[] {
  const byId = new Map(held.map((line) => [line.id, line]));
  for (const line of arrived) byId.set(line.id, line);
  return [...byId.values()].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
}

/** The state after one line arrived live. */
export function receive(state: ChatState, line: ChatLine, looking: boolean): ChatState {
  const lines = mergeLines(state.lines, [line]);
  const unseen = looking || line.mine ? state.unseen : state.unseen + 1;
  return { ...state, lines: lines.length > MAX_LINES ? lines.slice(-MAX_LINES) : lines, unseen };
}

const PAGE = 100;

/** The chat: its older lines page by page, and new lines as they arrive. */
export class ChatRoom {
  readonly store: StoreApi<ChatState>;
  readonly #bridge: Bridge;
  #stop: (() => void) | null = null;
  #looking = 0;

  constructor(bridge: Bridge) {
    this.#bridge = bridge;
    this.store = createStore<ChatState>(() => ({
      state: 'loading',
      problem: null,
      lines: [],
      older: null,
      loadingOlder: false,
      unseen: 0,
    }));
  }

  want(): void {
    this.#stop ??= keepFeed(this.#bridge, {
      open: (client, signal) => client.chat.watch({}, { signal }),
      onOpen: () => void this.refresh(),
      onValue: (line) => this.store.setState((state) => receive(state, line, this.#looking > 0)),
      onLost: (problem) =>
        this.store.setState((state) => ({ problem, state: state.lines.length > 0 ? 'stale' : 'failed' })),
    });
  }

  /** Reports that someone looks at the chat; returns the function that reports that they left. */
  look(): () => void {
    this.#looking += 1;
    this.store.setState({ unseen: 0 });
    return () => {
      this.#looking -= 1;
    };
  }

  /** Fetches the newest lines; if the gap to the known ones is too wide, the older lines start over. */
  async refresh(): Promise<void> {
    try {
      const page = await this.#bridge.client.chat.lines({ limit: PAGE });
      this.store.setState((state) => {
        const joins =
          state.lines.length > 0 &&
          page.items.some((line) => state.lines.some((held) => held.id === line.id));
        return joins
          ? { state: 'ready', problem: null, lines: mergeLines(state.lines, page.items) }
          : { state: 'ready', problem: null, lines: mergeLines([], page.items), older: page.next };
      });
    } catch (error) {
      this.store.setState((state) => ({
        problem: problemOf(error),
        state: state.lines.length > 0 ? 'stale' : 'failed',
      }));
    }
  }

  /** Fetches the page above the oldest line held. */
  async loadOlder(): Promise<void> {
    const { older, loadingOlder } = this.store.getState();
    if (older === null || loadingOlder) return;
    this.store.setState({ loadingOlder: true });
    try {
      const page = await this.#bridge.client.chat.lines({ cursor: older, limit: PAGE });
      this.store.setState((state) => ({
        lines: mergeLines(state.lines, page.items),
        older: page.next,
        loadingOlder: false,
      }));
    } catch (error) {
      this.store.setState({ loadingOlder: false, problem: problemOf(error) });
    }
  }

  stop(): void {
    this.#stop?.();
  }
}
