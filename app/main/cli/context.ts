import { oneLine } from './text.ts';
import { Command } from 'commander';
import { resolve } from 'node:path';
import type { Client, CommunityCard, CommunityClient } from '../../contract/index.ts';
import { defaultDataPath } from '../node/data-directory.ts';
import { openClient, type Opening } from './client.ts';
import type { NodeConnector } from './node-connector.ts';
import { print, type Answer, type Io } from './io.ts';
import { problem } from './problems.ts';

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly data?: string;
  readonly community?: string;
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
    .option(
      '--community <name>',
      'name or id of the community, if the node has several (or IMPULSE_COMMUNITY)',
    )
    .option('--json', 'print JSON for programs')
    .addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}

/** Runs `work` with a client of the node, prints its answer and closes. */
export async function withNode(
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

/** Runs `work` with a client in the community that the options name, or in the only one of the node. */
export const withCommunity = (
  context: Context,
  options: CommonOptions,
  work: (client: CommunityClient) => Promise<Answer>,
  opening: Partial<Opening> = {},
): Promise<void> =>
  withNode(
    context,
    options,
    async (client) => work(client.in((await findCommunity(client, options)).id)),
    opening,
  );

/**
 * The community that `--community` or IMPULSE_COMMUNITY names: by its id, its name, or the start of either; without
 * both, the only one. Throws a Problem `no-community`, `which-community`.
 */
export async function findCommunity(client: Client, options: CommonOptions): Promise<CommunityCard> {
  const cards = await client.communities.list({});
  if (cards.length === 0) throw problem('no-community');
  const named = options.community ?? process.env['IMPULSE_COMMUNITY'];
  const fitting = named === undefined ? cards : matching(cards, named);
  const [only, ...others] = fitting;
  if (only && others.length === 0) return only;
  const names = cards.map(({ name }) => name).join(', ');
  if (only)
    throw problem('which-community', {
      names: fitting.map(({ name, id }) => `${oneLine(name)} (${id})`).join(', '),
    });
  throw problem('community-not-found', { name: named ?? '', names });
}

function matching(cards: readonly CommunityCard[], named: string): readonly CommunityCard[] {
  const wanted = named.toLowerCase();
  const exact = cards.filter(({ id, name }) => id === named || name.toLowerCase() === wanted);
  if (exact.length > 0) return exact;
  return cards.filter(({ id, name }) => id.startsWith(named) || name.toLowerCase().startsWith(wanted));
}
