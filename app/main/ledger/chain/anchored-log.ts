import type { Unanchored } from '../../log/anchors.ts';
import type { LogStore } from '../../log/store.ts';

/** The log as anchoring uses it. */
export interface AnchoredLog {
  /** The highest row number in use. */
  latestSeq(): number;
  /** Events up to a row and a time in ticks that no final block lists, in order of arrival. */
  unanchored(upToSeq: number, upToTicks: number, limit: number): Unanchored[];
  /** Time in ticks of a held event and the final block that lists it; null for an event that is not held. */
  find(id: Uint8Array): { readonly time: number; readonly height: number | null } | null;
  /** Whether a final block lists an event that is not held. */
  awaits(id: Uint8Array): boolean;
  /** Records the events that a final block lists; called in the transaction that stores the block. */
  mark(height: number, ids: readonly Uint8Array[]): void;
  /** Whether nothing is recorded at all. */
  readonly blank: boolean;
  /** Asks peers for missing events. */
  ask(): void;
}

/** Makes the anchored log from a node's log; `ask` fetches missing events from peers. */
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
