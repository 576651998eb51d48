import { Option, type Command } from 'commander';
import type { CommunityClient, Reach, ReachReport, ReachWish } from '../../../contract/index.ts';
import { Problem } from '../../kernel/errors.ts';
import { command, withCommunity, type CommonOptions, type Context } from '../context.ts';
import type { Answer } from '../io.ts';
import { problem } from '../problems.ts';

const REACHES = ['machine', 'network', 'internet'] as const;

/** Options that set a node up for a reach. */
export interface ReachOptions extends CommonOptions {
  readonly address?: readonly string[];
  readonly relay: boolean;
}

/** Adds the options of {@link ReachOptions} and `--reach`. */
export const withReachOptions = (to: Command, description: string): Command =>
  to
    .addOption(new Option('--reach <reach>', description).choices(REACHES))
    .option(
      '--address <host...>',
      'addresses that others dial, as host or host:port, if a router forwards a port',
    )
    .option('--no-relay', 'do not relay connections for members who cannot be dialled');

/** `reach`: who can dial this node, and how to change that. */
export function reach(context: Context): Command {
  return command('reach', 'show who can dial this node, or set it up for a reach', [
    'reach',
    'reach internet',
    'reach internet --address bbs.example.org',
    'reach network --no-relay',
  ])
    .argument('[reach]', `one of ${REACHES.join(', ')}`)
    .option(
      '--address <host...>',
      'addresses that others dial, as host or host:port, if a router forwards a port',
    )
    .option('--no-relay', 'do not relay connections for members who cannot be dialled')
    .action((wanted: string | undefined, options: ReachOptions) =>
      withCommunity(
        context,
        options,
        async (client): Promise<Answer> => {
          if (wanted === undefined) {
            const reports = await client.federation.reaches({});
            return { json: reports, text: reports.map(textOf).join('\n\n') };
          }
          const wish = REACHES.find((name) => name === wanted);
          if (wish === undefined) throw problem('unknown-reach', { reaches: REACHES.join(', ') });
          const report = await setUp(client, wish, options);
          return { json: report, text: textOf(report) };
        },
        { offline: false },
      ),
    );
}

/** Sets the node up for a reach. A node for the internet relays unless an option says otherwise. */
export function setUp(client: CommunityClient, wanted: Reach, options: ReachOptions): Promise<ReachReport> {
  return client.federation.setReach(wishOf(wanted, options));
}

/** The wish that the options express. */
export function wishOf(wanted: Reach, { relay, address }: ReachOptions): ReachWish {
  return {
    reach: wanted,
    ...(wanted === 'internet' || !relay ? { relay } : {}),
    ...(address ? { announce: [...address] } : {}),
  };
}

/** Throws a Problem `not-reachable` with the remaining steps if the reach does not work. */
export function mustBeReady({ ready, finding, steps }: ReachReport): void {
  if (ready) return;
  throw new Problem('not-reachable', finding, steps.map((step, at) => `\n  ${at + 1}. ${step}`).join(''));
}

const NAMES: Record<Reach, string> = {
  machine: 'This machine',
  network: 'This network',
  internet: 'The internet',
};

function textOf({ reach: name, ready, finding, steps }: ReachReport): string {
  const list = steps.map((step, at) => `\n  ${at + 1}. ${step}`).join('');
  return `${NAMES[name]}: ${ready ? 'ready' : 'not ready'}. ${finding}${list}`;
}
