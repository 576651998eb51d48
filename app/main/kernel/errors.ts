/** What every failure carries: a stable code, what happened, and what a person can do next. */
export interface ProblemFields {
  readonly code: string;
  readonly message: string;
  /** One sentence in the imperative, or null where nothing can be done. */
  readonly remedy: string | null;
}

/**
 * The one error type that crosses room borders. `code` is stable and in kebab case; the message is a
 * plain sentence and never holds a secret.
 */
export class Problem extends Error implements ProblemFields {
  override readonly name = 'Problem';
  readonly code: string;
  readonly remedy: string | null;

  constructor(code: string, message: string, remedy: string | null = null, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.remedy = remedy;
  }
}

/** Any thrown value as the three fields a person is shown. */
export function problemOf(error: unknown): ProblemFields {
  if (error instanceof Problem) return { code: error.code, message: error.message, remedy: error.remedy };
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'unexpected',
    message,
    remedy: 'Look into the log of this node; if it happens again, report it.',
  };
}
