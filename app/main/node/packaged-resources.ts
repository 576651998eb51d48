import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of native programs of a packaged Impulse Console, beside its archive; null in a checkout. */
export function packagedResources(): string | null {
  const { resourcesPath } = process as { readonly resourcesPath?: string };
  if (resourcesPath === undefined) return null;
  const folder = join(resourcesPath, 'native');
  return existsSync(folder) ? folder : null;
}
