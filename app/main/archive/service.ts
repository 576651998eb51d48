import type { ArchiveFormat, ImportCounts, Job } from '../../contract/archive.ts';
import { openDemo } from './demo.ts';
import { baseName, openArchive, openArchiveFile } from './detect.ts';
import { exportArchive, type ExportedPost } from './exporter.ts';
import { exportOriginals } from './export-originals.ts';
import { fillBoards, type FillingInit } from './filling.ts';
import { Jobs, type JobReport } from './jobs.ts';
import type { Originals } from './originals.ts';
import type { ArchiveFile, ArchiveFiles } from './ports.ts';
import { ProgressMeter } from './progress.ts';
import { problem } from './problems.ts';

export interface ArchiveInit extends Pick<FillingInit, 'parser' | 'clock' | 'boards'> {
  readonly files: ArchiveFiles;
  newId(): string;
  /** The store of posts, see boards/archive-port.ts. */
  readonly posts: FillingInit['posts'] & {
    total(board: Uint8Array | null): number;
    leftOut(board: Uint8Array | null): { waiting: number; held: number; deleted: number };
    exported(board: Uint8Array | null, signal?: AbortSignal): AsyncIterable<ExportedPost>;
  };
  readonly originals: Pick<Originals, 'keep' | 'count' | 'all'>;
  /** The folder of the demo mails, or null. */
  readonly demoDirectory: string | null;
}

type ArchiveSource = { readonly path: string } | { readonly file: File };

interface ImportInput {
  board?: string | undefined;
  source: ArchiveSource;
  format?: ArchiveFormat | undefined;
  create?: boolean;
  dryRun?: boolean;
  anyBoard?: boolean;
  keepOriginals?: boolean;
}

export type Archive = ReturnType<typeof createArchive>;

/** Imports, exports and the demo as jobs. All calls return the job immediately. */
export function createArchive(init: ArchiveInit) {
  const { files, parser, clock, posts, boards, originals } = init;
  const jobs = new Jobs({ clock, newId: init.newId });

  const open = (source: ArchiveSource, format: ArchiveFormat | undefined, signal: AbortSignal) =>
    'path' in source
      ? openArchive(files, source.path, { format, signal })
      : openArchiveFile(files, uploaded(source.file), source.file.name, { format, signal });

  const filling: FillingInit = { ...init, keep: (batch) => originals.keep(batch) };

  return {
    /** Fills a board, or those that the archive names, from an archive on the node's machine or an upload. */
    import({ source: from, format, ...input }: ImportInput): Job {
      const board = input.board === undefined ? null : boards.byId(input.board);
      const name = 'path' in from ? baseName(from.path) : from.file.name;
      const title = `${name} into ${board?.name ?? 'the boards that it names'}`;
      return jobs.start('import', input.dryRun === true ? `${title} (dry run)` : title, async (report) => {
        const source = await open(from, format, report.signal);
        try {
          const { create = false, dryRun = false, anyBoard = false, keepOriginals = true } = input;
          const how = { board, create, dryRun, anyBoard, keepOriginals };
          await fillBoards(filling, source, how, report);
        } finally {
          await source.close();
        }
      });
    },

    /** Writes one board, all of them, or the mails of imports as they came, to a file that does not exist yet. */
    export(input: { board?: string | undefined; path: string; format: 'mbox' | 'jsonl' | 'originals' }): Job {
      const board = input.board === undefined ? null : boards.byId(input.board);
      const title = `${board?.name ?? 'All boards'} to ${baseName(input.path)}`;
      return jobs.start('export', title, async ({ signal, progress, exported }) => {
        const output = await files.create(input.path);
        const common = { output, clock, signal, onProgress: progress };
        if (input.format === 'originals') {
          const written = await exportOriginals({
            ...common,
            mails: originals.all(signal),
            total: originals.count(),
          });
          return exported({ written, waiting: 0, held: 0, deleted: 0, filesMissing: 0 });
        }
        const id = board?.id ?? null;
        const written = await exportArchive({
          ...common,
          posts: posts.exported(id, signal),
          total: posts.total(id),
          format: input.format,
        });
        exported({ ...written, ...posts.leftOut(id) });
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
    issues: (input: { id: string; from: number }) => jobs.issues(input.id, input.from),
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
      const counts: ImportCounts = { read: 0, imported: 0, raw: 0, duplicates: 0, broken: 0 };
      for (const { board, source } of sources) {
        const target = boards.bySlug(board.slug) ?? boards.create(board);
        const tell = (part: ImportCounts) => {
          const now = sum(counts, part);
          report.counts(now);
          report.progress(meter.at(now.imported + now.duplicates + now.broken, clock.now()));
        };
        const how = { board: target, create: false, dryRun: false, anyBoard: false, keepOriginals: false };
        const part = await fillBoards(filling, source, how, { signal, counts: tell });
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
    raw: a.raw + b.raw,
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
