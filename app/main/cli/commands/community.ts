import type { Command } from 'commander';
import type { CommunityClient, Reach } from '../../../contract/index.ts';
import { command, withCommunity, withNode, type CommonOptions, type Context } from '../context.ts';
import { bytes, duration, oneLine, openConsole, table, when } from '../text.ts';
import { communities } from './communities.ts';
import { members } from './members.ts';
import { wholeNumber } from './numbers.ts';
import { mustBeReady, reach, setUp, wishOf, withReachOptions, type ReachOptions } from './reach.ts';
import { problem } from '../problems.ts';

/** `invite`, `reach`, `join`, `communities`, `peers` and `members`: the participants. */
export const communityCommands = (context: Context): Command[] => [
  invite(context),
  reach(context),
  join(context),
  communities(context),
  peers(context),
  members(context),
];

const roles = ['co-sysop', 'moderator', 'member', 'guest'] as const;

function invite(context: Context): Command {
  interface Options extends ReachOptions {
    readonly reach?: Reach;
    readonly role: string;
    readonly hours: number;
    readonly uses: number;
    readonly list?: boolean;
    readonly revoke?: string;
  }
  const made = command('invite', 'make an invite link', [
    'invite --reach internet',
    'invite --reach internet --address bbs.example.org:4001',
    'invite --reach network',
    'invite --role moderator --hours 2',
    'invite --list',
    'invite --revoke k3x9',
  ])
    .option('--role <role>', `one of ${roles.join(', ')}`, 'member')
    .option('--hours <number>', 'hours until it expires', wholeNumber, 72)
    .option('--uses <number>', 'how often it may be used', wholeNumber, 1)
    .option('--list', 'show the open invites')
    .option('--revoke <id>', 'revoke an invite');
  return withReachOptions(made, 'who can use it; sets this node up for that reach').action(
    (options: Options) =>
      withCommunity(
        context,
        options,
        async (client) => {
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
            return { json: invites, text: text === '' ? 'There is no open invite.' : text };
          }
          if (options.revoke !== undefined) {
            await client.federation.revokeInvite({ id: options.revoke });
            return { json: { revoked: options.revoke }, text: 'The invite no longer works.' };
          }
          const role = roles.find((name) => name === options.role);
          if (!role) throw problem('unknown-role', { roles: roles.join(', ') });
          await prepare(client, options);
          const wish = { role, hours: options.hours, uses: options.uses, reach: options.reach };
          const { invite: row, link, addresses } = await client.federation.invite(wish);
          const people = options.uses === 1 ? 'one person' : `${options.uses} people`;
          const note = `Good for ${people} until ${when(row.expiresAt)}. It is shown only this once; anyone who has it can join.`;
          const dialled = `It leads to:\n${addresses.map((address) => `  ${address}`).join('\n')}`;
          return { json: { invite: row, link, addresses }, text: `${link}\n\n${note}\n${dialled}` };
        },
        { offline: false },
      ),
  );
}

/**
 * Sets the node up for the reach of an invite, if it is not yet. Throws a Problem (`reach-unset`,
 * `not-reachable`).
 */
async function prepare(
  client: CommunityClient,
  options: ReachOptions & { readonly reach?: Reach },
): Promise<void> {
  const wish = options.reach;
  const reports = await client.federation.reaches({});
  if (wish === undefined) {
    if (reports.some(({ reach: name, ready }) => name !== 'machine' && ready)) return;
    throw problem('reach-unset');
  }
  const isReady = reports.some((report) => report.reach === wish && report.ready);
  if (!isReady || options.address !== undefined) mustBeReady(await setUp(client, wish, options));
}

function join(context: Context): Command {
  interface Options extends ReachOptions {
    readonly handle: string;
    readonly reach?: Reach;
  }
  const made = command('join', 'join a community with an invite', [
    'join "impulse://join/…" --handle mara',
    'join "impulse://join/…" --handle mara --reach internet',
  ])
    .argument('<invite>', 'the link you were given')
    .requiredOption('--handle <handle>', 'the name that others see');
  return withReachOptions(made, 'who can dial this node; it dials others in any case').action(
    (invite: string, options: Options) =>
      withNode(
        context,
        options,
        async (client) => {
          const wish = options.reach === undefined ? {} : { wish: wishOf(options.reach, options) };
          const joined = await client.communities.join({ invite, handle: options.handle, ...wish });
          const cards = await client.communities.list({});
          const name = cards.find(({ id }) => id === joined.id)?.name ?? 'the community';
          const text = `You are a ${joined.role} of ${oneLine(name)}. Next: ${openConsole}.`;
          return { json: joined, text };
        },
        { offline: false, mayMake: true },
      ),
  );
}

function peers(context: Context): Command {
  return command('peers', 'list the nodes this one is connected to', ['peers', 'peers --json']).action(
    (options: CommonOptions) =>
      withCommunity(context, options, async (client) => {
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
