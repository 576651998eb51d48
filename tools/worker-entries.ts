import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Plugin } from 'esbuild';

const WORKER_URL =
  /new URL\(\s*(['"])(\.{1,2}\/[^'"]*?)([^/'"]+)\.worker\.ts\1\s*,\s*import\.meta\.url\s*,?\s*\)/g;

/**
 * The target of `new URL('./x.worker.ts', import.meta.url)` in a flat bundle: `./x.worker.js` beside the
 * bundle.
 */
export function rewriteWorkerUrls(source: string): string {
  return source.replace(WORKER_URL, (_all, _quote, _folder, name: string) => {
    return `new URL('./${name}.worker.js', import.meta.url)`;
  });
}

/** Entry points for esbuild, by output name; names must be unique. */
export function workerEntries(files: readonly string[]): Record<string, string> {
  const entries: Record<string, string> = {};
  for (const file of files) {
    const name = basename(file, '.ts');
    const other = entries[name];
    if (other !== undefined)
      throw new Error(`Two workers would be built as ${name}.js: ${other} and ${file}.`);
    entries[name] = file;
  }
  return entries;
}

/** Rewrites the URLs of workers in the project's sources while esbuild bundles them. */
export const workerUrls: Plugin = {
  name: 'worker-urls',
  setup(build) {
    build.onLoad({ filter: /\/app\/main\/.*\.ts$|\\app\\main\\.*\.ts$/ }, async ({ path }) => ({
      contents: rewriteWorkerUrls(await readFile(path, 'utf8')),
      loader: 'ts',
    }));
  },
};
