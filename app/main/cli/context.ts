import { Command } from 'commander';
import { resolve } from 'node:path';
import type { Client } from '../../contract/index.ts';
import { defaultDataPath } from '../node/data-directory.ts';
import { openClient, type Opening } from './client.ts';
import type { NodeConnector } from './node-connector.ts';
import { print, type Answer, type Io } from './io.ts';

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly data?: string;
}

/** The parts from which commands are built. */
export interface Context {
  readonly io: Io;
  readonly connector: NodeConnector;
  /** Called with the options of the running command, so that a failure is printed in the requested form. */
  began(options: CommonOptions): void;
}

export const dataDirOf = (options: CommonOptions): string => resolve(options.data ?? defaultDataPath());

/** A command with the common options, and a few examples below its help. */
export function command(name: string, description: string, examples: readonly string[]): Command {
  const lines = examples.map((example) => `  impulse ${example}`);
  return new Command(name)
    .description(description)
    .option('--data <dir>', 'data directory of the node (or IMPULSE_DATA)')
    .option('--json', 'print JSON for programs')
    .addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}

/** Runs `work` with a client of the node, prints its answer and closes. */
export async function withClient(
  context: Context,
  options: CommonOptions,
  work: (client: Client) => Promise<Answer>,
  { offline = true, mayMake = false }: Partial<Opening> = {},
): Promise<void> {
  context.began(options);
  const opening = { offline, mayMake };
  const { client, lost, close } = await openClient(dataDirOf(options), context.connector, opening);
  try {
    print(context.io, await Promise.race([work(client), lost]), options.json === true);
  } finally {
    await close();
  }
}
