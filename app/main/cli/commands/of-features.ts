import type { Command } from 'commander';
import type { CommandSpec, Feature } from '../../feature/index.ts';
import { command, withCommunity, type CommonOptions, type Context } from '../context.ts';

/**
 * The commands that features declare; those of two words, such as `board list`, are subcommands of their
 * first word.
 */
export function featureCommands(context: Context, features: readonly Feature[]): Command[] {
  const specs = features.flatMap(({ commands }) => commands ?? []);
  return [...Map.groupBy(specs, ({ name }) => name.split(' ')[0]!)].map(([word, family]) => {
    const own = family.find(({ name }) => name === word);
    const parent = own
      ? commandOf(context, word, own)
      : command(
          word,
          family.map(({ summary }) => summary).join('; '),
          family.flatMap(({ examples }) => examples),
        );
    for (const spec of family) {
      const [, second] = spec.name.split(' ');
      if (second !== undefined) parent.addCommand(commandOf(context, second, spec));
    }
    return parent;
  });
}

function commandOf(context: Context, name: string, spec: CommandSpec): Command {
  const made = command(name, spec.summary, spec.examples);
  for (const argument of spec.arguments ?? []) made.argument(argument.name, argument.help);
  for (const option of spec.options ?? []) made.option(option.flags, option.help);
  return made.action((...given: unknown[]) => {
    const self = given.at(-1) as Command;
    const options = self.optsWithGlobals<CommonOptions & Record<string, string | boolean | undefined>>();
    return withCommunity(
      context,
      options,
      async (client) => {
        const { text, data } = await spec.run(client, { arguments: self.args, options });
        return { text, json: data };
      },
      { offline: spec.offline ?? true },
    );
  });
}
