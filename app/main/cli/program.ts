import { Command, CommanderError } from 'commander';
import { archiveCommands } from './commands/archive.ts';
import { boardCommands } from './commands/boards.ts';
import { communityCommands } from './commands/community.ts';
import { gateCommands } from './commands/gate.ts';
import { ledgerCommands } from './commands/ledger.ts';
import { maintenanceCommands } from './commands/maintenance.ts';
import { moderationCommands } from './commands/moderation.ts';
import { nodeCommands } from './commands/node.ts';
import { featureCommands } from './commands/of-features.ts';
import { reviewCommands } from './commands/review.ts';
import { settingsCommands } from './commands/settings.ts';
import { features } from '../node/features.ts';
import type { CommonOptions, Context } from './context.ts';
import type { NodeConnector } from './node-connector.ts';
import { exitCode, outcomeOf, CheckFailed } from './exit.ts';
import { printProblem, type Io } from './io.ts';

/**
 * Runs one command of `impulse`.
 * @param args the arguments after the program's name.
 * @returns the exit code: 0 success, 1 failure, 2 wrong usage, 3 the node cannot be reached or its data is in
 * use, 4 a check found faults.
 */
export async function runCommand(args: readonly string[], connector: NodeConnector, io: Io): Promise<number> {
  let options: CommonOptions = { json: args.includes('--json') };
  const context: Context = { io, connector, began: (given) => (options = given) };
  const program = programOf(context);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
    if (error instanceof CheckFailed) return error.code;
    const { problem, code } = outcomeOf(error);
    printProblem(io, problem, options.json === true);
    return code;
  }
}

function programOf(context: Context): Command {
  const { io } = context;
  const program = new Command('impulse')
    .enablePositionalOptions()
    .description('A bulletin board on your own machine, federated with your friends’.')
    .addHelpText(
      'after',
      '\nExit codes: 0 success, 1 failure, 2 wrong usage, 3 node not reachable or data in use, 4 a check found faults.',
    );
  const commands = [
    nodeCommands,
    settingsCommands,
    communityCommands,
    boardCommands,
    ledgerCommands,
    archiveCommands,
    moderationCommands,
    gateCommands,
    reviewCommands,
    maintenanceCommands,
  ];
  for (const one of commands.flatMap((make) => make(context))) program.addCommand(one);
  for (const one of featureCommands(context, features)) program.addCommand(one);
  const settle = (one: Command) => {
    one.exitOverride().configureOutput({
      writeOut: (text) => io.out(text.trimEnd()),
      writeErr: (text) => io.err(text),
    });
    one.showSuggestionAfterError().showHelpAfterError('(see --help)');
    for (const child of one.commands) settle(child);
  };
  settle(program);
  return program;
}
