import { shownProblem } from '../../../contract/foreign-text.ts';
import type { Command } from 'commander';
import { resolve } from 'node:path';
import type { Client, CommunityCard } from '../../../contract/index.ts';
import { command, findCommunity, withNode, type CommonOptions, type Context } from '../context.ts';
import type { Answer } from '../io.ts';
import { problem } from '../problems.ts';
import { bytes, oneLine, table } from '../text.ts';

/** `communities`: lists the communities of the node, archives, leaves, exports and deletes them. */
export function communities(context: Context): Command {
  const group = command('communities', 'list the communities of this node, or change one', [
    'communities',
    'communities --json',
    'communities archive Harbour',
    'communities export Harbour /mnt/usb/harbour',
  ]).action((options: CommonOptions) => withNode(context, options, list));
  group.addCommand(
    change(
      context,
      'archive',
      'keep a community for reading, without a network',
      async (client, { id, name }) => {
        await client.communities.archive({ id, archived: true });
        return `${oneLine(name)} is archived.`;
      },
    ),
  );
  group.addCommand(
    change(context, 'unarchive', 'take a community out of the archive', async (client, { id, name }) => {
      await client.communities.archive({ id, archived: false });
      return `${oneLine(name)} is no longer archived.`;
    }),
  );
  group.addCommand(
    change(
      context,
      'leave',
      'take part in a community no longer, and archive its copy',
      async (client, card) => {
        await client.communities.leave({ id: card.id });
        return `You left ${oneLine(card.name)}. An invite brings you back.`;
      },
    ),
  );
  group.addCommand(
    command('export', 'copy a community into a new folder', ['communities export Harbour /mnt/usb/harbour'])
      .argument('<name>', 'name or id of the community')
      .argument('<folder>', 'a folder that does not exist yet')
      .action((name: string, folder: string, _: unknown, self: Command) => {
        const options = self.optsWithGlobals<CommonOptions>();
        return withNode(context, options, async (client) => {
          const { id } = await findCommunity(client, { ...options, community: name });
          const made = await client.communities.export({ id, path: resolve(folder) });
          return { json: made, text: `${made.path} (database ${bytes(made.sizeBytes)})` };
        });
      }),
  );
  group.addCommand(
    change(
      context,
      'delete',
      'remove a community and its files from this node',
      async (client, { id, name }, { yes }) => {
        if (yes !== true) throw problem('delete-unconfirmed', { name });
        await client.communities.delete({ id, name });
        return `${oneLine(name)} was deleted from this node.`;
      },
    ).option('--yes', 'confirm that its copy here is removed'),
  );
  return group;
}

async function list(client: Client): Promise<Answer> {
  const cards = await client.communities.list({});
  const rows = cards.map((card) => [
    card.name,
    card.state,
    card.handle ?? '-',
    card.role ?? '-',
    card.unread,
    card.duties,
    card.peers,
    card.id,
  ]);
  const headings = ['Name', 'State', 'You', 'Role', 'Unread', 'Duties', 'Peers', 'Id'];
  if (rows.length === 0) return { json: cards, text: 'There is none yet: impulse init, or impulse join' };
  const broken = cards.flatMap(({ name, problem: fault }) =>
    fault === null
      ? []
      : [
          `\n! ${[`${oneLine(name)} cannot be opened. ${shownProblem(fault).message}`, shownProblem(fault).remedy].filter(Boolean).join(' ')}`,
        ],
  );
  return { json: cards, text: [table(headings, rows), ...broken].join('\n') };
}

interface ChangeOptions extends CommonOptions {
  readonly yes?: boolean;
}

function change(
  context: Context,
  name: string,
  description: string,
  work: (client: Client, card: CommunityCard, options: ChangeOptions) => Promise<string>,
): Command {
  return command(name, description, [`communities ${name} Harbour`])
    .argument('<name>', 'name or id of the community')
    .action((community: string, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<ChangeOptions>();
      return withNode(context, options, async (client) => {
        const card = await findCommunity(client, { ...options, community });
        const text = await work(client, card, options);
        return { json: { id: card.id, name: card.name }, text };
      });
    });
}
