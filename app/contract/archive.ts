import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { base, Cid, empty, Problem, Progress, Timestamp } from './common.ts';

export const ArchiveFormat = z.enum(['mbox', 'maildir', 'jsonl']);
export type ArchiveFormat = z.infer<typeof ArchiveFormat>;

export const ImportCounts = z.object({
  read: z.number().int(),
  imported: z.number().int(),
  duplicates: z.number().int(),
  broken: z.number().int(),
});
export type ImportCounts = z.infer<typeof ImportCounts>;

export const Job = z.object({
  id: z.string(),
  kind: z.enum(['import', 'export', 'demo']),
  title: z.string(),
  state: z.enum(['running', 'done', 'cancelled', 'failed']),
  startedAt: Timestamp,
  endedAt: Timestamp.nullable(),
  progress: Progress,
  counts: ImportCounts.nullable(),
  problem: Problem.nullable(),
});
export type Job = z.infer<typeof Job>;

export const contract = {
  /** Imports an archive from the node’s machine, or one that was just uploaded. */
  import: base
    .input(
      z.object({
        board: Cid,
        source: z.union([z.object({ path: z.string() }), z.object({ file: z.file() })]),
        /** If omitted, the format is detected from the data. */
        format: ArchiveFormat.optional(),
      }),
    )
    .output(Job),
  export: base
    .input(z.object({ board: Cid.optional(), path: z.string(), format: z.enum(['mbox', 'jsonl']) }))
    .output(Job),
  /** Fills the community with boards and threads from public SpamAssassin mails; their spam is held back. */
  demo: base.input(z.object({ limit: z.number().int().min(1).max(6000).optional() })).output(Job),
  cancel: base.input(z.object({ id: z.string() })).output(empty),
  jobs: base.input(empty).output(z.array(Job)),
  watch: base.input(empty).output(eventIterator(z.array(Job))),
};
