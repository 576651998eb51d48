import * as z from 'zod';
import { base, Cid } from './common.ts';
import { Attachment } from './boards.ts';

export const MAX_FILE_BYTES = 16 * 1024 * 1024;

export const contract = {
  /**
   * Stores a file as content-addressed chunks. A file that no post references by its CID within a day is
   * dropped.
   */
  put: base.input(z.object({ file: z.file().max(MAX_FILE_BYTES) })).output(Attachment),
  /** The whole file. Chunks that this node lacks are fetched from peers first. */
  get: base.input(z.object({ cid: Cid })).output(z.object({ file: z.file() })),
};
