import type * as z from 'zod';
import { Problem } from '../../kernel/errors.ts';
import { problem } from './problems.ts';

const MAX_REASON = 200;

/** Any failure as a Problem `sfu-refused`. */
export async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Problem) throw error;
    const reason = (error instanceof Error ? error.message : String(error)).slice(0, MAX_REASON);
    throw problem('sfu-refused', { reason }, { cause: error });
  }
}

/** The parameters of a browser, parsed. @throws Problem `sfu-refused` */
export function parsed<T>(form: z.ZodType<T>, sent: unknown): T {
  const result = form.safeParse(sent);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const reason = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`.slice(0, MAX_REASON);
  throw problem('sfu-refused', { reason });
}
