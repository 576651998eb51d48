import type { Unanchored } from '../../log/anchors.ts';
import type { LogStore } from '../../log/store.ts';

/** The log as anchoring sees it. */
export interface AnchoredLog {
  /** The highest row number in use. */
  latestSeq(): number;
  /** Events up to a row and a time in ticks that no final block lists, in the order in which they came. */
  unanchored(upToSeq: number, upToTicks: number, limit: number): Unanchored[];
  /** Time in ticks of an event that is held, and the final block that lists it; null for one that is not held. */
  find(id: Uint8Array): { readonly time: number; readonly height: number | null } | null;
  /** Whether a final block lists an event that is not held. */
  awaits(id: Uint8Array): boolean;
  /** Notes what a final block lists; called in the transaction that stores the block. */
  mark(height: number, ids: readonly Uint8Array[]): void;
  /** Whether nothing is noted at all. */
  readonly blank: boolean;
  /** Asks peers for what is missing. */
  ask(): void;
}

/** A node's log as it is anchored; `ask` fetches what is missing from peers. */
export function anchoredLog(store: LogStore, ask: () => void): AnchoredLog {
  const { anchors } = store;
  return {
    latestSeq: () => store.latestSeq(),
    unanchored: (...upTo) => anchors.unanchored(...upTo),
    find: (id) => anchors.find(id),
    awaits: (id) => anchors.awaits(id),
    mark: (height, ids) => anchors.mark(height, ids),
    get blank() {
      return anchors.blank;
    },
    ask,
  };
}
