import type { MessageForm, OutlinedMessage, ParsedMessage } from '../../archive/adapter-ports.ts';

/** The work of a thread on each message: read its headers, read all of it, or keep its text as it came. */
export type Work =
  | { readonly kind: 'outline'; readonly form: MessageForm }
  | { readonly kind: 'parse'; readonly form: MessageForm }
  | { readonly kind: 'raw'; readonly reason: string };

/** A batch for the worker: the messages are concatenated in `bytes`. */
export interface ParseRequest {
  readonly id: number;
  readonly work: Work;
  readonly bytes: Uint8Array;
  readonly lengths: readonly number[];
}

export type ParseResult = OutlinedMessage | ParsedMessage;

/** The answers to a {@link ParseRequest}, in the same order. */
export interface ParseReply {
  readonly id: number;
  readonly results: ParseResult[];
}

/**
 * Passed at the start: the worker writes the number of finished messages of the batch to the first cell.
 */
export interface WorkerStart {
  readonly finished: Int32Array;
}
