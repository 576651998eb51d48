import type { Command } from 'commander';
import { command, withClient, type CommonOptions, type Context } from '../context.ts';
import { usage } from '../exit.ts';
import { bytes, duration, table, when } from '../text.ts';
import { members } from './members.ts';
import { wholeNumber } from './numbers.ts';

/** `invite`, `join`, `peers` and `members`: who takes part. */
export const communityCommands = (context: Context): Command[] => [
  invite(context),
  join(context),
  peers(context),
  members(context),
];

const roles = ['co-sysop', 'moderator', 'member', 'guest'] as const;

function invite(context: Context): Command {
  interface Options extends CommonOptions {
    readonly role: string;
    readonly hours: number;
    readonly uses: number;
    readonly list?: boolean;
    readonly revoke?: string;
  }
  return command('invite', 'make a link with which somebody joins', [
    'invite',
    'invite --role moderator --hours 2',
    'invite --list',
    'invite --revoke k3x9',
  ])
    .option('--role <role>', `one of ${roles.join(', ')}`, 'member')
    .option('--hours <number>', 'hours until it expires', wholeNumber, 72)
    .option('--uses <number>', 'how often it may be used', wholeNumber, 1)
    .option('--list', 'show the invites that are open')
    .option('--revoke <id>', 'take an invite back')
    .action((options: Options) =>
      withClient(context, options, async (client) => {
        if (options.list) {
          const invites = await client.federation.invites({});
          const rows = invites.map((one) => [
            one.id,
            one.role,
            when(one.expiresAt),
            one.usesLeft,
            one.usedBy.join(', '),
          ]);
          const text = table(['Id', 'Role', 'Expires', 'Uses left', 'Used by'], rows);
          return { json: invites, text: text === '' ? 'No invite is open.' : text };
        }
        if (options.revoke !== undefined) {
          await client.federation.revokeInvite({ id: options.revoke });
          return { json: { revoked: options.revoke }, text: 'The invite no longer works.' };
        }
        const role = roles.find((name) => name === options.role);
        if (!role) throw usage(`A role is one of ${roles.join(', ')}.`);
        const made = await client.federation.invite({ role, hours: options.hours, uses: options.uses });
        const note = `Good for ${options.uses === 1 ? 'one person' : `${options.uses} people`} until ${when(made.invite.expiresAt)}. It is shown this once; whoever has it can join.`;
        return { json: made, text: `${made.link}\n\n${note}` };
      }),
    );
}

function join(context: Context): Command {
  return command('join', 'join a community by an invite', ['join "impulse://join/…" --handle mara'])
    .argument('<invite>', 'the link you were given')
    .requiredOption('--handle <handle>', 'what others will call you')
    .action((invite: string, options: CommonOptions & { handle: string }) =>
      withClient(
        context,
        options,
        async (client) => {
          const joined = await client.community.join({ invite, handle: options.handle });
          const { community } = await client.node.status({});
          const text = `You are a ${joined.role} of ${community?.name ?? 'the community'}. Next: impulse serve`;
          return { json: joined, text };
        },
        { offline: false, mayMake: true },
      ),
    );
}

function peers(context: Context): Command {
  return command('peers', 'list the nodes this one is connected to', ['peers', 'peers --json']).action(
    (options: CommonOptions) =>
      withClient(context, options, async (client) => {
        const view = await client.federation.view({});
        const rows = view.peers.map((peer) => [
          peer.name ?? peer.peerId.slice(-8),
          peer.handle ?? '-',
          peer.address,
          peer.via,
          peer.latencyMs === null ? '-' : `${Math.round(peer.latencyMs)} ms`,
          duration(Math.max(0, Date.now() - peer.connectedAt) / 1000),
          bytes(peer.receivedBytes),
          bytes(peer.sentBytes),
        ]);
        const headings = ['Node', 'Person', 'Address', 'Via', 'Latency', 'For', 'Received', 'Sent'];
        const list = rows.length === 0 ? 'No peer is connected.' : table(headings, rows);
        return { json: view, text: `${list}\n\n${view.doctor.summary}` };
      }),
  );
}
