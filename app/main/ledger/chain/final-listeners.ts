import { problemOf } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { EventListener, EventPlace } from '../state/kinds.ts';
import type { LedgerEvent } from '../state/events.ts';
import type { Block } from '../types/block.ts';
import { eventsOf, type UnfinalizedBlock } from './unfinalized-blocks.ts';

/** The parts of the node that follow final blocks and their events. */
export class FinalListeners {
  readonly #logger: Logger;
  readonly #blocks = new Set<(block: Block) => void>();
  readonly #events = new Set<EventListener>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  onBlock(listener: (block: Block) => void): () => void {
    this.#blocks.add(listener);
    return () => this.#blocks.delete(listener);
  }

  onEvent(listener: EventListener): () => void {
    this.#events.add(listener);
    return () => this.#events.delete(listener);
  }

  /** [EV4] Reports blocks that are on disk. A listener of events that fails is logged and stops nothing. */
  tell(blocks: readonly UnfinalizedBlock[]): void {
    for (const final of blocks) {
      for (const listener of this.#blocks) listener(final.block);
      if (this.#events.size === 0) continue;
      for (const [event, place] of eventsOf(final)) this.#tellEvent(event, place);
    }
  }

  #tellEvent(event: LedgerEvent, place: EventPlace): void {
    for (const listener of this.#events) {
      try {
        listener(event, place);
      } catch (error) {
        const { message: reason } = problemOf(error);
        this.#logger.error('event-listener-failed', { event: event.name, height: place.height, reason });
      }
    }
  }
}
