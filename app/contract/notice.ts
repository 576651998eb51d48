import * as z from 'zod';
import { Problem, Timestamp } from './common.ts';

/**
 * Something that the sysop should know or decide; `action` names an entry of the renderer’s action registry.
 */
export const Notice = Problem.extend({
  id: z.string(),
  severity: z.enum(['info', 'attention', 'danger']),
  action: z.string().nullable(),
  since: Timestamp,
});
export type Notice = z.infer<typeof Notice>;
