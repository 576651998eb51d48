import { access, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Problem } from '../../kernel/errors.ts';
import { systemProblem } from '../../kernel/system-problems.ts';
import type { BackupDisk } from '../../maintenance/ports.ts';
import { problem } from './problems.ts';

/** Backups as files of a folder. */
export function backupDisk(): BackupDisk {
  return {
    async list(folder) {
      const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return [];
        throw problemFor(folder, error);
      });
      const names = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.db'));
      return Promise.all(
        names.map(async ({ name }) => {
          const path = join(folder, name);
          const { size, mtimeMs } = await stat(path);
          return { path, name, sizeBytes: size, at: mtimeMs };
        }),
      );
    },
    exists: (path) =>
      access(path).then(
        () => true,
        () => false,
      ),
    sizeOf: async (path) => (await stat(path)).size,
    move: (from, to) => guarded(to, rename(from, to)),
    remove: (path) => guarded(path, rm(path, { force: true })),
    join,
  };
}

function guarded<T>(path: string, work: Promise<T>): Promise<T> {
  return work.catch((error: NodeJS.ErrnoException) => {
    throw problemFor(path, error);
  });
}

function problemFor(path: string, cause: NodeJS.ErrnoException): Problem {
  return cause.code === 'ENOSPC'
    ? problem('disk-full-at', { path }, { cause })
    : (systemProblem(cause, path) ?? problem('backup-failed', { path, reason: cause.message }, { cause }));
}
