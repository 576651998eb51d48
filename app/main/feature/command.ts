import type { Client } from '../../contract/index.ts';

/** What a command says when it is done: lines for people, data for programs. */
export interface CommandAnswer {
  readonly text: string;
  readonly data: unknown;
}

/** A command of `impulse`, as data; the command line makes it. */
export interface CommandSpec {
  /** Words after `impulse`, one or two: `board`, `board list`. */
  readonly name: string;
  readonly summary: string;
  /** What follows `impulse` in an example. */
  readonly examples: readonly string[];
  /** Placeholders in order: `<name>` must be given, `[name]` may be, a trailing `...` takes all that follow. */
  readonly arguments?: readonly { readonly name: string; readonly help: string }[];
  /** Options as `--flag` or `--flag <value>`. */
  readonly options?: readonly { readonly flags: string; readonly help: string }[];
  /** Whether it also works on the data of a node that does not run; true if left out. */
  readonly offline?: boolean;
  run(
    client: Client,
    input: {
      readonly arguments: readonly string[];
      readonly options: Readonly<Record<string, string | boolean | undefined>>;
    },
  ): Promise<CommandAnswer>;
}
