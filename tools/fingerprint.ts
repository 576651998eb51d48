import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A hash of all inputs of a part, so that an unchanged part is not built again.
 *
 * @param inputs glob patterns and files, relative to `root`; tests are excluded.
 */
export function fingerprint(root: string, inputs: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of globSync([...inputs], { cwd: root }).toSorted()) {
    const file = join(root, path);
    if (/\.test\.tsx?$/.test(path) || !statSync(file).isFile()) continue;
    hash.update(`${path}\0`).update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}
