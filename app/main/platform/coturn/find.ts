import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** coturn's program on the path, or null. */
export function findTurnserver(path: string | undefined): string | null {
  for (const folder of (path ?? '').split(delimiter)) {
    // A relative folder leads to another program from each place.
    if (!isAbsolute(folder)) continue;
    const program = join(folder, 'turnserver');
    try {
      accessSync(program, constants.X_OK);
      if (statSync(program).isFile()) return program;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}
