import { Option, type Command } from 'commander';
import {
  Held,
  ModerationLabel,
  ReviewFilter,
  Ruling,
  type CommunityClient,
  type ReviewItem,
} from '../../../contract/index.ts';
import { ROLES, type Role } from '../../kernel/roles.ts';
import { command, withCommunity, type CommonOptions, type Context } from '../context.ts';
import type { Answer } from '../io.ts';
import { byline, oneLine, pairs, plain, table, when } from '../text.ts';
import { findBoard } from './boards.ts';
import { didFor } from './members.ts';
import { wholeNumber } from './numbers.ts';
import { followCommands } from './review-follow.ts';
import { purgeCommands } from './review-purge.ts';

/** `review`: the queue and the decisions of people. */
export const reviewCommands = (context: Context): Command[] => {
  const group = command('review', 'review held messages and decide about them', [
    'review list',
    'review rule bafy… --ruling publish',
  ]);
  for (const make of [list, show, claim, rule, undo, escalate, report, appeal, audit]) {
    group.addCommand(make(context));
  }
  for (const one of [...followCommands(context), ...purgeCommands(context)]) group.addCommand(one);
  return [group];
};

const choices = (flags: string, about: string, among: readonly string[]) =>
  new Option(flags, about).choices(among);

interface ListOptions extends CommonOptions {
  readonly state: ReviewFilter['state'];
  readonly order: ReviewFilter['order'];
  readonly held?: Held[];
  readonly label?: ModerationLabel[];
  readonly board?: string;
  readonly author?: string;
  readonly words?: string;
  readonly raised?: boolean;
  readonly mine?: boolean;
  readonly limit: number;
  readonly cursor?: string;
}

function list(context: Context): Command {
  return command('list', 'list the messages that wait for a person', [
    'review list',
    'review list --held quarantined --order worst',
    'review list --state ruled --author paul',
  ])
    .addOption(choices('--state <state>', 'open, ruled or all', ['open', 'ruled', 'all']).default('open'))
    .addOption(choices('--order <order>', 'the order', ['oldest', 'newest', 'worst']).default('oldest'))
    .addOption(choices('--held <state...>', 'only those held this way', Held.options))
    .addOption(choices('--label <label...>', 'only those with this label', ModerationLabel.options))
    .option('--board <board>', 'only of this board: its short name or id')
    .option('--author <who>', 'only by this author: handle or DID')
    .option('--words <words>', 'only with these words')
    .option('--raised', 'only appealed, reported or escalated messages')
    .option('--mine', 'only those that you have claimed')
    .option('--limit <number>', 'how many', wholeNumber, 50)
    .option('--cursor <cursor>', 'continue from this cursor of the last page')
    .action((_options: ListOptions, self: Command) => {
      const options = self.optsWithGlobals<ListOptions>();
      return withCommunity(context, options, async (client) => {
        const filter = ReviewFilter.parse({
          state: options.state,
          order: options.order,
          held: options.held ?? [],
          labels: options.label ?? [],
          board: options.board === undefined ? null : (await findBoard(client, options.board)).id,
          author: options.author === undefined ? null : await didFor(client, options.author),
          words: options.words ?? '',
          raised: options.raised === true,
          claimed: options.mine === true ? 'me' : 'any',
        });
        const { limit, cursor } = options;
        const page = await client.review.list({ filter, limit, ...(cursor === undefined ? {} : { cursor }) });
        const more = page.next === null ? '' : `\nmore: --cursor ${page.next}`;
        return { json: page, text: (itemTable(page.items) || 'Nothing is waiting.') + more };
      });
    });
}

const itemTable = (items: readonly ReviewItem[]) =>
  table(
    ['Since', 'State', 'Author', 'Why', 'Text', 'Id'],
    items.map((one) => [
      when(one.since),
      one.ruling ? `${one.ruling.ruling} by ${oneLine(one.ruling.by.handle)}` : (one.held ?? 'shown'),
      byline(one.author.handle, one.sourceName),
      reasonsOf(one),
      oneLine(`${one.subject ?? ''} ${one.text ?? '(purged)'}`, 60),
      one.id,
    ]),
  );

const reasonsOf = (one: ReviewItem): string =>
  [
    ...(one.appeal ? ['appeal'] : []),
    ...(one.escalated ? ['escalated'] : []),
    ...(one.reports.length > 0 ? [`${one.reports.length} reports`] : []),
    ...(one.verdict?.reasons.map(({ code }) => code) ?? []),
  ].join(', ') || '-';

function show(context: Context): Command {
  return command('show', 'show one message, its context and the decisions about it', ['review show bafy…'])
    .argument('<id>', 'id of the message')
    .action((id: string, _options: CommonOptions, self: Command) =>
      withCommunity(context, self.optsWithGlobals<CommonOptions>(), async (client) => {
        const found = await client.review.item({ id });
        const { item, acts, before, after } = found;
        const facts = pairs([
          ['Author', `${byline(item.author.handle, item.sourceName)} (${item.author.did})`],
          ['Written', when(item.at)],
          ['Where', item.boardName ?? item.kind],
          ['State', item.held ?? 'shown'],
          ['Ruling', item.ruling ? `${item.ruling.ruling} by ${oneLine(item.ruling.by.handle)}` : 'none'],
          ['Why', item.verdict?.reasons.map(({ detail }) => oneLine(detail)).join('; ') || reasonsOf(item)],
          [
            'Claimed',
            item.claim ? `${oneLine(item.claim.by.handle)} until ${when(item.claim.until)}` : 'by nobody',
          ],
        ]);
        const said = (all: typeof before) =>
          all.map((one) => `${byline(one.author.handle, one.sourceName)}: ${oneLine(one.text, 100)}`);
        const done = table(
          ['At', 'Who', 'Act', 'Note', 'Id'],
          acts.map((one) => [when(one.at), one.by.handle, one.ruling ?? one.act, one.note, one.id]),
        );
        const body = [...said(before), '', plain(item.text ?? '(purged)'), '', ...said(after)];
        return { json: found, text: [facts, '', ...body, '', done].join('\n').trimEnd() };
      }),
    );
}

type Done = Awaited<ReturnType<CommunityClient['review']['claim']>>;

function doneAnswer(done: Done): Answer {
  const failed = done.failed.map(({ id, message }) => `! ${id}: ${oneLine(message)}`);
  return { json: done, text: [`${done.acts.length} done`, ...done.acts, ...failed].join('\n') };
}

/** A command on several messages at once. */
function bulk<O extends CommonOptions>(
  context: Context,
  made: Command,
  work: (client: CommunityClient, ids: string[], options: O) => Promise<Done>,
): Command {
  return made
    .argument('<ids...>', 'their ids')
    .action((ids: string[], _options: O, self: Command) =>
      withCommunity(context, self.optsWithGlobals<O>(), async (client) =>
        doneAnswer(await work(client, ids, self.optsWithGlobals<O>())),
      ),
    );
}

function claim(context: Context): Command {
  const made = command('claim', 'claim messages for a quarter of an hour', ['review claim bafy…']).option(
    '--release',
    'release them instead',
  );
  return bulk<CommonOptions & { release?: boolean }>(context, made, (client, ids, { release }) =>
    release === true ? client.review.release({ ids }) : client.review.claim({ ids }),
  );
}

function rule(context: Context): Command {
  const made = command('rule', 'decide about messages', [
    'review rule bafy… --ruling publish',
    'review rule bafy… bafy… --ruling remove --label spam --note "advertising"',
  ])
    .addOption(choices('--ruling <ruling>', 'the decision', Ruling.options).makeOptionMandatory())
    .addOption(choices('--label <label...>', 'the label', ModerationLabel.options))
    .option('--note <text>', 'why', '');
  return bulk<CommonOptions & { ruling: Ruling; label?: ModerationLabel[]; note: string }>(
    context,
    made,
    (client, ids, { ruling, label, note }) => client.review.rule({ ids, ruling, labels: label ?? [], note }),
  );
}

function undo(context: Context): Command {
  return bulk(
    context,
    command('undo', 'take back your rulings, claims or escalations', ['review undo bafy…']),
    (client, acts) => client.review.undo({ acts }),
  );
}

function escalate(context: Context): Command {
  const made = command('escalate', 'pass messages on to a higher role', [
    'review escalate bafy… --note "unsure"',
  ])
    .addOption(choices('--to <role>', 'to which role', ROLES).default('sysop'))
    .option('--note <text>', 'why', '');
  return bulk<CommonOptions & { to: Role; note: string }>(context, made, (client, ids, { to, note }) =>
    client.review.escalate({ ids, to, note }),
  );
}

function report(context: Context): Command {
  return command('report', 'report a message to the moderators', ['review report bafy… "rude"'])
    .argument('<id>', 'id of the message')
    .argument('<note>', 'what is wrong with it')
    .action((id: string, note: string, _options: CommonOptions, self: Command) =>
      withCommunity(context, self.optsWithGlobals<CommonOptions>(), async (client) => {
        await client.review.report({ id, note });
        return { json: {}, text: 'Reported.' };
      }),
    );
}

function appeal(context: Context): Command {
  return command('appeal', 'appeal a decision about your own message', [
    'review appeal bafy… "This is not spam."',
  ])
    .argument('<id>', 'id of the message')
    .argument('<text>', 'why it should be shown')
    .action((id: string, text: string, _options: CommonOptions, self: Command) =>
      withCommunity(context, self.optsWithGlobals<CommonOptions>(), async (client) => {
        await client.review.appeal({ id, text });
        return { json: {}, text: 'A moderator will look at it.' };
      }),
    );
}

interface AuditOptions extends CommonOptions {
  readonly by?: string;
  readonly item?: string;
  readonly limit: number;
}

function audit(context: Context): Command {
  return command('audit', 'list the acts of moderators, the newest first', [
    'review audit',
    'review audit --by ines',
  ])
    .option('--by <who>', 'only by this moderator: handle or DID')
    .option('--item <id>', 'only on this message')
    .option('--limit <number>', 'how many', wholeNumber, 50)
    .action((_options: AuditOptions, self: Command) => {
      const options = self.optsWithGlobals<AuditOptions>();
      return withCommunity(context, options, async (client) => {
        const page = await client.review.audit({
          by: options.by === undefined ? null : await didFor(client, options.by),
          item: options.item ?? null,
          limit: options.limit,
        });
        const rows = page.items.map((one) => [
          when(one.at),
          one.by.handle,
          one.undone ? `${one.ruling ?? one.act} (taken back)` : (one.ruling ?? one.act),
          one.note,
          one.item,
          one.id,
        ]);
        const text = table(['At', 'Who', 'Act', 'Note', 'Message', 'Id'], rows);
        return { json: page, text: text || 'There are no acts yet.' };
      });
    });
}
