import { FairQueue } from '../kernel/fair-queue.ts';
import type { SealedEvent } from './event.ts';
import type { GossipVerdict } from './transport.ts';

/** [G5] The most events of one peer that wait, and their bytes. */
const MAX_OF_PEER = 500;
const MAX_BYTES_OF_PEER = 4 * 1024 * 1024;
/** [G2] The most events in one batch. */
const MAX_BATCH = 256;

/** An event that waits to be judged, and how to answer the peer that sent it. */
export interface Waiting {
  readonly peer: string;
  readonly sealed: SealedEvent;
  readonly settle: (verdict: GossipVerdict) => void;
}

/** [G5] Live events that wait to be judged. The peers that sent them take turns, and no peer can fill it. */
export class LiveQueue {
  readonly #queue = new FairQueue<Waiting, string>();
  readonly #bytes = new Map<string, number>();

  /** Whether the place of a peer is full, whatever it sends next. */
  isFull(peer: string): boolean {
    return this.#queue.count(peer) >= MAX_OF_PEER;
  }

  /** Takes an event of a peer in; false if too much of that peer waits. */
  push(waiting: Waiting): boolean {
    const { peer } = waiting;
    const bytes = (this.#bytes.get(peer) ?? 0) + waiting.sealed.bytes.length;
    if (this.isFull(peer) || bytes > MAX_BYTES_OF_PEER) return false;
    this.#bytes.set(peer, bytes);
    this.#queue.push(peer, waiting);
    return true;
  }

  /** The next batch, in turns: one event of each peer, then the second of each, and so on. */
  take(): Waiting[] {
    const batch: Waiting[] = [];
    while (batch.length < MAX_BATCH) {
      const next = this.#queue.shift();
      if (next === undefined) break;
      batch.push(next);
      const left = this.#bytes.get(next.peer)! - next.sealed.bytes.length;
      if (this.#queue.count(next.peer) > 0) this.#bytes.set(next.peer, left);
      else this.#bytes.delete(next.peer);
    }
    return batch;
  }

  /** Takes all events out. */
  clear(): Waiting[] {
    this.#bytes.clear();
    return this.#queue.clear();
  }
}
