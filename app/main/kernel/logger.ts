/**
 * Events for the person who runs the node. `event` is a stable name in kebab case, in the past tense; `facts`
 * are plain values. Never pass a secret, a recovery phrase, an invite link or the text of a post.
 */
export interface Logger {
  debug(event: string, facts?: Facts): void;
  info(event: string, facts?: Facts): void;
  warn(event: string, facts?: Facts): void;
  error(event: string, facts?: Facts): void;
}

export type Facts = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Discards everything: for tests and for parts that run without a log. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
