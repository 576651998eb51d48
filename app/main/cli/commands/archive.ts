import { oneLine } from '../text.ts';
import type { Command } from 'commander';
import { resolve } from 'node:path';
import type { CommunityClient, Job } from '../../../contract/index.ts';
import { ArchiveFormat, type ExportCounts, type ImportIssue } from '../../../contract/archive.ts';
import { Problem } from '../../kernel/errors.ts';
import { command, withCommunity, type CommonOptions, type Context } from '../context.ts';
import { CheckFailed, exitCode } from '../exit.ts';
import { print, printProblem, ProgressLine, type Answer, type Io } from '../io.ts';
import { findBoard } from './boards.ts';
import { wholeNumber } from './numbers.ts';
import { problem } from '../problems.ts';

/** `import`, `export` and `demo`: bulk transfer of messages. */
export const archiveCommands = (context: Context): Command[] => [
  importCommand(context),
  exportCommand(context),
  demo(context),
];

interface ImportOptions extends CommonOptions {
  board?: string;
  format?: string;
  create?: boolean;
  dryRun?: boolean;
  originals: boolean;
}

function importCommand(context: Context): Command {
  return command('import', 'import a message archive; importing it again adds nothing', [
    'import list.mbox --board harbour',
    'import ~/Maildir --board mail --create',
    'import list.mbox --board harbour --dry-run',
    'import everything.jsonl --create',
  ])
    .argument('<path>', 'an mbox file, a maildir folder or a JSON file')
    .option('--board <board>', 'the board to fill; if left out, the boards that the archive names')
    .option('--format <format>', 'mbox, maildir or jsonl; detected from the data if left out')
    .option('--create', 'make boards that are missing')
    .option('--dry-run', 'read and report, store nothing')
    .option('--no-originals', 'do not keep the mails as they came on this node')
    .action((path: string, options: ImportOptions) =>
      withCommunity(context, options, async (client) => {
        const format = ArchiveFormat.options.find((name) => name === options.format);
        if (options.format !== undefined && !format) throw problem('unknown-import-format');
        const dryRun = options.dryRun === true;
        const create = options.create === true;
        const board =
          options.board === undefined ? undefined : await boardToFill(client, options.board, create, dryRun);
        const started = await client.archive.import({
          ...(board === undefined ? {} : { board }),
          source: { path: resolve(path) },
          format,
          create,
          dryRun,
          keepOriginals: options.originals,
          anyBoard: options.board !== undefined && board === undefined,
        });
        return follow(context.io, client, started, dryRun ? 'Reading' : 'Importing', options.json === true);
      }),
    );
}

/** The board to fill; undefined if a dry run may not make it. */
async function boardToFill(
  client: CommunityClient,
  slug: string,
  create: boolean,
  dryRun: boolean,
): Promise<string | undefined> {
  if (create && !(await client.boards.list({})).some((one) => one.slug === slug || one.id === slug)) {
    if (dryRun) return undefined;
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
    .option('--format <format>', 'mbox, jsonl or originals; taken from the file name if left out')
    .action((path: string, options: CommonOptions & { board?: string; format?: string }) =>
      withCommunity(context, options, async (client) => {
        const name = options.format ?? (path.endsWith('.jsonl') ? 'jsonl' : 'mbox');
        if (name !== 'mbox' && name !== 'jsonl' && name !== 'originals') {
          throw problem('unknown-export-format');
        }
        const board = options.board === undefined ? undefined : (await findBoard(client, options.board)).id;
        return follow(
          context.io,
          client,
          await client.archive.export({ board, path: resolve(path), format: name }),
          'Exporting',
          options.json === true,
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
        follow(
          context.io,
          client,
          await client.archive.demo({ limit: options.limit }),
          'Filling',
          options.json === true,
        ),
      ),
    );
}

/**
 * Shows a job's progress until it ends. Ctrl-C cancels the job and then waits for it, so that the messages
 * imported so far are complete.
 */
async function follow(
  io: Io,
  client: CommunityClient,
  started: Job,
  label: string,
  json: boolean,
): Promise<Answer> {
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
    return answerOf(io, job, await issuesOf(client, job), json);
  } finally {
    io.signal.removeEventListener('abort', cancel);
    line.end();
  }
}

interface IssueList {
  readonly issues: readonly ImportIssue[];
  /** How many more there were than the node lists. */
  readonly dropped: number;
}

/** All issues of an import, page by page. */
async function issuesOf(client: CommunityClient, { id, issues: count }: Job): Promise<IssueList> {
  const issues: ImportIssue[] = [];
  let dropped = 0;
  for (let from: number | null = count > 0 ? 0 : null; from !== null;) {
    const page: Awaited<ReturnType<CommunityClient['archive']['issues']>> = await client.archive.issues({
      id,
      from,
    });
    issues.push(...page.issues);
    dropped = page.dropped;
    from = page.next;
  }
  return { issues, dropped };
}

function answerOf(io: Io, job: Job, { issues, dropped }: IssueList, json: boolean): Answer {
  const answer = { json: { ...job, issues, issuesDropped: dropped }, text: textOf(job, issues, dropped) };
  if (job.state === 'done') return answer;
  const told =
    job.state === 'failed' ? (job.problem ?? problem.fields('job-failed')) : problem.fields('cancelled');
  const { code, message, remedy } = told;
  // An import that did not end well has a list of reasons besides.
  if (issues.length === 0) throw new Problem(code, message, remedy);
  print(io, { json: { ...answer.json, problem: told }, text: issueLines(issues, dropped).join('\n') }, json);
  if (!json) printProblem(io, told, false);
  throw new CheckFailed(exitCode.failure);
}

function textOf(
  { counts, exported, progress }: Job,
  issues: readonly ImportIssue[],
  dropped: number,
): string {
  if (counts !== null) {
    const raw = counts.raw > 0 ? ` (${counts.raw} of them as raw text)` : '';
    const line = `${counts.imported} imported${raw}, ${counts.duplicates} known already, ${counts.broken} broken, of ${counts.read} read.`;
    const look = issues.length === 0 ? [] : [`${issues.length + dropped} to look at:`];
    return [line, ...look, ...issueLines(issues, dropped)].join('\n');
  }
  const written = `${exported?.written ?? progress.done} posts written.`;
  const left = exported === null ? [] : leftOutParts(exported);
  return left.length === 0 ? written : `${written} Left out: ${left.join(', ')}.`;
}

function leftOutParts({ waiting, held, deleted, filesMissing }: ExportCounts): string[] {
  return [
    ...(waiting > 0 ? [`${waiting} not judged yet (export again later)`] : []),
    ...(held > 0 ? [`${held} held back`] : []),
    ...(deleted > 0 ? [`${deleted} deleted`] : []),
    ...(filesMissing > 0 ? [`${filesMissing} attachments that are not on this node`] : []),
  ];
}

const OUTCOMES: Readonly<Record<ImportIssue['outcome'], string>> = {
  'left-out': 'left out',
  raw: 'kept as raw text',
  kept: 'kept',
};

/** One line for each issue: which message, where, what became of it, and why. */
function issueLines(issues: readonly ImportIssue[], dropped: number): string[] {
  const lines = issues.map(({ message, place, reason, outcome }) => {
    const which = message === null ? oneLine(place) : `message ${message}, ${oneLine(place)}`;
    return `${which}: ${OUTCOMES[outcome]}. ${oneLine(reason)}`;
  });
  return dropped > 0 ? [...lines, `${dropped} more are not listed.`] : lines;
}
