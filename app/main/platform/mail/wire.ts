import type { ParsedMessage } from '../../archive/adapter-ports.ts';

/** A batch for the worker: the messages are concatenated in `bytes`. */
export interface ParseRequest {
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly lengths: readonly number[];
}

/** The answers to a {@link ParseRequest}, in the same order. */
export interface ParseReply {
  readonly id: number;
  readonly results: ParsedMessage[];
}

/**
 * Passed at the start: the worker writes the number of finished messages of the batch to the first cell.
 */
export interface WorkerStart {
  readonly finished: Int32Array;
}
