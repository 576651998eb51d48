import { createRouterClient, implement } from '@orpc/server';
import type * as z from 'zod';
import { clientOf, contract } from '../../../contract/index.ts';
import type { Client, CommunityClient, Contract, Outputs, Problem } from '../../../contract/index.ts';
import { problems } from '../../messages/problems.ts';

type Room = keyof Contract & keyof Outputs;
/** The input of a procedure, defaults filled in. */
type InputOf<P> = P extends { '~orpc': { inputSchema?: infer Schema } }
  ? z.output<Extract<Schema, z.ZodType>>
  : never;
type OutputOf<O> = O extends AsyncIterable<infer T> ? AsyncGenerator<T, void, void> : O | Promise<O>;

/** Answers to some procedures of the contract. */
export type Answers = {
  readonly [R in Room]?: {
    readonly [P in keyof Contract[R] & keyof Outputs[R]]?: (
      input: InputOf<Contract[R][P]>,
      signal: AbortSignal | undefined,
    ) => OutputOf<Outputs[R][P]>;
  };
};

/** Thrown by an answer; the caller receives the problem as from a node. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** The part of oRPC’s implementer that is used here. */
interface Implementer {
  handler(
    answer: (call: {
      input: never;
      signal?: AbortSignal;
      errors: { PROBLEM(init: { data: Problem }): Error };
    }) => unknown,
  ): unknown;
}

/**
 * A client over answers in memory. It validates inputs and outputs against the contract, as the client of a node
 * does. A procedure without an answer fails with the problem `sample-only`.
 */
export function answering(answers: Answers): Client {
  const os = implement(contract) as unknown as Record<string, Record<string, Implementer>>;
  const known = answers as Record<
    string,
    Record<string, (input: never, signal: AbortSignal | undefined) => unknown> | undefined
  >;
  const rooms = Object.entries(contract).map(([room, procedures]) => {
    const made = Object.keys(procedures).map((name) => {
      const answer = known[room]?.[name];
      const handler = os[room]?.[name]?.handler(async ({ input, signal, errors }) => {
        if (answer === undefined)
          throw errors.PROBLEM({ data: { code: 'sample-only', ...problems.sampleOnly } });
        try {
          return await answer(input, signal);
        } catch (error) {
          throw error instanceof Refusal ? errors.PROBLEM({ data: error.problem }) : error;
        }
      });
      return [name, handler] as const;
    });
    return [room, Object.fromEntries(made)] as const;
  });
  const router = Object.fromEntries(rooms) as unknown as Parameters<typeof createRouterClient>[0];
  const client = createRouterClient(router) as unknown as CommunityClient;
  return clientOf(() => client);
}
