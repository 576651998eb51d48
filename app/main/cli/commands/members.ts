import type { Command } from 'commander';
import { Role, type CommunityClient, type Member } from '../../../contract/index.ts';
import { command, withCommunity, type CommonOptions, type Context } from '../context.ts';
import { oneLine, table, when } from '../text.ts';
import { wholeNumber } from './numbers.ts';
import { problem } from '../problems.ts';

const HOUR_MS = 3_600_000;

/** `members` lists the members; its subcommands change them, and return once the change is final. */
export function members(context: Context): Command {
  const group = command('members', 'list the members', ['members', 'members ban mara --reason flood']).action(
    (options: CommonOptions) =>
      withCommunity(context, options, async (client) => {
        const list = await client.members.list({});
        const rows = list.map((member) => [
          member.handle,
          member.banned ? 'banned' : (member.role ?? 'no role'),
          member.posts,
          when(member.joinedAt),
          member.online ? 'online' : when(member.lastSeenAt),
          member.did,
        ]);
        const headings = ['Handle', 'Role', 'Posts', 'Joined', 'Last seen', 'Identity'];
        return { json: list, text: table(headings, rows) };
      }),
  );
  // Options after a subcommand belong to the subcommand.
  group.enablePositionalOptions();
  const about = (name: string, description: string, example: string) =>
    command(name, description, [`members ${example}`]).argument('<member>', 'handle or identity');
  const act = (
    options: CommonOptions,
    who: string,
    work: (client: CommunityClient, member: Member) => Promise<string>,
  ) =>
    withCommunity(context, options, async (client) => {
      const member = found(await client.members.list({}), who);
      const text = await work(client, member);
      const list = await client.members.list({});
      return { json: list.find(({ did }) => did === member.did), text };
    });

  group.addCommand(
    about('role', 'change the role of a member', 'role mara moderator')
      .argument('<role>', `one of ${Role.options.join(', ')}`)
      .action((who: string, name: string, options: CommonOptions) =>
        act(options, who, async (client, { did, handle }) => {
          const role = Role.options.find((one) => one === name);
          if (!role) throw problem('unknown-role', { roles: Role.options.join(', ') });
          await client.members.setRole({ did, role });
          return `${oneLine(handle)} is ${role} now.`;
        }),
      ),
  );
  group.addCommand(
    about('ban', 'stop a member from writing', 'ban mara --reason flood --hours 24')
      .option('--reason <text>', 'shown to all', '')
      .option('--hours <number>', 'hours until it ends', wholeNumber)
      .action((who: string, options: CommonOptions & { reason: string; hours?: number }) =>
        act(options, who, async (client, { did, handle }) => {
          const until = options.hours === undefined ? null : Date.now() + options.hours * HOUR_MS;
          await client.members.ban({ did, reason: options.reason, until });
          return `${oneLine(handle)} is banned${until === null ? '' : ` until ${when(until)}`}.`;
        }),
      ),
  );
  group.addCommand(
    about('lift', 'end a ban', 'lift mara').action((who: string, options: CommonOptions) =>
      act(options, who, async (client, { did, handle }) => {
        await client.members.lift({ did });
        return `The ban of ${oneLine(handle)} is over.`;
      }),
    ),
  );
  group.addCommand(
    command('rename', 'change your own handle', ['members rename "Mara Lind"'])
      .argument('<handle>', 'your new handle')
      .action((handle: string, options: CommonOptions) =>
        withCommunity(context, options, async (client) => {
          await client.members.setHandle({ handle });
          return { json: { handle }, text: `Your handle is ${oneLine(handle)} now.` };
        }),
      ),
  );
  return group;
}

/** The DID of a member, named by handle or DID. */
export async function didFor(client: CommunityClient, who: string): Promise<string> {
  return who.startsWith('did:') ? who : found(await client.members.list({}), who).did;
}

function found(list: readonly Member[], who: string): Member {
  const folded = who.toLocaleLowerCase();
  const member = list.find(({ did, handle }) => did === who || handle.toLocaleLowerCase() === folded);
  if (member) return member;
  throw problem('unknown-member', { name: who });
}
