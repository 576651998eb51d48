import type { ParsedMessage } from '../../archive/message.ts';

/** A batch for the worker: the messages lie one after the other in `bytes`. */
export interface ParseRequest {
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly lengths: readonly number[];
}

/** The answers to a {@link ParseRequest}, in its order. */
export interface ParseReply {
  readonly id: number;
  readonly results: ParsedMessage[];
}

/**
 * Handed over at start: the worker writes how many messages of the batch it has finished to the first cell.
 */
export interface WorkerStart {
  readonly finished: Int32Array;
}
