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
  /** Where older lines go on, or null at the room's beginning. */
  readonly older: string | null;
  readonly loadingOlder: boolean;
  /** Lines that arrived while the room was not being looked at. */
  readonly unseen: number;
}

/** Lines held; reading further back drops none, new ones push out the oldest. */
export const MAX_LINES = 2_000;

/** Puts lines into their place by time, each once. */
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

/** The room: its backlog page by page and its lines as they arrive. */
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

  /** Says that someone looks at the room; returns how to say that they left. */
  look(): () => void {
    this.#looking += 1;
    this.store.setState({ unseen: 0 });
    return () => {
      this.#looking -= 1;
    };
  }

  /** Fetches the newest lines; a gap too wide to close from them starts the backlog anew. */
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
