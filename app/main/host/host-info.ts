import { readFile, rm } from 'node:fs/promises';
import * as z from 'zod';
import { writeAtomically } from '../node/atomic-write.ts';

/** The file by which a program of the same user finds a running host. */
const HostInfo = z.object({
  pid: z.number().int().positive(),
  port: z.number().int().min(1).max(65_535),
  url: z.url({ protocol: /^https?$/ }),
  /** Where programs of this user connect. */
  socket: z.string().min(1).max(300),
  startedAt: z.number().int(),
});
export type HostInfo = z.infer<typeof HostInfo>;

export const writeHostInfo = (path: string, info: HostInfo): Promise<void> =>
  writeAtomically(path, JSON.stringify(info));

export const removeHostInfo = (path: string): Promise<void> => rm(path, { force: true });

/** Null if there is no file. The file of a killed host is still there. */
export async function readHostInfo(path: string): Promise<HostInfo | null> {
  try {
    return HostInfo.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null;
  }
}
