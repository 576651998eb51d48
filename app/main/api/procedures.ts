import { implement, ORPCError } from '@orpc/server';
import {
  communityProcedures,
  nodeProcedures,
  type CallContext,
  type ServedContext,
} from '../../contract/index.ts';
import { Problem, problemOf } from '../kernel/errors.ts';
import { systemProblem } from '../kernel/system-problems.ts';
import type { Logger } from '../kernel/logger.ts';

/** A community while a call uses it. */
export interface InCommunity {
  /** The services of its features, by name. */
  readonly services: Readonly<Record<string, unknown>>;
  /** Aborted when the caller goes away or the community closes; subscriptions end with it. */
  readonly signal: AbortSignal;
  /** Its status changed. */
  changed(): void;
  /** Runs a repair: the status shows it, and the file is checked afterwards. */
  repairing<T>(work: () => Promise<T>): Promise<T>;
}

/** Finds the service of a feature in the community of a call. */
export type ServiceIn<Service> = (context: InCommunity) => Service;

/** A community that stays open until `release` is called. */
export interface Lease {
  readonly within: Omit<InCommunity, 'signal'>;
  /** Aborted when the community closes. */
  readonly closed: AbortSignal;
  /** Further calls have no effect. */
  release(): void;
}

export interface ApiInit {
  readonly logger: Logger;
  /** Called with every Problem that is sent to a caller. */
  readonly refused?: (problem: Problem, context: CallContext) => void;
  /** Opens the community of a call if it is not open. Rejects with a Problem. */
  readonly open: (community: string | undefined) => Promise<Lease>;
}

/**
 * The contract, ready to be implemented: the procedures of the node, and those in a community, which receive it
 * in their context. A Problem thrown by a service, and an error of the file system, reach the caller as the typed error of the
 * contract; any other error is logged and reported as an internal error without details.
 */
export function implementContract(init: ApiInit) {
  const { logger, refused } = init;
  const reported = async <T>(path: readonly string[], context: CallContext, call: () => Promise<T>) => {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof Problem) && !(error instanceof ORPCError)) {
        logger.error('procedure-failed', {
          path: path.join('.'),
          reason: error instanceof Error ? error.message : String(error),
        });
      }
      const known = error instanceof Problem ? error : systemProblem(error);
      if (known === null) throw error;
      refused?.(known, context);
      throw new ORPCError('PROBLEM', {
        defined: true,
        status: 422,
        message: known.message,
        data: problemOf(known),
        cause: error,
      });
    }
  };
  return {
    node: implement(nodeProcedures)
      .$context<ServedContext>()
      .use(({ next, path, context }) => reported(path, context, async () => next())),
    community: implement(communityProcedures)
      .$context<ServedContext>()
      .use(({ next, path, context, signal }) =>
        reported(path, context, async () => {
          const { within, closed, release } = await init.open(context.community);
          const ends = signal ? AbortSignal.any([signal, closed]) : closed;
          return held(() => next({ context: { ...within, signal: ends } }), ends, release);
        }),
      ),
  };
}

/**
 * Calls `release` once the answer of a call is complete: for a subscription, at its end or when `ends` is aborted,
 * since a caller may go away before it reads the first value.
 */
async function held<T extends { output: unknown }>(
  call: () => T | PromiseLike<T>,
  ends: AbortSignal,
  release: () => void,
): Promise<T> {
  let result: T;
  try {
    result = await call();
  } catch (error) {
    release();
    throw error;
  }
  if (!isStream(result.output)) {
    release();
    return result;
  }
  ends.addEventListener('abort', release, { once: true });
  return { ...result, output: until(result.output, release) };
}

const isStream = (value: unknown): value is AsyncGenerator<unknown, unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

async function* until<T, R>(stream: AsyncGenerator<T, R>, ended: () => void): AsyncGenerator<T, R> {
  try {
    return yield* stream;
  } finally {
    ended();
  }
}

/** The procedures in a community, to be implemented by its features. */
export type Api = ReturnType<typeof implementContract>['community'];

/** The procedures of the node. */
export type NodeApi = ReturnType<typeof implementContract>['node'];

/** The empty answer of a procedure that returns nothing. */
export const done = (_?: unknown): Record<string, never> => ({});
