import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { base, Cid, empty, Problem, Progress, Timestamp } from './common.ts';

export const ArchiveFormat = z.enum(['mbox', 'maildir', 'jsonl']);
export type ArchiveFormat = z.infer<typeof ArchiveFormat>;

export const ImportCounts = z.object({
  read: z.number().int(),
  /** Stored as posts; in a dry run, those that would be. */
  imported: z.number().int(),
  /** Those of the imported whose text was kept as it came, because it could not be read as mail. */
  raw: z.number().int(),
  duplicates: z.number().int(),
  /** Those of which nothing was imported. */
  broken: z.number().int(),
});
export type ImportCounts = z.infer<typeof ImportCounts>;

/** Something about one message of an import that a person should know. */
export const ImportIssue = z.object({
  /** Which message of the archive, counted from 1; null for what is beside the messages. */
  message: z.number().int().nullable(),
  /** Where it is: `byte 230` of the file, or the name of a file of a maildir. */
  place: z.string(),
  reason: z.string(),
  outcome: z.enum(['left-out', 'raw', 'kept']),
});
export type ImportIssue = z.infer<typeof ImportIssue>;

/** The contents of an export, and the posts that it leaves out. */
export const ExportCounts = z.object({
  written: z.number().int(),
  /** Posts that are not judged yet. */
  waiting: z.number().int(),
  /** Posts that are held back. */
  held: z.number().int(),
  deleted: z.number().int(),
  /** Attachments whose bytes this node does not hold. */
  filesMissing: z.number().int(),
});
export type ExportCounts = z.infer<typeof ExportCounts>;

export const Job = z.object({
  id: z.string(),
  kind: z.enum(['import', 'export', 'demo']),
  title: z.string(),
  state: z.enum(['running', 'done', 'cancelled', 'failed']),
  startedAt: Timestamp,
  endedAt: Timestamp.nullable(),
  progress: Progress,
  /** Of an import or the demo. */
  counts: ImportCounts.nullable(),
  /** Of an export that has ended. */
  exported: ExportCounts.nullable(),
  /** How many issues `issues` lists. */
  issues: z.number().int(),
  problem: Problem.nullable(),
});
export type Job = z.infer<typeof Job>;

export const contract = {
  /** Imports an archive from the node’s machine, or one that was just uploaded. */
  import: base
    .input(
      z.object({
        /** If omitted, each message goes into the board that the archive names. */
        board: Cid.optional(),
        source: z.union([z.object({ path: z.string() }), z.object({ file: z.file() })]),
        /** If omitted, the format is detected from the data. */
        format: ArchiveFormat.optional(),
        /** Makes the boards that the archive names and the community lacks. */
        create: z.boolean().default(false),
        /** Reads and counts everything and stores nothing. */
        dryRun: z.boolean().default(false),
        /** Takes messages that name no board, for a dry run of a board that is not made yet. */
        anyBoard: z.boolean().default(false),
        /** Keeps mails as they came on this node, so that a better release can read them again. */
        keepOriginals: z.boolean().default(true),
      }),
    )
    .output(Job),
  export: base
    .input(
      z.object({
        board: Cid.optional(),
        path: z.string(),
        /** `originals` are the mails of imports as they came, with the addresses of their senders. */
        format: z.enum(['mbox', 'jsonl', 'originals']),
      }),
    )
    .output(Job),
  /** Fills the community with boards and threads from public SpamAssassin mails; their spam is held back. */
  demo: base.input(z.object({ limit: z.number().int().min(1).max(6000).optional() })).output(Job),
  cancel: base.input(z.object({ id: z.string() })).output(empty),
  /** Messages that an import left out or changed, in the order of reading; `next` is where the rest starts. */
  issues: base.input(z.object({ id: z.string(), from: z.number().int().min(0).default(0) })).output(
    z.object({
      issues: z.array(ImportIssue),
      next: z.number().int().nullable(),
      /** How many more there were than are kept. */
      dropped: z.number().int(),
    }),
  ),
  jobs: base.input(empty).output(z.array(Job)),
  watch: base.input(empty).output(eventIterator(z.array(Job))),
};
