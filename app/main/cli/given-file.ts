import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { systemProblem } from '../kernel/system-problems.ts';

/**
 * Reads a file that the person names. Rejects with a Problem that names it: once a file is open, the errors of the
 * system do not.
 */
export function readGiven(path: string): Promise<Buffer> {
  const file = resolve(path);
  return readFile(file).catch((error: unknown) => {
    throw systemProblem(error, file) ?? error;
  });
}

/** Writes a file that the person names. Rejects with a Problem that names it. */
export function writeGiven(path: string, content: Uint8Array): Promise<void> {
  const file = resolve(path);
  return writeFile(file, content).catch((error: unknown) => {
    throw systemProblem(error, file) ?? error;
  });
}
