import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from './atomic-write.ts';
import type { DiagnosticsStore } from '../feature/index.ts';

/** Keeps diagnostics as files in a folder that is made when it is needed. */
export function diskDiagnostics(folder: string): DiagnosticsStore {
  const pathOf = (name: string) => join(folder, name);
  return {
    pathOf,
    async write(name, bytes) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeAtomically(pathOf(name), bytes);
    },
  };
}
