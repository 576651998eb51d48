import type { CommunityClient } from '../../contract/index.ts';

/** The output of a finished command: lines for people, data for programs. */
export interface CommandAnswer {
  readonly text: string;
  readonly data: unknown;
}

/** A command of `impulse`, as data; the command line builds it. */
export interface CommandSpec {
  /** One or two words after `impulse`: `board`, `board list`. */
  readonly name: string;
  readonly summary: string;
  /** The arguments after `impulse` in an example. */
  readonly examples: readonly string[];
  /**
   * Placeholders in order: `<name>` is required, `[name]` is optional, a trailing `...` takes all that
   * follow.
   */
  readonly arguments?: readonly { readonly name: string; readonly help: string }[];
  /** Options as `--flag` or `--flag <value>`. */
  readonly options?: readonly { readonly flags: string; readonly help: string }[];
  /** Whether it also works on the data of a stopped node; true if left out. */
  readonly offline?: boolean;
  run(
    client: CommunityClient,
    input: {
      readonly arguments: readonly string[];
      readonly options: Readonly<Record<string, string | boolean | undefined>>;
    },
  ): Promise<CommandAnswer>;
}
