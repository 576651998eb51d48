import { pageHeaders, typeOfFile } from '../kernel/page-policy.ts';

/** Headers of every response. */
export const commonHeaders: Readonly<Record<string, string>> = { ...pageHeaders, 'x-frame-options': 'DENY' };

/** Type and caching of a file of the console. A name with a content hash can be cached permanently. */
export function fileHeaders(path: string): Record<string, string> {
  const hashed = /[\\/]assets[\\/][^\\/]+-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/.test(path);
  return {
    'content-type': typeOfFile(path),
    'cache-control': hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
}
