import type { ArchiveFormat, ImportCounts, Job } from '../../contract/archive.ts';
import type { Clock } from '../kernel/clock.ts';
import { openDemo } from './demo.ts';
import { openArchive, openArchiveFile } from './detect.ts';
import { exportArchive, type ExportedPost } from './exporter.ts';
import { importArchive, type KnownPost, type PlannedPost } from './importer.ts';
import { Jobs, type JobReport } from './jobs.ts';
import type { ArchiveFile, ArchiveFiles, ArchiveReader, MailParser } from './ports.ts';
import { ProgressMeter } from './progress.ts';
import { problem } from './problems.ts';

/** A board with what archives need: its name and its digest. */
interface ArchiveBoard {
  readonly id: Uint8Array;
  readonly name: string;
}

export interface ArchiveInit {
  readonly files: ArchiveFiles;
  readonly parser: MailParser;
  readonly clock: Clock;
  newId(): string;
  /** The store of posts, see boards/archive-port.ts. */
  readonly posts: {
    known(messageIds: string[]): Promise<ReadonlyMap<string, KnownPost>>;
    sink(board: Uint8Array): (batch: PlannedPost[]) => Promise<void>;
    total(board: Uint8Array | null): number;
    exported(board: Uint8Array | null, signal?: AbortSignal): AsyncIterable<ExportedPost>;
  };
  readonly boards: {
    /** @throws {Problem} `board-unknown`, or `out-of-role` if this node's person may not post. */
    byId(cid: string): ArchiveBoard;
    bySlug(slug: string): ArchiveBoard | null;
    create(board: { slug: string; name: string; description: string }): ArchiveBoard;
  };
  /** The folder of the demo mails, or null. */
  readonly demoDirectory: string | null;
}

type ArchiveSource = { readonly path: string } | { readonly file: File };
export type Archive = ReturnType<typeof createArchive>;

/** Imports, exports and the demo as jobs. All calls return the job immediately. */
export function createArchive(init: ArchiveInit) {
  const { files, parser, clock, posts, boards } = init;
  const jobs = new Jobs({ clock, newId: init.newId });

  const open = (source: ArchiveSource, format: ArchiveFormat | undefined, signal: AbortSignal) =>
    'path' in source
      ? openArchive(files, source.path, { format, signal })
      : openArchiveFile(files, uploaded(source.file), { format, signal });

  const fill = async (
    board: ArchiveBoard,
    source: ArchiveReader,
    report: Pick<JobReport, 'signal'> & Partial<JobReport>,
  ): Promise<ImportCounts> => {
    const { counts } = await importArchive({
      source,
      parser,
      clock,
      known: (ids) => posts.known(ids),
      sink: posts.sink(board.id),
      signal: report.signal,
      onProgress: (progress, soFar) => {
        report.progress?.(progress);
        report.counts?.(soFar);
      },
    });
    report.counts?.(counts);
    return counts;
  };

  return {
    /** Fills a board from an archive on the node's machine or from an upload. */
    import(input: { board: string; source: ArchiveSource; format?: ArchiveFormat | undefined }): Job {
      const board = boards.byId(input.board);
      const name = 'path' in input.source ? baseName(input.source.path) : input.source.file.name;
      return jobs.start('import', `${name} into ${board.name}`, async (report) => {
        const source = await open(input.source, input.format, report.signal);
        try {
          await fill(board, source, report);
        } finally {
          await source.close();
        }
      });
    },

    /** Writes one board, or all of them, to a file that does not exist yet. */
    export(input: { board?: string | undefined; path: string; format: 'mbox' | 'jsonl' }): Job {
      const board = input.board === undefined ? null : boards.byId(input.board);
      const title = `${board?.name ?? 'All boards'} to ${baseName(input.path)}`;
      return jobs.start('export', title, async ({ signal, progress }) => {
        await exportArchive({
          posts: posts.exported(board?.id ?? null, signal),
          total: posts.total(board?.id ?? null),
          format: input.format,
          output: await files.create(input.path),
          clock,
          signal,
          onProgress: progress,
        });
      });
    },

    /** Fills the community with real, public mails; missing boards are made. */
    demo(input: { limit?: number | undefined }): Job {
      if (init.demoDirectory === null) {
        throw problem('demo-data-missing');
      }
      return jobs.start('demo', 'Demo boards from public mailing lists', (report) =>
        fillDemo(report, input.limit),
      );
    },

    cancel: (input: { id: string }): void => jobs.cancel(input.id),
    jobs: (): Job[] => jobs.list(),
    watch: (listener: (jobs: Job[]) => void) => jobs.watch(listener),
    /** Cancels running jobs and waits for them; stored messages stay. */
    close: () => jobs.close(),
  };

  async function fillDemo(report: JobReport, limit: number | undefined): Promise<void> {
    const { signal } = report;
    const sources = await openDemo({
      files,
      directory: init.demoDirectory,
      parser,
      limit,
      spam: true,
      signal,
    });
    try {
      // The size of a mail folder is the number of its mails.
      const total = sources.reduce((sum, { source }) => sum + source.sizeBytes, 0);
      const meter = new ProgressMeter('storing', total, clock.now());
      const counts: ImportCounts = { read: 0, imported: 0, duplicates: 0, broken: 0 };
      for (const { board, source } of sources) {
        const target = boards.bySlug(board.slug) ?? boards.create(board);
        const tell = (part: ImportCounts) => {
          const now = sum(counts, part);
          report.counts(now);
          report.progress(meter.at(now.imported + now.duplicates + now.broken, clock.now()));
        };
        const part = await fill(target, source, { signal, counts: tell });
        Object.assign(counts, sum(counts, part));
      }
    } finally {
      for (const { source } of sources) await source.close();
    }
  }
}

function sum(a: ImportCounts, b: ImportCounts): ImportCounts {
  return {
    read: a.read + b.read,
    imported: a.imported + b.imported,
    duplicates: a.duplicates + b.duplicates,
    broken: a.broken + b.broken,
  };
}

function uploaded(file: File): ArchiveFile {
  return {
    sizeBytes: file.size,
    read: async (offset, length) => new Uint8Array(await file.slice(offset, offset + length).arrayBuffer()),
    close: async () => {},
  };
}

function baseName(path: string): string {
  return path.split(/[/\\]/).findLast((part) => part !== '') ?? path;
}
