import type { Command } from 'commander';
import { command, withCommunity, type CommonOptions, type Context } from '../context.ts';
import { oneLine, table } from '../text.ts';
import { didFor } from './members.ts';
import { problem } from '../problems.ts';

/** `moderators`, `follow` and `override`: whose decisions count on this node. */
export const followCommands = (context: Context): Command[] => [
  moderators(context),
  follow(context),
  override(context),
];

function moderators(context: Context): Command {
  return command('moderators', 'list the moderators, how much they decide, and whether you follow them', [
    'review moderators',
  ]).action((_options: CommonOptions, self: Command) =>
    withCommunity(context, self.optsWithGlobals<CommonOptions>(), async (client) => {
      const all = await client.review.moderators({});
      const rows = all.map((one) => [
        one.person.handle,
        one.person.role ?? '-',
        one.isMe ? 'you' : one.following ? 'yes' : 'no',
        one.rulings,
        one.undone,
        one.agreement === null ? '-' : `${Math.round(one.agreement * 100)} %`,
      ]);
      return {
        json: all,
        text: table(['Moderator', 'Role', 'Followed', 'Rulings', 'Taken back', 'Agrees with you'], rows),
      };
    }),
  );
}

function follow(context: Context): Command {
  return command(
    'follow',
    'follow a moderator, so that their decisions count on this node, or stop following them',
    ['review follow ines', 'review follow ines --off'],
  )
    .argument('<who>', 'handle or DID')
    .option('--off', 'stop following them')
    .action((who: string, _options: CommonOptions, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions & { off?: boolean }>();
      return withCommunity(context, options, async (client) => {
        const following = options.off !== true;
        const did = await didFor(client, who);
        await client.review.follow({ did, following });
        return {
          json: { did, following },
          text: following ? `You follow ${oneLine(who)}.` : `You no longer follow ${oneLine(who)}.`,
        };
      });
    });
}

function override(context: Context): Command {
  return command('override', 'show or hide a message on this node only, whatever moderators decide', [
    'review override bafy… show',
    'review override bafy… none',
  ])
    .argument('<id>', 'id of the message')
    .argument('<what>', 'show, hide, or none to follow the moderators')
    .action((id: string, what: string, _options: CommonOptions, self: Command) =>
      withCommunity(context, self.optsWithGlobals<CommonOptions>(), async (client) => {
        if (what !== 'show' && what !== 'hide' && what !== 'none') throw problem('unknown-standing');
        const chosen = what === 'none' ? null : what;
        await client.review.override({ id, show: chosen });
        return { json: { id, show: chosen }, text: 'Done.' };
      }),
    );
}
