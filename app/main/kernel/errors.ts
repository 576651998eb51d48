/** The fields of every failure: a stable code, what happened, and what a person can do next. */
export interface ProblemFields {
  readonly code: string;
  readonly message: string;
  /** One sentence in the imperative, or null where nothing can be done. */
  readonly remedy: string | null;
  /** Which text of the catalogues it is, for translations; left out for one that another node or program wrote. */
  readonly messageId?: string | undefined;
  readonly params?: MessageParams | undefined;
}

/** Values of a message's parameters, by name. */
export type MessageParams = Readonly<Record<string, string | number>>;

/**
 * The one error type that crosses room borders. `code` is stable and in kebab case; the message is a
 * plain sentence and never holds a secret.
 */
export class Problem extends Error implements ProblemFields {
  override readonly name = 'Problem';
  readonly code: string;
  readonly remedy: string | null;
  readonly messageId: string | undefined;
  readonly params: MessageParams | undefined;

  /** Texts of this project stand in catalogues: see `defineProblems`. This is for what another program wrote. */
  constructor(code: string, message: string, remedy: string | null = null, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.remedy = remedy;
    this.messageId = undefined;
    this.params = undefined;
  }

  /** A problem of a catalogue. */
  static of(fields: ProblemFields, options?: ErrorOptions): Problem {
    const problem = new Problem(fields.code, fields.message, fields.remedy, options);
    return Object.assign(problem, { messageId: fields.messageId, params: fields.params });
  }
}

/** Any thrown value as the three fields a person is shown. */
export function problemOf(error: unknown): ProblemFields {
  if (error instanceof Problem) {
    const { code, message, remedy, messageId, params } = error;
    return { code, message, remedy, ...(messageId === undefined ? {} : { messageId, params }) };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'unexpected',
    message,
    remedy: 'Look into the log of this node; if it happens again, report it.',
  };
}
