import type { Command } from 'commander';
import { resolve } from 'node:path';
import type { CommunityClient, Job } from '../../../contract/index.ts';
import { ArchiveFormat } from '../../../contract/archive.ts';
import { Problem } from '../../kernel/errors.ts';
import { command, withCommunity, type CommonOptions, type Context } from '../context.ts';
import { ProgressLine, type Answer, type Io } from '../io.ts';
import { findBoard } from './boards.ts';
import { wholeNumber } from './numbers.ts';
import { problem } from '../problems.ts';

/** `import`, `export` and `demo`: bulk transfer of messages. */
export const archiveCommands = (context: Context): Command[] => [
  importCommand(context),
  exportCommand(context),
  demo(context),
];

function importCommand(context: Context): Command {
  return command('import', 'import a message archive into a board; importing it again adds nothing', [
    'import list.mbox --board harbour',
    'import ~/Maildir --board mail --create',
  ])
    .argument('<path>', 'an mbox file, a maildir folder or a JSON Lines file')
    .requiredOption('--board <board>', 'the board to fill')
    .option('--format <format>', 'mbox, maildir or jsonl; detected from the data if left out')
    .option('--create', 'make the board if it is missing')
    .action((path: string, options: CommonOptions & { board: string; format?: string; create?: boolean }) =>
      withCommunity(context, options, async (client) => {
        const format = ArchiveFormat.options.find((name) => name === options.format);
        if (options.format !== undefined && !format) throw problem('unknown-import-format');
        const board = await boardToFill(client, options.board, options.create === true);
        const source = { path: resolve(path) };
        return follow(
          context.io,
          client,
          await client.archive.import({ board, source, format }),
          'Importing',
        );
      }),
    );
}

async function boardToFill(client: CommunityClient, slug: string, create: boolean): Promise<string> {
  if (create && !(await client.boards.list({})).some((one) => one.slug === slug || one.id === slug)) {
    return (await client.boards.create({ slug, name: slug })).id;
  }
  return (await findBoard(client, slug)).id;
}

function exportCommand(context: Context): Command {
  return command('export', 'write posts to a file that other programs can read', [
    'export harbour.mbox --board harbour',
    'export everything.jsonl',
  ])
    .argument('<path>', 'the file to write; it must not exist yet')
    .option('--board <board>', 'only this board')
    .option('--format <format>', 'mbox or jsonl; taken from the file name if left out')
    .action((path: string, options: CommonOptions & { board?: string; format?: string }) =>
      withCommunity(context, options, async (client) => {
        const name = options.format ?? (path.endsWith('.jsonl') ? 'jsonl' : 'mbox');
        if (name !== 'mbox' && name !== 'jsonl') throw problem('unknown-export-format');
        const board = options.board === undefined ? undefined : (await findBoard(client, options.board)).id;
        return follow(
          context.io,
          client,
          await client.archive.export({ board, path: resolve(path), format: name }),
          'Exporting',
        );
      }),
    );
}

function demo(context: Context): Command {
  return command('demo', 'fill the community with real, public mails to try it out', [
    'demo',
    'demo --limit 500',
  ])
    .option('--limit <number>', 'how many mails, up to 6000', wholeNumber)
    .action((options: CommonOptions & { limit?: number }) =>
      withCommunity(context, options, async (client) =>
        follow(context.io, client, await client.archive.demo({ limit: options.limit }), 'Filling'),
      ),
    );
}

/**
 * Shows a job's progress until it ends. Ctrl-C cancels the job and then waits for it, so that the messages
 * imported so far are complete.
 */
async function follow(io: Io, client: CommunityClient, started: Job, label: string): Promise<Answer> {
  const line = new ProgressLine(io, label);
  const cancel = () => void client.archive.cancel({ id: started.id });
  if (io.signal.aborted) cancel();
  else io.signal.addEventListener('abort', cancel, { once: true });
  try {
    let job = started;
    if (job.state === 'running') {
      for await (const jobs of await client.archive.watch({})) {
        job = jobs.find((one) => one.id === started.id) ?? job;
        line.show(job.progress);
        if (job.state !== 'running') break;
      }
    }
    line.end();
    return answerOf(job);
  } finally {
    io.signal.removeEventListener('abort', cancel);
    line.end();
  }
}

function answerOf(job: Job): Answer {
  if (job.state === 'failed') {
    if (job.problem === null) throw problem('job-failed');
    const { code, message, remedy } = job.problem;
    throw new Problem(code, message, remedy);
  }
  if (job.state !== 'done') {
    throw problem('cancelled');
  }
  const { counts } = job;
  const text = counts
    ? `${counts.imported} imported, ${counts.duplicates} known already, ${counts.broken} broken, of ${counts.read} read.`
    : `${job.progress.done} posts written.`;
  return { json: job, text };
}
