import { ORPCError } from '@orpc/client';
import * as z from 'zod';
import { Problem as ProblemSchema } from '../../contract/common.ts';
import { problemOf, type ProblemFields } from '../kernel/errors.ts';
import { systemProblem } from '../kernel/system-problems.ts';
import { problem } from './problems.ts';

/** The exit codes of the command line; scripts rely on these. */
export const exitCode = { ok: 0, failure: 1, usage: 2, unreachable: 3, verificationFailed: 4 } as const;

/** The command ran, and its check failed: exits with its code and no further message. */
export class CheckFailed extends Error {
  override readonly name = 'Verdict';
  readonly code: number;

  constructor(code: number) {
    super('the answer is no');
    this.code = code;
  }
}

const UNREACHABLE = new Set([
  'data-in-use',
  'not-running',
  'node-lost',
  'unreachable',
  'no-token',
  'port-taken',
  'database-locked',
]);

const USAGE = new Set(['usage', 'board-not-given']);

/** The problem that a person is shown and the exit code, for any thrown value. */
export function outcomeOf(error: unknown): { problem: ProblemFields; code: number } {
  const problem = fieldsOf(error);
  if (UNREACHABLE.has(problem.code)) return { problem, code: exitCode.unreachable };
  return { problem, code: USAGE.has(problem.code) ? exitCode.usage : exitCode.failure };
}

function fieldsOf(error: unknown): ProblemFields {
  if (!(error instanceof ORPCError)) return problemOf(systemProblem(error) ?? error);
  const carried = ProblemSchema.safeParse(error.data);
  if (carried.success) return carried.data;
  if (error.code === 'BAD_REQUEST') {
    const reasons = issuesOf(error.data);
    return reasons === null ? problem.fields('bad-input') : problem.fields('bad-inputs', { reasons });
  }
  if (error.code === 'INTERNAL_SERVER_ERROR') return problem.fields('node-failed');
  return problemOf(new Error(error.message));
}

/** One issue of a schema, with the fields that people see. */
const Issue = z.object({
  message: z.string(),
  path: z.array(z.union([z.string(), z.number()])).default([]),
  origin: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  values: z.array(z.string()).optional(),
});

/** The contract's own sentence if there is one, else which value is out of which limit or not among which. */
function sentenceOf({ message, path, origin, minimum, maximum, values }: z.infer<typeof Issue>): string {
  const field = path.findLast((part) => typeof part === 'string') ?? 'A value';
  const isText = origin === 'string';
  if (message.startsWith('Too small') && minimum !== undefined) {
    const values = { field, limit: minimum };
    return problem.fields(isText ? 'text-too-short' : 'number-too-small', values).message;
  }
  if (message.startsWith('Too big') && maximum !== undefined) {
    const values = { field, limit: maximum };
    return problem.fields(isText ? 'text-too-long' : 'number-too-large', values).message;
  }
  if (message.startsWith('Invalid') && values !== undefined) {
    return problem.fields('value-unknown', { field, values: values.join(', ') }).message;
  }
  return message.startsWith('Invalid') ? `${field}: ${message}.` : message;
}

/** The sentences for rejected input. */
function issuesOf(data: unknown): string | null {
  if (typeof data !== 'object' || data === null || !('issues' in data) || !Array.isArray(data.issues))
    return null;
  const sentences = data.issues.flatMap((issue: unknown) => {
    const parsed = Issue.safeParse(issue);
    return parsed.success ? [sentenceOf(parsed.data)] : [];
  });
  return sentences.length > 0 ? sentences.join(' ') : null;
}
