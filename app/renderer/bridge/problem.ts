import { ORPCError } from '@orpc/client';
import { shownProblem } from '../../contract/foreign-text.ts';
import { Problem } from '../../contract/index.ts';
import { problems } from '../messages/problems.ts';

/** A failure: it says what happened and what a person can do next. */
interface ProblemWords {
  readonly message: string;
  readonly remedy: string | null;
}

/** An error of the bridge itself, when a call did not reach the node. */
export class BridgeError extends Error {
  override readonly name = 'BridgeError';
  readonly code: string;
  readonly remedy: string | null;

  constructor(code: string, { message, remedy }: ProblemWords) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}

const issuesOf = (data: unknown): string | null => {
  if (typeof data !== 'object' || data === null || !('issues' in data) || !Array.isArray(data.issues))
    return null;
  const first: unknown = data.issues[0];
  if (typeof first !== 'object' || first === null || !('message' in first)) return null;
  return typeof first.message === 'string' ? first.message : null;
};

/** There is no connection to the node, or it broke during a call. */
export const lostError = (): BridgeError => new BridgeError('not-connected', problems.notConnected);

/** Any error of a call as the fields that a person sees. */
export function problemOf(error: unknown): Problem {
  // The transport reports a closed connection this way; its own message is of no use to a person.
  if (error instanceof Error && error.name === 'AbortError') return problemOf(lostError());
  if (error instanceof BridgeError) return { code: error.code, message: error.message, remedy: error.remedy };
  if (error instanceof ORPCError) {
    const told = Problem.safeParse(error.data);
    if (told.success) return shownProblem(told.data);
    const issue = issuesOf(error.data);
    if (issue !== null) return { code: 'bad-input', message: issue, remedy: null };
    if (error.code === 'INTERNAL_SERVER_ERROR')
      return { code: 'unexpected', message: problems.nodeFailed, remedy: problems.unexpectedRemedy };
    return { code: String(error.code).toLowerCase(), message: error.message, remedy: null };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'unexpected',
    message,
    remedy: problems.unexpectedRemedy,
  };
}
