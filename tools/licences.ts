import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import * as z from 'zod';

const Manifest = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string().default('see below'),
});

/**
 * The licence texts of all bundled packages, which the licences require to be included.
 *
 * @param root the checkout; the metafile's paths are relative to it.
 */
export function licencesOf(root: string, metafile: Metafile): string {
  const folders = new Set<string>();
  for (const path of Object.keys(metafile.inputs)) {
    const match = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path.replaceAll('\\', '/'));
    if (match !== null) folders.add(match[0]);
  }
  const parts = [...folders].map((folder) => {
    const { name, version, license } = Manifest.parse(
      JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')),
    );
    return `${name} ${version} (${license})\n\n${textIn(join(root, folder))}`;
  });
  return parts.toSorted().join(`\n\n${'-'.repeat(80)}\n\n`);
}

function textIn(folder: string): string {
  const files = existsSync(folder)
    ? globSync('{LICENSE,LICENCE,license,licence,NOTICE}*', { cwd: folder })
    : [];
  const texts = files.toSorted().map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return texts.length > 0 ? texts.join('\n\n') : 'The package brings no licence text of its own.';
}
