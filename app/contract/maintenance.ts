import * as z from 'zod';
import { base, empty, Timestamp } from './common.ts';

export const Verification = z.object({
  /** Whether every check passed. */
  ok: z.boolean(),
  community: z.string(),
  events: z.number().int(),
  posts: z.number().int(),
  members: z.number().int(),
  /** SHA-256 over the sorted event ids: equal on two nodes that hold the same log. */
  logDigest: z.string(),
  /** SHA-256 over the canonical projections: equal on two nodes that show the same content. */
  stateDigest: z.string(),
  /** One digest over both of the above. */
  digest: z.string(),
  faults: z.array(z.string()),
});
export type Verification = z.infer<typeof Verification>;

export const Backup = z.object({ path: z.string(), at: Timestamp, sizeBytes: z.number().int() });

export const contract = {
  /**
   * Checks the file, every event’s hash and signature or ancestry, and that the projections match a rebuild.
   */
  verify: base.input(z.object({ deep: z.boolean().default(false) })).output(Verification),
  /** Discards the projections and computes them again from the log. */
  rebuild: base.input(empty).output(Verification),
  backup: base.input(z.object({ path: z.string().optional() })).output(Backup),
  backups: base.input(empty).output(z.array(Backup)),
};
