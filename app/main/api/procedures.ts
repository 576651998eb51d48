import { implement, ORPCError } from '@orpc/server';
import { contract } from '../../contract/index.ts';
import { Problem, problemOf } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';

/**
 * The contract, ready to be implemented. A Problem thrown by a service reaches the caller as the typed error
 * of the contract; any other error is logged and reported as an internal error without details.
 * @param onProblem called with every Problem that is sent to a caller.
 */
export function implementContract(logger: Logger, onProblem: (problem: Problem) => void = () => {}) {
  return implement(contract).use(async ({ next, path }) => {
    try {
      return await next();
    } catch (error) {
      if (error instanceof Problem) {
        onProblem(error);
        throw new ORPCError('PROBLEM', {
          defined: true,
          status: 422,
          message: error.message,
          data: problemOf(error),
          cause: error,
        });
      }
      if (!(error instanceof ORPCError)) {
        logger.error('procedure-failed', {
          path: path.join('.'),
          reason: error instanceof Error ? error.message : String(error),
        });
      }
      throw error;
    }
  });
}

export type Api = ReturnType<typeof implementContract>;

/** The empty answer of a procedure that returns nothing. */
export const done = (_?: unknown): Record<string, never> => ({});
