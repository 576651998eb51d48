import type { Command } from 'commander';
import { basename } from 'node:path';
import type { Board, CommunityClient, Outputs, Post } from '../../../contract/index.ts';
import { command, withCommunity, type CommonOptions, type Context } from '../context.ts';
import { byline, oneLine, plain, table, when } from '../text.ts';
import { wholeNumber } from './numbers.ts';
import { readGiven } from '../given-file.ts';
import { problem } from '../problems.ts';

/** `board`, `post`, `read` and `search`: boards and posts. */
export const boardCommands = (context: Context): Command[] => [
  board(context),
  post(context),
  read(context),
  search(context),
];

/** The board of a slug or an id. Throws a Problem `no-board` that lists the existing ones. */
export async function findBoard(client: CommunityClient, name: string): Promise<Board> {
  const boards = await client.boards.list({});
  const found = boards.find((one) => one.slug === name || one.id === name);
  if (found) return found;
  const known = boards.map((one) => one.slug).join(', ');
  throw known === '' ? problem('no-board-yet', { board: name }) : problem('no-board', { board: name, known });
}

function board(context: Context): Command {
  const parent = command('board', 'list boards or make one', [
    'board list',
    'board create harbour --name "Harbour talk"',
  ]);
  const list = command('list', 'list the boards', ['board list']).action(
    (_options: CommonOptions, self: Command) =>
      withCommunity(context, self.optsWithGlobals<CommonOptions>(), async (client) => {
        const boards = await client.boards.list({});
        const rows = boards.map((one) => [
          one.slug,
          one.name,
          one.threads,
          one.posts,
          one.unread,
          when(one.lastActivityAt),
        ]);
        const text = table(['Board', 'Name', 'Threads', 'Posts', 'Unread', 'Last post'], rows);
        return { json: boards, text: text === '' ? 'There is no board yet.' : text };
      }),
  );
  const create = command('create', 'make a board', ['board create harbour --name "Harbour talk"'])
    .argument('<slug>', 'its short name: lower-case letters, digits and hyphens')
    .option('--name <name>', 'its name as shown; the short name if left out')
    .option('--description <text>', 'one sentence about its topic')
    .action((slug: string, _options: CommonOptions, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions & { name?: string; description?: string }>();
      return withCommunity(context, options, async (client) => {
        const made = await client.boards.create({
          slug,
          name: options.name ?? slug,
          description: options.description,
        });
        return { json: made, text: `The board ${made.slug} was made.` };
      });
    });
  return parent.addCommand(list).addCommand(create);
}

function post(context: Context): Command {
  interface Options extends CommonOptions {
    readonly subject?: string;
    readonly reply?: string;
    readonly attach?: string[];
    readonly askReview?: boolean;
  }
  return command('post', 'start a thread, or reply to one; the text is an argument or standard input', [
    'post harbour "The crane is back" --subject "Crane"',
    'post harbour --subject "Minutes" < minutes.md',
    'post --reply bafy… "I saw it too"',
  ])
    .argument('[board]', 'board of the new thread; left out with --reply')
    .argument('[text]', 'the text, in Markdown')
    .option('--subject <subject>', 'subject of the new thread')
    .option('--reply <post>', 'answer this post')
    .option('--attach <file...>', 'files to attach, up to 16 MB each')
    .option('--ask-review', 'if it would be held back, ask the moderators to review it as it is')
    .action((first: string | undefined, second: string | undefined, options: Options) =>
      withCommunity(context, options, async (client) => {
        const given = options.reply === undefined ? second : first;
        const text = given ?? (await context.io.input())?.trimEnd() ?? '';
        if (text.trim() === '') throw problem('no-text-to-post');
        const attachments = [];
        for (const path of options.attach ?? []) {
          const file = new File([new Uint8Array(await readGiven(path))], basename(path));
          attachments.push((await client.files.put({ file })).cid);
        }
        if (options.reply !== undefined) {
          const target = await client.boards.post({ id: options.reply });
          const made = await client.boards.reply({
            thread: target.thread,
            replyTo: target.id,
            text,
            attachments,
            askReview: options.askReview === true,
          });
          return { json: made, text: madeText(made) };
        }
        if (first === undefined) throw problem('no-target');
        if (options.subject === undefined) throw problem('no-subject');
        const { id: boardId } = await findBoard(client, first);
        const made = await client.boards.startThread({
          board: boardId,
          subject: options.subject,
          text,
          attachments,
          askReview: options.askReview === true,
        });
        return { json: made, text: madeText(made) };
      }),
    );
}

function madeText({ id, decision }: Outputs['boards']['reply']): string {
  return decision === 'publish' ? id : `${id}\nIt is shown to others once a moderator has reviewed it.`;
}

function read(context: Context): Command {
  interface Options extends CommonOptions {
    readonly limit: number;
    readonly cursor?: string;
  }
  return command('read', 'show the threads of a board, or the posts of a thread', [
    'read',
    'read harbour --limit 20',
    'read bafy…',
  ])
    .argument('[what]', 'a board, a thread or a post; all boards if left out')
    .option('--limit <number>', 'how many, up to 200', wholeNumber, 50)
    .option('--cursor <cursor>', 'continue where the last page ended')
    .action((what: string | undefined, options: Options) =>
      withCommunity(context, options, async (client) => {
        const page = { limit: options.limit, cursor: options.cursor };
        const boards = await client.boards.list({});
        const found = boards.find((one) => one.slug === what || one.id === what);
        if (what === undefined || found) {
          const threads = await client.boards.threads({ ...page, board: found?.id });
          const rows = threads.items.map((one) => [
            when(one.lastActivityAt),
            one.boardName,
            one.replies,
            byline(one.author.handle, one.sourceName),
            one.subject,
            one.id,
          ]);
          const text = table(['Last post', 'Board', 'Replies', 'By', 'Subject', 'Id'], rows);
          return {
            json: threads,
            text: withMore(text === '' ? 'There are no posts here yet.' : text, threads.next),
          };
        }
        const target = await client.boards.post({ id: what }).catch(() => findBoard(client, what));
        const id = 'thread' in target ? target.thread : target.id;
        const view = await client.boards.thread({ ...page, id, ...(id === what ? {} : { around: what }) });
        const text = [`# ${oneLine(view.thread.subject)}`, ...view.posts.items.map(postText)].join('\n\n');
        return { json: view, text: withMore(text, view.posts.next) };
      }),
    );
}

function postText(one: Post): string {
  const author = byline(one.author.handle, one.source?.name ?? null);
  const edited = one.editedAt === null ? '' : ', edited';
  const files = one.attachments.map((file) => `[${oneLine(file.name)}]`).join(' ');
  const held = one.held ? `(${HELD[one.held.state]})` : '';
  const text = one.deleted
    ? `(deleted by ${oneLine(one.deleted.by.handle)})`
    : [held, plain(one.text ?? '')].filter((part) => part !== '').join('\n');
  const head = `${author}  ${when(one.createdAt)}${edited}  ${one.id}`;
  return [head, text, files].filter((part) => part !== '').join('\n');
}

const HELD = {
  waiting: 'not judged yet',
  queued: 'held until a moderator has reviewed it',
  quarantined: 'held back',
  removed: 'removed by a moderator',
} as const;

const withMore = (text: string, next: string | null) =>
  next === null ? text : `${text}\n\nMore: --cursor ${next}`;

function search(context: Context): Command {
  interface Options extends CommonOptions {
    readonly board?: string;
    readonly limit: number;
    readonly cursor?: string;
  }
  return command('search', 'search posts for words', ['search crane', 'search "tide table" --board harbour'])
    .argument('<words...>', 'the words')
    .option('--board <board>', 'only on this board')
    .option('--limit <number>', 'how many, up to 200', wholeNumber, 20)
    .option('--cursor <cursor>', 'continue where the last page ended')
    .action((words: string[], options: Options) =>
      withCommunity(context, options, async (client) => {
        const found = options.board === undefined ? undefined : await findBoard(client, options.board);
        const page = { limit: options.limit, cursor: options.cursor };
        const hits = await client.boards.search({ ...page, query: words.join(' '), board: found?.id });
        const lines = hits.items.map(
          (hit) =>
            `${when(hit.createdAt)}  ${byline(hit.author, hit.sourceName)}  ${oneLine(hit.subject)}\n  ${oneLine(hit.snippet)}\n  ${hit.post}`,
        );
        return {
          json: hits,
          text: withMore(lines.length === 0 ? 'Nothing was found.' : lines.join('\n\n'), hits.next),
        };
      }),
    );
}
